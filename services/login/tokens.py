"""The signing key, and the tokens signed with it."""

import contextlib
import os
import uuid
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from services.login.accounts import Account
from services.login.settings import LoginSettings
from shared.runtime.clock import real_now

ALGORITHM = "ES256"
ACCESS_TOKEN_TYPE = "at+jwt"  # noqa: S105 - RFC 9068's media type


class UnusableKeyFile(Exception):
    """The key file holds no P-256 private key."""


class InvalidAccessToken(Exception):
    """Not an access token of this provider that is in force."""


def signing_key(file: Path | None) -> ECKey:
    """The key in `file`, which is made (mode 600) if it is absent; a new one if no file is given.

    Replicas that start at once agree on one key: only the first can link its own to the name. Raises
    `UnusableKeyFile`.
    """
    if file is None:
        return _with_kid(ECKey.generate_key("P-256"))
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        scratch = file.with_name(f".{file.name}.{uuid.uuid4().hex}")
        descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as out:
                out.write(ECKey.generate_key("P-256").as_pem(private=True))
            with contextlib.suppress(FileExistsError):
                os.link(scratch, file)
        finally:
            scratch.unlink()
    try:
        key = ECKey.import_key(file.read_bytes())
    except (JoseError, ValueError, TypeError) as error:
        raise UnusableKeyFile(f"{file} is not a private key in PEM: {error}") from error
    if not key.is_private or key.curve_name != "P-256":
        raise UnusableKeyFile(f"{file} must hold a private key on the curve P-256")
    return _with_kid(key)


def _with_kid(key: ECKey) -> ECKey:
    key.ensure_kid()
    return key


class Issuer:
    """Issues and reads this provider's tokens. Their times are real time, whatever the business clock says."""

    def __init__(self, settings: LoginSettings) -> None:
        self._settings = settings
        self._key = signing_key(settings.key_file)

    def public_keys(self) -> dict[str, Any]:
        """The key set that `/jwks` publishes."""
        return {"keys": [self._key.as_dict(private=False, use="sig", alg=ALGORITHM)]}

    def access_token(self, account: Account, client_id: str) -> str:
        """An RFC 9068 access token of `account` for the platform."""
        return self._sign(
            ACCESS_TOKEN_TYPE,
            {"aud": self._settings.audience, "client_id": client_id, "jti": uuid.uuid4().hex},
            account,
        )

    def id_token(self, account: Account, client_id: str, nonce: str | None) -> str:
        """An OpenID Connect ID token of `account` for the client, with the nonce of its request."""
        about: dict[str, Any] = {"aud": client_id, "auth_time": int(real_now().timestamp())}
        if nonce is not None:
            about["nonce"] = nonce
        return self._sign("JWT", about, account)

    def subject_of(self, token: str) -> str:
        """The name of the account whose access token this is. Raises `InvalidAccessToken`."""
        rules = jwt.JWTClaimsRegistry(
            now=int(real_now().timestamp()),
            iss={"essential": True, "value": self._settings.issuer},
            aud={"essential": True, "value": self._settings.audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        try:
            read = jwt.decode(token, self._key, algorithms=[ALGORITHM])
            rules.validate(read.claims)
        except (JoseError, ValueError, TypeError) as error:
            raise InvalidAccessToken(str(error)) from error
        if read.header.get("typ") != ACCESS_TOKEN_TYPE:
            raise InvalidAccessToken("not an access token")
        return str(read.claims["sub"])

    def _sign(self, kind: str, about: dict[str, Any], account: Account) -> str:
        now = int(real_now().timestamp())
        claims = {
            "iss": self._settings.issuer,
            "sub": account.name,
            "iat": now,
            "exp": now + self._settings.token_lifetime_seconds,
            **account.claims(),
            **about,
        }
        return jwt.encode({"alg": ALGORITHM, "typ": kind, "kid": self._key.kid}, claims, self._key)
