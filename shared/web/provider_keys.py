"""The public keys of the OIDC provider, fetched when needed and kept while the provider is away."""

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Any

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet
from pydantic import BaseModel

from shared.runtime.logs import logger
from shared.web.problems import Unavailable

FETCH_TIMEOUT = 5.0
KEYS_LIFETIME = 3600.0
PAUSE_WITH_KEYS = 60.0
PAUSE_WITHOUT_KEYS = 1.0
ASYMMETRIC = frozenset({"RSA", "EC", "OKP"})
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")

HttpClientFactory = Callable[[], httpx.AsyncClient]


class _Discovery(BaseModel):
    issuer: str
    jwks_uri: str


class _PublishedKeys(BaseModel):
    keys: list[dict[str, Any]]


class UnusableKeys(ValueError):
    """The provider's answer holds no key that can verify a token"""


def provider_client() -> httpx.AsyncClient:
    """A client for the provider; a proxy of the environment is not asked for this machine's own addresses."""
    return httpx.AsyncClient(timeout=FETCH_TIMEOUT, mounts={f"all://{host}": None for host in LOOPBACK})


class ProviderKeys:
    """The provider's signing keys by key id.

    They are fetched at first use, again every hour (a withdrawn key must stop working), and when a token names a
    key that is not among them (the provider has new ones): that at most once a minute, or anybody could have the
    provider asked for every forged token. Simultaneous callers share one fetch. A failed fetch keeps what is there.
    """

    def __init__(
        self,
        issuer: str,
        jwks_url: str | None,
        client: HttpClientFactory = provider_client,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._issuer = issuer
        self._jwks_url = jwks_url
        self._client = client
        self._monotonic = monotonic
        self._lock = asyncio.Lock()
        self._keys: KeySet | None = None
        self._fetches = 0
        self._failed = False
        self._fresh_until = 0.0
        self._paused_until = float("-inf")

    async def find(self, kid: str | None) -> Key | None:
        """The key named `kid`, or where none is named the only key there is; None if the provider has no such key.

        Raises `Unavailable` when that cannot be known because the provider does not answer.
        """
        key = self._pick(kid)
        if key is None or self._monotonic() >= self._fresh_until:
            await self._fetch_once(wanted=key is None)
            key = self._pick(kid)
        if key is None and self._failed:
            raise Unavailable(
                "The login provider's keys cannot be fetched",
                headers={"Retry-After": str(int(PAUSE_WITHOUT_KEYS))},
                detail_zh="暂时无法连接统一登录平台，请稍后再试。",
            )
        return key

    def _pick(self, kid: str | None) -> Key | None:
        if self._keys is None:
            return None
        if kid is None:
            return self._keys.keys[0] if len(self._keys.keys) == 1 else None
        return next((key for key in self._keys if key.kid == kid), None)

    async def _fetch_once(self, *, wanted: bool) -> None:
        seen = self._fetches
        async with self._lock:
            if self._fetches != seen or self._monotonic() < self._paused_until:
                return
            first = self._keys is None
            try:
                self._keys = await self._fetch()
            except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
                self._failed = True
                self._paused_until = self._monotonic() + (PAUSE_WITHOUT_KEYS if first else PAUSE_WITH_KEYS)
                logger(__name__).warning("login provider's keys not fetched", issuer=self._issuer, error=repr(error))
            else:
                self._failed = False
                self._fresh_until = self._monotonic() + KEYS_LIFETIME
                if wanted and not first:
                    self._paused_until = self._monotonic() + PAUSE_WITH_KEYS
            self._fetches += 1

    async def _fetch(self) -> KeySet:
        async with self._client() as http:
            address = self._jwks_url or await self._discover(http)
            answer = (await http.get(address)).raise_for_status()
        if keys := list(_usable(_PublishedKeys.model_validate_json(answer.content).keys)):
            return KeySet(keys)
        raise UnusableKeys(f"No asymmetric signing key at {address}")

    async def _discover(self, http: httpx.AsyncClient) -> str:
        answer = await http.get(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        found = _Discovery.model_validate_json(answer.raise_for_status().content)
        if found.issuer != self._issuer:
            raise UnusableKeys(f"Discovery of {self._issuer} names another issuer, {found.issuer}")
        return found.jwks_uri


def _usable(published: Iterable[dict[str, Any]]) -> Iterable[Key]:
    """The asymmetric signing keys among those published; one of a kind not understood spoils no other."""
    for data in published:
        if data.get("kty") not in ASYMMETRIC or data.get("use", "sig") != "sig":
            continue
        try:
            yield JWKRegistry.import_key(data)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            logger(__name__).warning("unusable key of the login provider", kid=data.get("kid"), error=repr(error))
