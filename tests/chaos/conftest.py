"""Notifiers as operators run them, several processes on one database and one broker, and what becomes of their mail.

And a whole town, for all that goes wrong otherwise.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from shared.messaging import Outgoing, RabbitBus
from shared.messaging.envelope import encode, new_event
from shared.runtime.clock import ShiftedClock
from tests.chaos.town import Town
from tests.chaos.town import town as running_town
from tests.conftest import eventually
from tests.infrastructure.mail_process import Entry, MailProcess, mail_process
from tests.infrastructure.platform import Process
from tests.infrastructure.processes import free_port
from tests.infrastructure.tokens import ISSUER
from tests.integration.notifier.conftest import Firm

NOW = datetime(2026, 5, 6, 2, tzinfo=UTC)
CONNECTIONS = 4
STANDSTILL = 90.0
"""Seconds without any mail after which nothing more is expected to come."""


class Replicas:
    """So many notifiers, each of which sends over a port of its own, and the firms that were told something."""

    def __init__(self, processes: Sequence[Process], mail: MailProcess, database: asyncpg.Pool, bus: RabbitBus) -> None:
        self.processes = list(processes)
        self.ledger = mail.ledger
        self.ports = dict(zip(map(id, processes), mail.ports, strict=True))
        self.told: list[Firm] = []
        self._database = database
        self._bus = bus

    async def start(self, *some: Process) -> None:
        """Start some of them, or all; they are ready then."""
        for process in some or self.processes:
            process.start()
        for process in some or self.processes:
            await asyncio.to_thread(process.wait_until_ready)

    async def stop(self) -> None:
        """Ask all of them to stop; they do so as they should."""
        stopped = [asyncio.to_thread(process.stop, signal.SIGTERM) for process in self.processes]
        assert await asyncio.gather(*stopped) == [0] * len(self.processes)

    async def tell(self, count: int) -> None:
        """Publish events of so many new firms, about which each of them gets one mail."""
        firms = [Firm() for _ in range(count)]
        self.told += firms
        events = [
            new_event(data, sequence=sequence, time=NOW, traceparent=None)
            for firm in firms
            for data, sequence in (firm.registered(), firm.revoked())
        ]
        for start in range(0, len(events), 500):
            page = [Outgoing(event.id, event.type, encode(event)) for event in events[start : start + 500]]
            assert not any(await self._bus.publish(page))

    def taken_over(self, process: Process) -> int:
        """How many mails the server has taken from one of them, in all of its lives."""
        return self.ledger.count(self.ports[id(process)])

    async def everything_is_claimed(self) -> bool:
        """Whether all that was told is on its way at least."""
        sql = "SELECT count(*) FROM messages WHERE state <> 'queued'"
        return await self._database.fetchval(sql) == len(self.told)

    async def drained(self) -> None:
        """Wait until all that was told is marked as sent; however long that takes, while something moves."""
        while not await self._everything_is_sent():
            before = len(self.ledger.taken)

            async def moves(before: int = before) -> bool:
                return len(self.ledger.taken) > before or await self._everything_is_sent()

            await eventually(moves, within=STANDSTILL)

    async def _everything_is_sent(self) -> bool:
        states = await self._database.fetch("SELECT state, count(*) AS number FROM messages GROUP BY state")
        return {row["state"]: row["number"] for row in states} == {"sent": len(self.told)}

    async def unmarked(self, since: int) -> list[Entry]:
        """Once all are dead: what the server took from them, after the first `since` mails, that is not marked.

        What was theirs is free for the next ones then, as if its lease had ended.
        """

        async def all_is_quiet() -> bool:
            sql = """SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND application_name = 'peiyu-notifier'"""
            return all(map(self.ledger.is_quiet, self.ports.values())) and not await self._database.fetchval(sql)

        await eventually(all_is_quiet)
        sending = await self._database.fetch(
            "UPDATE mails SET next_try_at = now() WHERE state = 'sending' RETURNING id"
        )
        ids = {f"<{row['id']}@peiyu.example>" for row in sending}
        return [entry for entry in self.ledger.taken[since:] if entry.message_id in ids]


@pytest.fixture
def replicas(scratch: Path, broker: Any, database_url_async: Callable[[str], Any]) -> Callable[[int], Any]:
    """`async with replicas(2) as it`: so many notifiers, not started yet."""

    @asynccontextmanager
    async def run(count: int) -> AsyncIterator[Replicas]:
        url, amqp = await database_url_async("notifier"), await asyncio.to_thread(broker.new_vhost)
        folder = scratch / f"chaos-{url.rpartition('/')[2].partition('?')[0]}"
        folder.mkdir()
        ShiftedClock(folder / "clock").move(NOW)
        with mail_process(folder, ports=count) as mail:
            processes = [
                Process("notifier", port, _environment(folder, url, amqp, port, smtp), folder / f"notifier-{port}.log")
                for port, smtp in ((free_port(), smtp) for smtp in mail.ports)
            ]
            database = await asyncpg.create_pool(url.replace("+asyncpg", ""), min_size=1, max_size=3)
            bus = RabbitBus(amqp)
            try:
                yield Replicas(processes, mail, database, bus)
            finally:
                await database.close()
                await bus.close()
                for process in processes:
                    if process.popen is not None:
                        process.stop(signal.SIGKILL)

    return run


def _environment(folder: Path, url: str, amqp: str, port: int, smtp_port: int) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "PYTHONUNBUFFERED": "1",
        "PEIYU_ENV": "test",
        "PEIYU_LOG_LEVEL": "WARNING",
        "PEIYU_AMQP_URL": amqp,
        "PEIYU_AUTH_ISSUER": ISSUER,
        "PEIYU_CLOCK_FILE": str(folder / "clock"),
        "NOTIFIER_DATABASE_URL": url,
        "NOTIFIER_PORT": str(port),
        "NOTIFIER_SMTP_HOST": "127.0.0.1",
        "NOTIFIER_SMTP_PORT": str(smtp_port),
        "NOTIFIER_SMTP_TLS": "none",
        "NOTIFIER_GATHER": "0",
        "NOTIFIER_MAIL_INTERVAL": "0.05",
        "NOTIFIER_MAIL_CONNECTIONS": str(CONNECTIONS),
    }


@pytest.fixture(scope="package")
def town(scratch: Path) -> Iterator[Town]:
    """The platform on servers that a test may break."""
    with running_town(scratch / "town") as it:
        yield it
