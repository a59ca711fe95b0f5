"""The platform of a simulation: the real services and databases in one process, without sockets and without waiting."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import httpx
from pydantic import SecretStr
from sqlalchemy import func, select

from services.cli.run import Gateway, build_services
from services.cli.tokens import fetch_token
from services.login.main import create_app as login_app
from services.login.settings import LoginSettings
from shared.messaging.tables import FailedMessage
from shared.runtime.clock import StandingClock
from shared.web.assembly import Service
from shared.web.auth import AuthSettings, TokenVerifier

BASE = "http://peiyu.test"
ISSUER = f"{BASE}/login"
SECRET = "peiyu"  # noqa: S105 - the stand-in's, which refuses production
A_LONG_RUN = 7 * 86400
POOL = 8


class World:
    """The services, a client of their HTTP APIs, and the time. Nothing happens by itself: `quiet` lets it."""

    def __init__(self, services: Mapping[str, Service], http: httpx.AsyncClient, clock: StandingClock) -> None:
        self._services = services
        self.http = http
        self._clock = clock
        self._tokens: dict[str, str] = {}
        self._told = set(services)
        self._turns = asyncio.Semaphore(POOL)
        self.requests = 0
        for name, service in services.items():
            service.backend.database.on_emission(lambda name=name: self._told.add(name))  # type: ignore[misc]

    @property
    def now(self) -> datetime:
        return self._clock.now()

    def move(self, to: datetime) -> None:
        self._clock.move(to)

    async def request(
        self, who: str, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """One request as the account `who`."""
        async with self._turns:
            token = await self.token(who)
            self.requests += 1
            return await self.http.request(
                method, f"/api/v1{path}", json=body, headers={"Authorization": f"Bearer {token}", **(headers or {})}
            )

    async def token(self, who: str) -> str:
        """The access token of the account `who`."""
        if who not in self._tokens:
            self._tokens[who] = await fetch_token(ISSUER, who, SECRET, self.http)
        return self._tokens[who]

    async def sweep(self) -> int:
        """Let every service find what fell due; how much was found."""
        found = 0
        for service in self._services.values():
            for sweep in service.sweeps:
                found += await sweep.round()
        return found

    async def quiet(self) -> None:
        """Carry events and sweep until nothing moves any more."""
        await self._carry()
        while await self.sweep() or self._told:
            await self._carry()

    async def _carry(self) -> None:
        while self._told:
            relay = self._services[self._told.pop()].relay
            while await relay.relay_batch() == relay.batch:
                pass

    async def failed(self) -> list[str]:
        """What a consumer could not take."""
        found = []
        for name, service in self._services.items():
            async with service.backend.work() as work:
                kinds = await work.session.execute(
                    select(FailedMessage.type, FailedMessage.error, func.count()).group_by(
                        FailedMessage.type, FailedMessage.error
                    )
                )
                found += [f"{name} could not take {count} × {type_}: {error}" for type_, error, count in kinds]
        return found


@asynccontextmanager
async def open_world(urls: Mapping[str, str], rules: str) -> AsyncIterator[World]:
    """The platform on these migrated, empty databases, by a rules file."""
    clock = StandingClock()
    own = {"changes": {"attachments_url": "memory://simulation"}}
    services = build_services(BASE, urls, clock, own, env="test", rules=rules, database_pool=POOL)
    login = login_app(
        LoginSettings(
            issuer=ISSUER,
            environment="test",
            client_secret=SecretStr(SECRET),
            token_lifetime_seconds=A_LONG_RUN,
        )
    )

    def provider() -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(login))

    for service in services.values():
        service.app.state.verifier = TokenVerifier(AuthSettings(issuer=ISSUER), provider)
    gateway = Gateway({"login": login, **{name: service.app for name, service in services.items()}}, login)
    stopping = asyncio.Event()
    bus = services["profile"].bus
    consumers = [asyncio.create_task(bus.consume(service.consumer, stopping)) for service in services.values()]
    await asyncio.sleep(0)  # they are at their places before the first event is carried
    try:
        transport = httpx.ASGITransport(gateway, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=BASE, timeout=None) as http:  # noqa: S113
            yield World(services, http, clock)
    finally:
        stopping.set()
        await asyncio.gather(*consumers)
        for service in services.values():
            await service.backend.database.close()
