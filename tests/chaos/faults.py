"""What goes wrong: with services, with the broker and the way to it, with the database."""

import asyncio
import random
import signal
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress

import asyncpg

from tests.infrastructure.platform import Process
from tests.infrastructure.postgres import Postgres
from tests.infrastructure.rabbitmq_node import RabbitCluster, RabbitNode
from tests.infrastructure.relay import TcpRelay

FILLER = """INSERT INTO outbox (id, type, body, next_try_at)
    SELECT gen_random_uuid(), 'filler', convert_to(repeat('x', $1), 'UTF8'), 'infinity' FROM generate_series(1, $2)"""
PORTIONS = ((1000, 5000), (1000, 100), (1000, 1), (100, 1000), (100, 50), (100, 1))
"""How long and how many are the rows that fill a table to its last page, one portion after the other.

Where the table could not be made short again, what is left of each of its pages is filled by the thousand.
"""


async def kill_each(processes: Iterable[Process], times: int, within: float, chance: random.Random) -> None:
    """Kill each process so many times at random moments, all within so many seconds, and start it again each time."""

    async def again_and_again(process: Process, moments: list[float]) -> None:
        began = asyncio.get_running_loop().time()
        for moment in moments:
            await asyncio.sleep(began + moment - asyncio.get_running_loop().time())
            await asyncio.to_thread(process.stop, signal.SIGKILL)
            process.start()
            await asyncio.to_thread(process.wait_until_ready)

    async with asyncio.TaskGroup() as group:
        for process in processes:
            group.create_task(again_and_again(process, sorted(chance.uniform(0, within) for _ in range(times))))


async def lose_nodes(cluster: RabbitCluster, *some: RabbitNode, down: float) -> None:
    """Kill nodes at once, or all where none is named, and bring them back after so many seconds."""
    await asyncio.to_thread(cluster.kill, *some)
    await asyncio.sleep(down)
    await asyncio.to_thread(cluster.start, *some)


async def stall(relay: TcpRelay, seconds: float, *, cut: bool) -> None:
    """Let no answer of the broker, no confirm either, arrive for so long; then all of them, or none and the end."""
    relay.stall()
    await asyncio.sleep(seconds)
    await asyncio.to_thread(relay.cut if cut else relay.resume)


async def restart(postgres: Postgres, down: float) -> None:
    """Stop PostgreSQL as a crash would, and bring it back after so many seconds."""
    await asyncio.to_thread(postgres.stop)
    await asyncio.sleep(down)
    await asyncio.to_thread(postgres.start)


@asynccontextmanager
async def out_of_connections(postgres: Postgres) -> AsyncIterator[None]:
    """Somebody takes every connection that PostgreSQL has, those of the services too, for the length of the block."""
    url = postgres.url("postgres").replace("+asyncpg", "")
    taken = [await asyncpg.connect(url)]

    async def take_all() -> None:
        while True:
            try:
                taken.append(await asyncpg.connect(url))
            except asyncpg.TooManyConnectionsError:
                await taken[0].execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'peiyu-%'"
                )

    taking = asyncio.create_task(take_all())
    try:
        yield
    finally:
        taking.cancel()
        with suppress(asyncio.CancelledError):
            await taking
        for connection in taken:
            await connection.close()


@asynccontextmanager
async def full_disk(databases: Mapping[str, asyncpg.Pool]) -> AsyncIterator[None]:
    """No outbox finds room for another event for the length of the block; then somebody makes room."""
    try:
        for database in databases.values():
            for length, rows in PORTIONS:
                with suppress(asyncpg.DiskFullError):
                    while True:
                        await database.execute(FILLER, length, rows)
        yield
    finally:
        for database in databases.values():
            await database.execute("DELETE FROM outbox WHERE type = 'filler'")
            await database.execute("VACUUM outbox")
