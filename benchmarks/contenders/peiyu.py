"""peiyu itself, with what its services run: their relay, their consumer, their handlers."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from pydantic import SecretStr

from benchmarks.contenders import at_a_rate
from benchmarks.measured.processes import obey
from benchmarks.measured.updates import facts
from services.profile import main as profile
from services.profile.settings import ProfileSettings
from services.reviews.main import build
from services.reviews.settings import ReviewsSettings
from shared.messaging import RabbitBus, Relay
from shared.messaging.consumer import HANDLED
from shared.runtime.clock import SystemClock
from shared.runtime.database import Database
from shared.runtime.logs import configure_logs
from shared.runtime.service import all_is_loaded
from shared.web.assembly import Surroundings


class Peiyu:
    def __init__(self, profile: str, reviews: str, amqp: str) -> None:
        self._profile, self._reviews, self._amqp = profile, reviews, amqp

    @asynccontextmanager
    async def relay(self) -> AsyncIterator[Callable[[], Awaitable[None]]]:
        """From the outbox to the broker, until nothing is left."""
        database, bus = Database(self._profile), RabbitBus(self._amqp)
        relay = Relay("profile", database, bus)
        await bus.declare()

        async def work() -> None:
            while await relay.relay_batch():
                pass

        yield work
        await bus.close()
        await database.close()

    @asynccontextmanager
    async def emit(self, count: int, version: int, rate: float) -> AsyncIterator[Callable[[], Awaitable[None]]]:
        """Tell of so many updates, a transaction each, and relay them until nothing is left."""
        settings = ProfileSettings(database_url=SecretStr(self._profile), env="test", auth_issuer="http://peiyu.test")
        bus = RabbitBus(self._amqp)
        service = profile.build(settings, Surroundings(bus, SystemClock()))
        told, stopping = list(facts(count, version)), asyncio.Event()
        relaying = asyncio.create_task(service.relay.run(stopping))
        await bus.declare()

        async def tell(number: int) -> None:
            async with service.backend.work() as work:
                work.emit(told[number], sequence=version)

        async def work() -> None:
            await at_a_rate(count, rate, tell)
            stopping.set()
            await relaying
            while await service.relay.relay_batch():
                pass

        yield work
        await bus.close()
        await service.backend.database.close()

    @asynccontextmanager
    async def consume(self, count: int) -> AsyncIterator[Callable[[], Awaitable[None]]]:
        """From the queue into the copies, so many."""
        bus = RabbitBus(self._amqp)
        settings = ReviewsSettings(database_url=SecretStr(self._reviews), env="test", auth_issuer="http://peiyu.test")
        service = build(settings, Surroundings(bus, SystemClock()))
        stopping, goal = asyncio.Event(), _handled() + count

        async def work() -> None:
            consuming = asyncio.create_task(bus.consume(service.consumer, stopping))
            while _handled() < goal:  # noqa: ASYNC110 - a counter tells nobody
                await asyncio.sleep(0.002)
            stopping.set()
            await consuming

        yield work
        await service.backend.database.close()


def _handled() -> float:
    return sum(sample.value for sample in HANDLED.labels("reviews", "done").collect()[0].samples)


if __name__ == "__main__":
    configure_logs("bench", "WARNING", "console")
    all_is_loaded()  # as where it is served
    obey(Peiyu(*sys.argv[1:]))
