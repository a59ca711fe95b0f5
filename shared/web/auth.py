"""Who is calling: bearer access tokens (RFC 9068) of an OIDC provider, checked in every service.

NotAuthenticated  401  no token, or one that proves nothing
Forbidden         403  a known caller, but not for this (`shared.web.caller`)

A token's times are compared with real time: its issuer does not follow a moved business clock.
"""

import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from joserfc.errors import ExpiredTokenError, JoseError, UnsupportedAlgorithmError
from joserfc.jws import JWSRegistry, extract_compact, validate_compact
from joserfc.jwt import JWTClaimsRegistry

from shared.messaging import Backend
from shared.runtime.acting import Act, Actor, act_from_here
from shared.runtime.clock import real_now
from shared.web.caller import (
    AccountNotBound,
    AccountPending,
    AccountType,
    AuthSettings,
    Caller,
    Forbidden,
    Role,
    account_of,
    bound,
)
from shared.web.delegations import firms_of
from shared.web.problems import Problem
from shared.web.provider_keys import HttpClientFactory, ProviderKeys, provider_client

__all__ = [
    "AccountDep",
    "AccountNotBound",
    "AccountPending",
    "AccountType",
    "AuthSettings",
    "Caller",
    "CallerDep",
    "Forbidden",
    "NotAuthenticated",
    "Role",
    "TokenVerifier",
    "current_account",
    "current_caller",
    "require",
]

ALGORITHMS = frozenset({"RS256", "ES256", "EdDSA"})
TOKEN_TYPES = frozenset({"at+jwt", "application/at+jwt"})
_MALFORMED = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError)


class NotAuthenticated(Problem):
    """A valid access token is required

    Send `Authorization: Bearer TOKEN` with an access token of the login provider that is meant for this platform and
    has not expired; log in again to get one.
    """

    status = 401
    type = "not-authenticated"
    title_zh = "未登录或登录已失效"

    def __init__(self, detail: str | None = None, *, challenge: str = 'Bearer error="invalid_token"') -> None:
        super().__init__(detail, headers={"WWW-Authenticate": challenge})


class _Signatures(JWSRegistry):
    """Accepts the asymmetric algorithms alone, and, as RFC 7515 asks, ignores header members that it does not know.

    The base class warns about `EdDSA`, a name deprecated by RFC 9864 that providers still use.
    """

    def __init__(self) -> None:
        super().__init__(algorithms=ALGORITHMS, strict_check_header=False)

    def get_alg(self, name: str) -> Any:
        if name not in ALGORITHMS:
            raise UnsupportedAlgorithmError(f"Algorithm {name!r} is not accepted")
        return self.algorithms[name]


class TokenVerifier:
    """Turns an access token into its caller; one per application, at `app.state.verifier`."""

    def __init__(
        self,
        settings: AuthSettings,
        http_client_factory: HttpClientFactory = provider_client,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._keys = ProviderKeys(settings.issuer, settings.jwks_url, http_client_factory, monotonic)
        self._signatures = _Signatures()

    async def verify(self, token: str) -> Caller:
        """The caller whom `token` proves.

        Raises as `identify`, and `AccountNotBound`.
        """
        return bound(await self.identify(token))

    async def identify(self, token: str) -> Caller:
        """The account that `token` proves; it may stand for no enterprise by the provider's word.

        Raises `NotAuthenticated`, `Forbidden` (no role here), `AccountPending`, and `Unavailable` when the provider's
        keys cannot be had.
        """
        return account_of(await self._claims(token), self._settings)

    async def _claims(self, token: str) -> dict[str, Any]:
        """The claims of a token that is signed by the provider, for us, and in force."""
        try:
            signed = extract_compact(token.encode("ascii"), registry=self._signatures)
            header = signed.headers()
            if str(header.get("typ")).lower() not in TOKEN_TYPES:
                raise NotAuthenticated("This is not an access token (typ at+jwt)")
            if "crit" in header:
                raise NotAuthenticated("The token demands extensions that are not understood")
            self._signatures.check_header(header)
            self._signatures.get_alg(header["alg"])
        except UnsupportedAlgorithmError as error:
            raise NotAuthenticated(f"The token's algorithm is not one of {', '.join(sorted(ALGORITHMS))}") from error
        except _MALFORMED as error:
            raise NotAuthenticated("The token is malformed") from error
        key = await self._keys.find(header.get("kid"))
        if key is None:
            raise NotAuthenticated("The token is signed with a key that the login provider does not have")
        try:
            key.check_alg(header["alg"])
            genuine = validate_compact(signed, key, registry=self._signatures)
            claims = json.loads(signed.payload) if genuine else None
        except _MALFORMED as error:
            raise NotAuthenticated("The token's signature is wrong") from error
        if not isinstance(claims, dict):
            raise NotAuthenticated("The token's signature is wrong")
        self._check_times_and_parties(claims)
        return claims

    def _check_times_and_parties(self, claims: dict[str, Any]) -> None:
        wanted = JWTClaimsRegistry(
            now=int(real_now().timestamp()),
            leeway=self._settings.leeway,
            iss={"essential": True, "value": self._settings.issuer},
            aud={"essential": True, "value": self._settings.audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        try:
            wanted.validate(claims)
        except ExpiredTokenError as error:
            raise NotAuthenticated("The token has expired; log in again") from error
        except _MALFORMED as error:
            raise NotAuthenticated(f"The token is not acceptable: {error}") from error


_bearer = HTTPBearer(
    bearerFormat="JWT", scheme_name="bearer", description="Access token of the login provider", auto_error=False
)


async def current_account(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]
) -> Caller:
    """The account of this request, by the bearer token it carries, which acts in it; it may stand for no enterprise.

    A natural person also acts for the firms that let them (授权). Raises as `TokenVerifier.identify`.
    """
    if credentials is None:
        raise NotAuthenticated("Send an access token: Authorization: Bearer TOKEN", challenge="Bearer")
    verifier: TokenVerifier = request.app.state.verifier
    caller = await verifier.identify(credentials.credentials)
    act_from_here(Act(request.scope["route"].name, Actor(caller.subject, caller.name, caller.role)))
    if caller.account_type is not AccountType.NATURAL_PERSON:
        return caller
    backend: Backend = request.app.state.backend
    async with backend.database.transaction() as session:
        firms = await firms_of(session, caller.subject, backend.clock.today())
    return replace(caller, credit_codes=caller.credit_codes | firms)


AccountDep = Annotated[Caller, Depends(current_account)]


async def current_caller(account: AccountDep) -> Caller:
    """The caller of this request. Raises as `current_account`, and `AccountNotBound`."""
    return bound(account)


CallerDep = Annotated[Caller, Depends(current_caller)]


def require(*roles: Role) -> Callable[[Caller], Awaitable[Caller]]:
    """A dependency that gives the caller if it has one of `roles`, and raises `Forbidden` otherwise."""

    async def caller_with_role(caller: CallerDep) -> Caller:
        if caller.role not in roles:
            wanted = "、".join(role.name_zh for role in roles)
            raise Forbidden(
                f"This is for {', '.join(roles)}; the account is {caller.role}",
                detail_zh=f"此项仅限{wanted}账号使用，您登录的是{caller.role.name_zh}账号。",
            )
        return caller

    return caller_with_role
