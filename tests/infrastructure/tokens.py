"""Real access tokens signed by a key of the test run, and a verifier that trusts it."""

import functools
import secrets
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


def token(account: str) -> str:
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
    return jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": "tests"}, claims, signing_key(), algorithms=["ES256"])


def authorization(account: str) -> dict[str, str]:
    """The header that makes a request the account's."""
    return {"Authorization": f"Bearer {token(account)}"}


def verifier() -> TokenVerifier:
    """Trusts the test run's key; no network."""
    keys = {"keys": [signing_key().as_dict(private=False)]}

    def client() -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(200, json=keys)))

    return TokenVerifier(AuthSettings(issuer=ISSUER, audience=AUDIENCE, jwks_url="https://login.test/jwks"), client)
