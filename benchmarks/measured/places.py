"""Where contenders work: each on databases and a virtual host of its own, on the same PostgreSQL and RabbitMQ."""

import asyncio
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import aio_pika
from sqlalchemy.ext.asyncio import create_async_engine

from benchmarks.contenders import EXCHANGE, QUEUE
from benchmarks.contenders.faststreams import METADATA, OUTBOX
from benchmarks.measured.databases import connected
from services.cli.local import local_postgres
from shared.contracts import ProfileUpdated
from shared.messaging import RabbitBus
from shared.runtime.migrations import migrate
from tests.infrastructure.brokers import obtain_broker

TITLES = """
INSERT INTO certifications (id, credit_code, enterprise_name, authority, title, status, eligibility, valid_from,
    valid_to, granted_valid_to, period_start, first_period, window_opens, window_closes, ends_at, renewal_refused,
    version, granted_at)
SELECT gen_random_uuid(), code, '厦门示例' || code || '有限公司', 'XM-SM', 'specialized', 'valid', 'held', today - 1125,
    today - 30, today - 30, today - 1125, true, today - 29, today + 60, today + 61, false, 1, now()
FROM unnest($1::text[]) AS code, current_date AS today
"""
"""Of firms with these codes; their window for a review is open."""

DUTIES = """
INSERT INTO update_duties (certification_id, year, credit_code, nominal_due, due, opens, deadline, state)
SELECT id, 2025, credit_code, '2025-04-30', '2025-04-30', '2024-12-31T16:00Z', '2025-04-30T16:00Z', 'open'
FROM certifications
"""

EFFECTS = """
SELECT count(*) FROM profile_copies JOIN update_duties USING (credit_code) WHERE version = $1 AND state = 'met'
"""
REOPEN = "UPDATE update_duties SET state = 'open', submitted_at = NULL WHERE state = 'met'"


@dataclass(frozen=True, slots=True)
class Place:
    """A contender's own databases of the profile's owner and of the reviews, its virtual host, a folder."""

    profile: str
    reviews: str
    amqp: str
    folder: Path

    @property
    def arguments(self) -> tuple[str, str, str]:
        return self.profile, self.reviews, self.amqp


@contextmanager
def places(names: Sequence[str]) -> Iterator[dict[str, Place]]:
    """A place for each contender. What is committed or confirmed is on disk, as where the platform is served."""
    with tempfile.TemporaryDirectory(prefix="peiyu-") as name:
        folder = Path(name).resolve()
        folder.chmod(0o755)
        databases = [f"{each}_{service}" for each in names for service in ("profile", "reviews")]
        broker = obtain_broker(folder)
        try:
            with local_postgres(folder / "postgres", tuple(databases)) as urls:
                made = {
                    each: Place(urls[f"{each}_profile"], urls[f"{each}_reviews"], broker.new_vhost(), folder)
                    for each in names
                }
                for place in made.values():
                    asyncio.run(_furnish(place))
                yield made
        finally:
            broker.shutdown()


async def _furnish(place: Place) -> None:
    await migrate("profile", place.profile)
    await migrate("reviews", place.reviews)
    engine = create_async_engine(place.profile)
    async with engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
    await engine.dispose()
    bus = RabbitBus(place.amqp)
    await bus.declare()
    await bus.close()


async def fill_outbox(place: Place, bodies: Sequence[tuple[str, bytes]], *, faststream: bool) -> None:
    """Events wait in the outbox (FastStream's, where that is what relays), and nothing in the queues."""
    await empty_queues(place)
    async with connected(place.profile) as connection:
        if faststream:
            rows = [(ProfileUpdated.type, body, '{"content-type": "application/json"}') for _, body in bodies]
            await connection.copy_records_to_table(OUTBOX.name, records=rows, columns=["queue", "payload", "headers"])
        else:
            rows = [(id_, ProfileUpdated.type, body) for id_, body in bodies]
            await connection.copy_records_to_table("outbox", records=rows, columns=["id", "type", "body"])
        await connection.execute("VACUUM ANALYZE")


async def fill_queue(place: Place, bodies: Sequence[tuple[str, bytes]]) -> None:
    """Events wait in the queue of the reviews, and nothing else anywhere."""
    await empty_queues(place)
    async with await aio_pika.connect(place.amqp) as connection:
        exchange = await (await connection.channel()).get_exchange(EXCHANGE)
        for begin in range(0, len(bodies), 1000):
            await asyncio.gather(
                *(
                    exchange.publish(
                        aio_pika.Message(body, message_id=id_, delivery_mode=aio_pika.DeliveryMode.PERSISTENT),
                        routing_key=ProfileUpdated.type,
                    )
                    for id_, body in bodies[begin : begin + 1000]
                )
            )


async def empty_queues(place: Place) -> None:
    async with await aio_pika.connect(place.amqp) as connection:
        channel = await connection.channel()
        for service in ("profile", "changes", "reviews", "notifier"):
            await (await channel.declare_queue(f"peiyu.{service}", passive=True)).purge()


async def queued(place: Place) -> int:
    """How many events wait in the queue of the reviews."""
    async with await aio_pika.connect(place.amqp) as connection:
        queue = await (await connection.channel()).declare_queue(QUEUE, passive=True)
        return queue.declaration_result.message_count or 0


async def taken(place: Place, version: int) -> int:
    """How many updates of this version had their whole effect."""
    async with connected(place.reviews) as connection:
        count: int = await connection.fetchval(EFFECTS, version)
    return count
