"""Access tokens for the command line, by client credentials."""

import httpx
from pydantic import BaseModel


class TokenRefused(Exception):
    """The login provider gave no token."""


class _Discovery(BaseModel):
    issuer: str
    token_endpoint: str


class _TokenAnswer(BaseModel):
    access_token: str


class _Refusal(BaseModel):
    error: str
    error_description: str = ""


async def fetch_token(issuer: str, account: str, secret: str, http: httpx.AsyncClient) -> str:
    """An access token of `account` from the provider `issuer`.

    Raises `TokenRefused` with the provider's reason (an unknown account lists those there are), or where the provider
    does not answer as one.
    """
    try:
        found = await http.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        discovery = _Discovery.model_validate_json(found.raise_for_status().content)
        if discovery.issuer != issuer:
            raise TokenRefused(f"{issuer} calls itself {discovery.issuer}")
        answer = await http.post(
            discovery.token_endpoint,
            data={"grant_type": "client_credentials", "client_id": account, "client_secret": secret},
        )
        if answer.status_code in (400, 401):
            refusal = _Refusal.model_validate_json(answer.content)
            raise TokenRefused(refusal.error_description or refusal.error)
        return _TokenAnswer.model_validate_json(answer.raise_for_status().content).access_token
    except (httpx.HTTPError, ValueError) as error:
        raise TokenRefused(f"{issuer} does not answer as a login provider: {error}") from error


async def token_for(url: str, account: str, secret: str) -> str:
    """An access token of `account` from the login stand-in behind the platform at `url`. Raises `TokenRefused`."""
    async with httpx.AsyncClient(timeout=10, trust_env=False) as http:
        return await fetch_token(f"{url.rstrip('/')}/login", account, secret, http)
