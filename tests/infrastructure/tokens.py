"""Real access tokens signed by a key of the test run, and a verifier that trusts it."""

import functools
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import timedelta

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey

from shared.runtime.clock import real_now
from shared.web.auth import AuthSettings, TokenVerifier

ISSUER = "https://login.test/login"
AUDIENCE = "peiyu"


@functools.cache
def signing_key() -> ECKey:
    return ECKey.generate_key("P-256", {"kid": "tests", "use": "sig", "alg": "ES256"})


def claims_of(account: str) -> dict[str, object]:
    """The claims of `bureau`, `operator`, `officer:AUTHORITY`, `firm:CREDIT_CODE` or `person:[CREDIT_CODE,…]`."""
    kind, _, rest = account.partition(":")
    common: dict[str, object] = {"sub": account, "name": account, "account_status": "approved"}
    match kind:
        case "bureau":
            return common | {"role": "bureau", "account_type": "staff", "authority": "XM-GXJ"}
        case "operator":
            return common | {"role": "operator", "account_type": "staff"}
        case "officer":
            return common | {"role": "authority", "account_type": "staff", "authority": rest}
        case "firm":
            return common | {"role": "enterprise", "account_type": "legal_person", "credit_codes": [rest]}
        case "person":
            return common | {
                "role": "enterprise",
                "account_type": "natural_person",
                "credit_codes": [code for code in rest.split(",") if code],
            }
    raise ValueError(account)


def token(account: str, **other: object) -> str:
    """The account's access token; `other` are claims that differ from what they should be."""
    return _signed(account, signing_key(), "at+jwt", other)


def bad(kind: str, account: str) -> str:
    """A token of the account that proves nothing."""
    match kind:
        case "no_signature":
            header = urlsafe_b64encode(b'{"alg":"none","typ":"at+jwt","kid":"tests"}').decode().rstrip("=")
            return f"{header}.{token(account).split('.')[1]}."
        case "foreign_key":
            return _signed(account, ECKey.generate_key("P-256", {"kid": "tests"}), "at+jwt", {})
        case "expired":
            return token(account, exp=int(real_now().timestamp()) - 3600)
        case "another_audience":
            return token(account, aud="elsewhere")
        case "another_issuer":
            return token(account, iss="https://elsewhere.test")
        case "id_token":
            return _signed(account, signing_key(), "JWT", {})
    raise ValueError(kind)


def _signed(account: str, key: ECKey, type_: str, other: Mapping[str, object]) -> str:
    now = int(real_now().timestamp())
    lifetime = int(timedelta(hours=2).total_seconds())
    claims = claims_of(account) | {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "iat": now,
        "exp": now + lifetime,
        "jti": secrets.token_hex(8),
        "client_id": account,
    }
    header = {"alg": "ES256", "typ": type_, "kid": "tests"}
    return jwt.encode(header, claims | other, key, algorithms=["ES256"])


def authorization(account: str) -> dict[str, str]:
    """The header that makes a request the account's."""
    return {"Authorization": f"Bearer {token(account)}"}


def verifier() -> TokenVerifier:
    """Trusts the test run's key; no network."""
    keys = {"keys": [signing_key().as_dict(private=False)]}

    def client() -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(200, json=keys)))

    return TokenVerifier(AuthSettings(issuer=ISSUER, audience=AUDIENCE, jwks_url="https://login.test/jwks"), client)
