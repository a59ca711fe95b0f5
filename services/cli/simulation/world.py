"""The platform of a simulation: the real services and databases in one process, without sockets and without waiting."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
from pydantic import SecretStr
from sqlalchemy import func, select

from services.cli.run import Gateway, build_services
from services.cli.tokens import fetch_token
from services.login.main import create_app as login_app
from services.login.settings import LoginSettings
from shared.messaging import Consumer
from shared.messaging.tables import FailedMessage
from shared.runtime.clock import StandingClock
from shared.web.assembly import Service
from shared.web.auth import AuthSettings, TokenVerifier

BASE = "http://peiyu.test"
ISSUER = f"{BASE}/login"
SECRET = "peiyu"  # noqa: S105 - the stand-in's, which refuses production
A_LONG_RUN = 7 * 86400
POOL = 8
PAGE = 200
NOTHING: Mapping[str, Mapping[str, object]] = {}


@dataclass(frozen=True)
class Queue(Consumer):
    """What comes for a service: taken at once, or kept while the service rests, as RabbitMQ's queues keep it."""

    resting: asyncio.Event = field(default_factory=asyncio.Event)
    kept: list[bytes] = field(default_factory=list)

    async def receive(self, bodies: Sequence[bytes]) -> None:
        if self.resting.is_set():
            self.kept.extend(bodies)
        else:
            await super().receive(bodies)

    async def wake(self) -> None:
        """Take what was kept, in the order in which it came."""
        self.resting.clear()
        while self.kept:
            page = self.kept[:PAGE]
            await self.receive(page)
            del self.kept[: len(page)]


class World:
    """The services, a client of their HTTP APIs, and the time. Nothing happens by itself: `quiet` lets it.

    `on_call` are services that find what fell due only when they are told to.
    """

    def __init__(
        self,
        services: Mapping[str, Service],
        queues: Mapping[str, Queue],
        http: httpx.AsyncClient,
        clock: StandingClock,
        on_call: Collection[str],
    ) -> None:
        self.services = services
        self.queues = queues
        self._on_call = on_call
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
        """Let every service but those on call find what fell due; how much was found."""
        return sum([await self.sweep_one(name) for name in self.services if name not in self._on_call])

    async def sweep_one(self, name: str) -> int:
        return sum([await sweep.round() for sweep in self.services[name].sweeps])

    async def quiet(self) -> None:
        """Carry events and sweep until nothing moves any more."""
        await self.carry()
        while await self.sweep() or self._told:
            await self.carry()

    async def carry(self) -> None:
        """Carry events, and those that follow from them, until all are where they belong."""
        while self._told:
            relay = self.services[self._told.pop()].relay
            while await relay.relay_batch() == relay.batch:
                pass

    async def failed(self) -> list[str]:
        """What a consumer could not take."""
        found = []
        for name, service in self.services.items():
            async with service.backend.work() as work:
                kinds = await work.session.execute(
                    select(FailedMessage.type, FailedMessage.error, func.count()).group_by(
                        FailedMessage.type, FailedMessage.error
                    )
                )
                found += [f"{name} could not take {count} × {type_}: {error}" for type_, error, count in kinds]
        return found


def _queue(consumer: Consumer) -> Queue:
    return Queue(consumer.name, consumer.backend, consumer.handlers, consumer.retry_base)


@asynccontextmanager
async def open_world(
    urls: Mapping[str, str],
    rules: str,
    own: Mapping[str, Mapping[str, object]] = NOTHING,
    on_call: Collection[str] = (),
) -> AsyncIterator[World]:
    """The platform on these migrated, empty databases, by a rules file; `own` are settings of single services."""
    clock = StandingClock()
    own = {"changes": {"attachments_url": "memory://simulation"}, **own}
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
    queues = {name: _queue(service.consumer) for name, service in services.items()}
    consumers = [asyncio.create_task(bus.consume(queue, stopping)) for queue in queues.values()]
    await asyncio.sleep(0)  # they are at their places before the first event is carried
    try:
        transport = httpx.ASGITransport(gateway, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=BASE, timeout=None) as http:  # noqa: S113
            yield World(services, queues, http, clock, on_call)
    finally:
        stopping.set()
        await asyncio.gather(*consumers)
        for service in services.values():
            await service.backend.database.close()
