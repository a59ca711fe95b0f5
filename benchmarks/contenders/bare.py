"""The same work with asyncpg and aio-pika alone, as their documentation shows it: the same tables and statements."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import aio_pika
import asyncpg
import uuid_utils.compat as uuid7s

from benchmarks.contenders import EXCHANGE, QUEUE, ROUTE, at_a_rate
from benchmarks.measured.processes import obey
from benchmarks.measured.updates import events

BATCH = 500

TAKE = "INSERT INTO inbox (consumer, event_id) VALUES ('reviews', $1) ON CONFLICT DO NOTHING RETURNING event_id"
COPY = """
INSERT INTO profile_copies (credit_code, version, name, authority, updates, latest_update)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (credit_code) DO UPDATE SET version = excluded.version, name = excluded.name,
    authority = excluded.authority, updates = excluded.updates, latest_update = excluded.latest_update
WHERE excluded.version > profile_copies.version
RETURNING credit_code
"""
HOLD = "SELECT id, enterprise_name, authority FROM certifications WHERE credit_code = $1 ORDER BY id FOR UPDATE"
NAME = "UPDATE certifications SET enterprise_name = $2, authority = $3 WHERE id = $1"
ACT = "SELECT set_config('peiyu.act', $1, true)"
MEET = """
UPDATE update_duties AS duty
SET state = 'met', submitted_at = (copy.updates ->> duty.year::text)::timestamptz
FROM profile_copies AS copy
WHERE duty.credit_code = $1 AND duty.state IN ('open', 'asked', 'missed') AND copy.credit_code = duty.credit_code
  AND (copy.updates ->> duty.year::text)::timestamptz >= duty.opens
  AND (copy.updates ->> duty.year::text)::timestamptz < duty.deadline
"""


class Bare:
    def __init__(self, profile: str, reviews: str, amqp: str) -> None:
        self._profile = profile.replace("+asyncpg", "")
        self._reviews = reviews.replace("+asyncpg", "")
        self._amqp = amqp

    @asynccontextmanager
    async def relay(self) -> AsyncIterator[Callable[[], Awaitable[None]]]:
        """From the outbox to the broker in batches, until nothing is left."""
        database = await asyncpg.connect(self._profile)
        async with await aio_pika.connect(self._amqp) as connection:
            exchange = await (await connection.channel(publisher_confirms=True)).get_exchange(EXCHANGE)

            async def work() -> None:
                while await relay_batch(database, exchange):
                    pass

            yield work
        await database.close()

    @asynccontextmanager
    async def emit(self, count: int, version: int, rate: float) -> AsyncIterator[Callable[[], Awaitable[None]]]:
        """Write so many events, a transaction each, and relay them until nothing is left."""
        told = [json.loads(body) for _, body in events(count, version)]
        over, written = asyncio.Event(), asyncio.Event()
        async with asyncpg.create_pool(self._profile, min_size=11, max_size=11) as pool:

            async def tell(number: int) -> None:
                id_ = uuid7s.uuid7()
                body = json.dumps(told[number] | {"id": str(id_)}, ensure_ascii=False).encode()
                async with pool.acquire() as database, database.transaction():
                    await database.execute("INSERT INTO outbox (id, type, body) VALUES ($1, $2, $3)", id_, ROUTE, body)
                written.set()

            async def relay() -> None:
                async with await aio_pika.connect(self._amqp) as connection, pool.acquire() as database:
                    exchange = await (await connection.channel(publisher_confirms=True)).get_exchange(EXCHANGE)
                    while await relay_batch(database, exchange) or not over.is_set():
                        await written.wait()
                        if not over.is_set():
                            written.clear()

            async def work() -> None:
                relaying = asyncio.create_task(relay())
                await at_a_rate(count, rate, tell)
                over.set()
                written.set()
                await relaying

            yield work

    @asynccontextmanager
    async def consume(self, count: int) -> AsyncIterator[Callable[[], Awaitable[None]]]:
        """From the queue into the copies, so many: one transaction each, ten at once."""
        async with asyncpg.create_pool(self._reviews, min_size=10, max_size=10) as pool:
            left, done = count, asyncio.Event()

            async def on_message(message: aio_pika.abc.AbstractIncomingMessage) -> None:
                nonlocal left
                async with message.process():
                    await take(pool, json.loads(message.body))
                left -= 1
                if not left:
                    done.set()

            async def work() -> None:
                async with await aio_pika.connect(self._amqp) as connection:
                    channel = await connection.channel()
                    await channel.set_qos(prefetch_count=100)
                    queue = await channel.get_queue(QUEUE)
                    await queue.consume(on_message)
                    await done.wait()

            yield work

    @asynccontextmanager
    async def consume_serially(self, count: int) -> AsyncIterator[Callable[[], Awaitable[None]]]:
        """The same, one after the other."""
        async with asyncpg.create_pool(self._reviews, min_size=1, max_size=1) as pool:

            async def work() -> None:
                left = count
                async with await aio_pika.connect(self._amqp) as connection:
                    channel = await connection.channel()
                    await channel.set_qos(prefetch_count=100)
                    queue = await channel.get_queue(QUEUE)
                    async with queue.iterator() as messages:
                        async for message in messages:
                            async with message.process():
                                await take(pool, json.loads(message.body))
                            left -= 1
                            if not left:
                                break

            yield work


async def relay_batch(database: asyncpg.Connection, exchange: aio_pika.abc.AbstractExchange) -> int:
    async with database.transaction():
        rows = await database.fetch(
            "SELECT id, type, body FROM outbox ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED", BATCH
        )
        await asyncio.gather(
            *(
                exchange.publish(
                    aio_pika.Message(
                        row["body"], message_id=str(row["id"]), delivery_mode=aio_pika.DeliveryMode.PERSISTENT
                    ),
                    routing_key=row["type"],
                )
                for row in rows
            )
        )
        await database.execute("DELETE FROM outbox WHERE id = ANY($1)", [row["id"] for row in rows])
    return len(rows)


async def take(pool: asyncpg.Pool, event: Mapping[str, Any]) -> None:
    """Let an event have its effect, once."""
    profile = event["data"]["profile"]
    updates = {str(each["year"]): each["submitted_at"] for each in profile["updates"]}
    code, name, authority = profile["credit_code"], profile["name"], profile["authority"]
    act = {
        "act": event["type"],
        "actor": event["actor"],
        "actor_name": event["actorname"],
        "actor_role": event["actorrole"],
        "at": event["time"],
        "trace_id": event["traceparent"].split("-")[1],
    }
    async with pool.acquire() as database, database.transaction():
        if not await database.fetchval(TAKE, UUID(event["id"])):
            return
        copied = code, profile["version"], name, authority, json.dumps(updates), json.dumps(profile["latest_update"])
        await database.execute(ACT, json.dumps(act))
        if not await database.fetchval(COPY, *copied):
            return
        for title in await database.fetch(HOLD, code):
            if (title["enterprise_name"], title["authority"]) != (name, authority):
                await database.execute(NAME, title["id"], name, authority)
        await database.execute(MEET, code)


if __name__ == "__main__":
    obey(Bare(*sys.argv[1:]))
