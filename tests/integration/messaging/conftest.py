"""Two databases and a bus for every test, an exchange and queues of its own where the bus is a broker."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from sqlalchemy import text

from shared.messaging import Backend, Bus, EmbeddedBus, RabbitBus
from shared.messaging import consumer as consumer_module
from shared.messaging import embedded as embedded_module
from shared.messaging import rabbitmq as rabbitmq_module
from shared.regulation import Regulation
from shared.runtime.clock import SystemClock
from shared.runtime.database import Database, Infrastructure
from tests.infrastructure.brokers import Broker
from tests.infrastructure.postgres import Postgres
from tests.integration.messaging.world import SUBSCRIBED, World

NUMBERS = itertools.count(1)
TEMPLATE = "messaging_template"
NewWorld = Callable[[Callable[[], Bus]], AbstractAsyncContextManager[World]]


@pytest.fixture(scope="session")
def regulation() -> Regulation:
    return Regulation.load("xiamen-2023")


@pytest.fixture(scope="session")
def messaging_template(postgres: Postgres) -> str:
    async def make(url: str) -> None:
        database = Database(url)
        async with database.engine.begin() as connection:
            await connection.run_sync(Infrastructure.metadata.create_all)
            await connection.execute(
                text("CREATE TABLE effects (event_id uuid NOT NULL, subject text NOT NULL, replica text NOT NULL)")
            )
            await connection.execute(
                text("CREATE TABLE copies (subject text PRIMARY KEY, version int NOT NULL, name text NOT NULL)")
            )
        await database.close()

    asyncio.run(make(postgres.create_database(TEMPLATE)))
    return TEMPLATE


@pytest.fixture
def few_subscriptions(monkeypatch: pytest.MonkeyPatch) -> None:
    """One taker of two events, so that another event has nowhere to go."""
    for module in (consumer_module, embedded_module, rabbitmq_module):
        monkeypatch.setattr(module, "SUBSCRIPTIONS", SUBSCRIBED)


@pytest.fixture(scope="module")
def vhost(broker: Broker) -> str:
    return broker.new_vhost()


@pytest.fixture
def new_world(postgres: Postgres, messaging_template: str, regulation: Regulation, few_subscriptions: None) -> NewWorld:
    @asynccontextmanager
    async def new(new_bus: Callable[[], Bus]) -> AsyncIterator[World]:
        sender_url, taker_url = [
            await asyncio.to_thread(postgres.create_database, f"{side}_{next(NUMBERS)}", messaging_template)
            for side in ("messaging_sender", "messaging_taker")
        ]
        buses: list[Bus] = []

        def kept() -> Bus:
            buses.append(new_bus())
            return buses[-1]

        sender = Backend("profile", Database(sender_url, pool=4), SystemClock(), regulation)
        world = World(kept, sender, taker_url)
        try:
            yield world
        finally:
            for bus in buses:
                await bus.close()
            await sender.database.close()
            await world.taker.database.close()

    return new


@pytest.fixture
async def queue_prefix() -> str:
    """Queues and an exchange for one test alone."""
    return f"peiyu-{next(NUMBERS)}"


@pytest.fixture
async def rabbit_world(new_world: NewWorld, vhost: str, queue_prefix: str) -> AsyncIterator[World]:
    def bus() -> Bus:
        return RabbitBus(vhost, exchange=f"{queue_prefix}.events", queue_prefix=queue_prefix, batch=20)

    async with new_world(bus) as world:
        yield world


@pytest.fixture
async def embedded_world(new_world: NewWorld) -> AsyncIterator[World]:
    one = EmbeddedBus()
    async with new_world(lambda: one) as world:
        yield world


@pytest.fixture(params=["embedded", "rabbitmq"])
def world(request: pytest.FixtureRequest) -> World:
    """Over each bus in turn."""
    found = request.getfixturevalue("embedded_world" if request.param == "embedded" else "rabbit_world")
    assert isinstance(found, World)
    return found
