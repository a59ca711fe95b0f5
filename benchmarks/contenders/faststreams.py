"""The same work with FastStream and its outbox, as their documentation shows it, with generous settings."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import uuid_utils.compat as uuid7s
from faststream.rabbit import Channel, ExchangeType, RabbitBroker, RabbitExchange, RabbitQueue
from faststream_outbox import OutboxBroker, make_outbox_table
from sqlalchemy import MetaData, select
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine

from benchmarks.contenders import EXCHANGE, QUEUE, ROUTE, at_a_rate
from benchmarks.contenders.bare import take
from benchmarks.measured.processes import obey
from benchmarks.measured.updates import events

METADATA = MetaData()
OUTBOX = make_outbox_table(METADATA, table_name="faststream_outbox")


class FastStream:
    def __init__(self, profile: str, reviews: str, amqp: str) -> None:
        self._profile, self._reviews, self._amqp = profile, reviews.replace("+asyncpg", ""), amqp

    @asynccontextmanager
    async def relay(self) -> AsyncIterator[Callable[[], Awaitable[None]]]:
        """From the outbox to the broker, until nothing is left."""
        async with self._outbox() as (outbox, engine):

            async def work() -> None:
                await outbox.start()
                await _nothing_left(engine)

            yield work

    @asynccontextmanager
    async def emit(self, count: int, version: int, rate: float) -> AsyncIterator[Callable[[], Awaitable[None]]]:
        """Write so many events, a transaction each, and relay them until nothing is left."""
        told = [json.loads(body) for _, body in events(count, version)]
        async with self._outbox() as (outbox, engine):
            sessions = async_sessionmaker(engine, expire_on_commit=False)
            await outbox.start()

            async def tell(number: int) -> None:
                async with sessions() as session, session.begin():
                    await outbox.publish(told[number] | {"id": str(uuid7s.uuid7())}, queue=ROUTE, session=session)

            async def work() -> None:
                await at_a_rate(count, rate, tell)
                await _nothing_left(engine)

            yield work

    @asynccontextmanager
    async def _outbox(self) -> AsyncIterator[tuple[OutboxBroker, AsyncEngine]]:
        """What relays once it is started, and its connections: a worker's each, as many for those that tell."""
        engine = create_async_engine(self._profile, pool_size=22)
        rabbit = RabbitBroker(self._amqp, logger=None)
        outbox = OutboxBroker(engine, outbox_table=OUTBOX, logger=None)
        exchange = RabbitExchange(EXCHANGE, type=ExchangeType.TOPIC, declare=False)

        @rabbit.publisher(exchange=exchange, routing_key=ROUTE, persist=True)
        @outbox.subscriber(
            ROUTE, max_workers=10, fetch_batch_size=500, min_fetch_interval=0.05, terminal_flush_batch_size=100
        )
        async def relay(body: dict[str, Any]) -> dict[str, Any]:
            return body

        await rabbit.start()
        yield outbox, engine
        await outbox.stop()
        await rabbit.stop()
        await engine.dispose()

    @asynccontextmanager
    async def consume(self, count: int) -> AsyncIterator[Callable[[], Awaitable[None]]]:
        """From the queue into the copies, so many: one transaction each, ten at once."""
        rabbit = RabbitBroker(self._amqp, default_channel=Channel(prefetch_count=100), logger=None)
        exchange = RabbitExchange(EXCHANGE, type=ExchangeType.TOPIC, declare=False)
        left, done = count, asyncio.Event()
        async with asyncpg.create_pool(self._reviews, min_size=10, max_size=10) as pool:

            @rabbit.subscriber(RabbitQueue(QUEUE, durable=True, declare=False, routing_key=ROUTE), exchange)
            async def on_updated(event: dict[str, Any]) -> None:
                nonlocal left
                await take(pool, event)
                left -= 1
                if not left:
                    done.set()

            async def work() -> None:
                await rabbit.start()
                await done.wait()

            yield work
            await rabbit.stop()


async def _nothing_left(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        while await connection.scalar(select(OUTBOX.c.id).limit(1)):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


if __name__ == "__main__":
    obey(FastStream(*sys.argv[1:]))
