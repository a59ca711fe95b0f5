"""A login provider that exists only in memory: keys that can be rotated, and an off switch."""

import json
from datetime import timedelta
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, Key

from shared.runtime.clock import real_now
from shared.web.auth import AuthSettings, TokenVerifier

ISSUER = "https://login.example/login"
FIRM = "91350203MA31F1331W"
OTHER_FIRM = "91350213MA33WMAT03"


def seconds(**delta: int) -> int:
    return int((real_now() + timedelta(**delta)).timestamp())


class Provider:
    """Answers discovery and keys; counts how often the keys were asked for."""

    def __init__(self) -> None:
        self.keys: list[Key] = [ec_key("first")]
        self.down = False
        self.asked = 0
        self.extra: list[dict[str, Any]] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        if self.down:
            raise httpx.ConnectError("down", request=request)
        if request.url.path.endswith("openid-configuration"):
            return httpx.Response(200, json={"issuer": ISSUER, "jwks_uri": f"{ISSUER}/jwks"})
        self.asked += 1
        published = [key.as_dict(private=False) for key in self.keys]
        return httpx.Response(200, json={"keys": [*self.extra, *published]})

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(self.answer))

    def token(self, *, key: Key | None = None, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """A good token, but for what is given here; a claim or header member of None is left out."""
        key = key or self.keys[-1]
        everything = {
            "iss": ISSUER,
            "aud": "peiyu",
            "sub": "u1",
            "client_id": "portal",
            "jti": "1",
            "iat": seconds(),
            "exp": seconds(hours=1),
            "name": "厦门示例科技有限公司",
            "role": "enterprise",
            "account_type": "legal_person",
            "account_status": "approved",
            "credit_codes": [FIRM],
        } | claims
        head = {"alg": "ES256", "typ": "at+jwt", "kid": key.kid} | (header or {})
        return jwt.encode(
            {name: value for name, value in head.items() if value is not None},
            {name: value for name, value in everything.items() if value is not None},
            key,
            algorithms=["ES256", "RS256", "HS256", "RS384", "EdDSA", "none"],
            default_type=None,
        )


class Pace:
    """A monotonic clock that moves when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def ec_key(kid: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid, "use": "sig"})


def verifier_of(provider: Provider, pace: Pace | None = None, **settings: Any) -> TokenVerifier:
    return TokenVerifier(AuthSettings(issuer=ISSUER, **settings), provider.client, pace or Pace())


def resigned(token: str, **claims: Any) -> str:
    """`token` with other claims under its old signature."""
    from joserfc.util import urlsafe_b64decode, urlsafe_b64encode

    header, payload, signature = token.split(".")
    changed = json.loads(urlsafe_b64decode(payload.encode())) | claims
    return f"{header}.{urlsafe_b64encode(json.dumps(changed).encode()).decode()}.{signature}"
