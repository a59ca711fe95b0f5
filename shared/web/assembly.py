"""Puts a service together: its application with what it works with, and its background work."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from fastapi import APIRouter, FastAPI

from shared.audit import Sealer
from shared.messaging import Backend, Bus, Consumer, FailedMessages, Handlers, RabbitBus, Relay
from shared.messaging.measuring import measure
from shared.regulation import Regulation
from shared.runtime.clock import Clock, ShiftedClock, SystemClock
from shared.runtime.database import CONNECTIONS, MOST_CONNECTIONS, Database
from shared.runtime.logs import logger
from shared.runtime.service import Background, Sweep, running
from shared.runtime.settings import ServiceSettings
from shared.web.app import create_app
from shared.web.auth import AuthSettings, TokenVerifier
from shared.web.fields import InBackend
from shared.web.operations import operations


class NoBus(Exception):
    """A service that runs alone needs AMQP_URL"""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What several services of one process share; a service that runs alone makes its own."""

    bus: Bus
    clock: Clock


@dataclass(frozen=True, slots=True)
class Service:
    """A service, ready to be served: `app`'s lifespan runs its background work, whose parts can be driven by hand."""

    name: str
    settings: ServiceSettings
    backend: Backend
    app: FastAPI
    sweeps: Sequence[Sweep]
    bus: Bus
    relay: Relay
    consumer: Consumer


def assemble(
    name: str,
    settings: ServiceSettings,
    *,
    routers: Sequence[APIRouter],
    handlers: Handlers,
    sweeps: Callable[[Backend], Sequence[Sweep]] = lambda _: (),
    backgrounds: Callable[[Backend], Sequence[tuple[str, Background]]] = lambda _: (),
    around: Surroundings | None = None,
    hears_first: bool = False,
) -> Service:
    """Build the service `name`. Raises `NoBus`, and `RulesError` where the rules file is inconsistent.

    One that `hears_first` begins its sweeps and other background work when it has taken the events that came while it
    was stopped.
    """
    clock: Clock = (
        around.clock if around else (SystemClock() if settings.production else ShiftedClock(settings.clock_file))
    )
    database = Database(
        settings.database_url.get_secret_value(), of=name, pool=settings.database_pool, name=f"peiyu-{name}"
    )
    CONNECTIONS.labels(name).set_function(database.in_use)
    MOST_CONNECTIONS.labels(name).set(settings.database_pool)
    backend = Backend(name, database, clock, Regulation.load(settings.rules))
    bus = around.bus if around else _own_bus(settings)
    consumer = Consumer(name, backend, handlers, retry_base=settings.retry_base)
    relay = Relay(name, database, bus, interval=settings.relay_interval)
    all_sweeps = tuple(sweeps(backend))
    work: list[tuple[str, Background]] = [
        ("relay", relay.run),
        ("consumer", lambda stopping: bus.consume(consumer, stopping)),
        ("retries", FailedMessages(consumer, attempts=settings.retry_attempts, interval=settings.retry_interval).run),
        ("measuring", Sweep("measuring", partial(measure, name, database, bus), settings.measure_interval).run),
        ("sealing", Sweep("sealing", Sealer(name, database).seal, settings.seal_interval).run),
    ]
    own = [*((sweep.name, sweep.run) for sweep in all_sweeps), *backgrounds(backend)]
    work += [(name, _after_hearing(consumer, each, settings.catch_up)) for name, each in own] if hears_first else own

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(database.close)
            if around is None:
                stack.push_async_callback(bus.close)
            async with running(name, work, settings.stop_timeout):
                yield

    async def ready() -> dict[str, bool]:
        return {"database!": await database.answers(), "broker": await bus.connected()}

    app = create_app(
        name,
        (*routers, operations(name, bus, ready)),
        lifespan=lifespan,
        ready=ready,
        movable_clock=clock if isinstance(clock, ShiftedClock) and not settings.production else None,
        body_limit=settings.body_limit,
    )
    app.add_middleware(InBackend, backend=backend)
    app.state.backend = backend
    app.state.settings = settings
    app.state.verifier = TokenVerifier(
        AuthSettings(
            issuer=settings.auth_issuer,
            audience=settings.auth_audience,
            jwks_url=settings.auth_jwks_url,
            claim_values=settings.auth_claim_values,
            **settings.auth_claims,
        )
    )
    return Service(name, settings, backend, app, all_sweeps, bus, relay, consumer)


def _after_hearing(consumer: Consumer, background: Background, longest: float) -> Background:
    """The background work, begun when the consumer has caught up, or `longest` seconds later."""

    async def run(stopping: asyncio.Event) -> None:
        waits = [asyncio.ensure_future(event.wait()) for event in (consumer.caught_up, stopping)]
        _, left = await asyncio.wait(waits, timeout=longest, return_when=asyncio.FIRST_COMPLETED)
        for wait in left:
            wait.cancel()
        if len(left) == len(waits):
            logger(__name__).warning("begins without having heard all news", consumer=consumer.name)
        await background(stopping)

    return run


def _own_bus(settings: ServiceSettings) -> Bus:
    if settings.amqp_url is None:
        raise NoBus(f"Set {settings.prefix}AMQP_URL or PEIYU_AMQP_URL")
    return RabbitBus(settings.amqp_url.get_secret_value(), batch=settings.batch_size, declares=settings.amqp_declare)
