"""A town on the platform as operators run it, on servers of its own that a test may break in any way.

Every service is a process of its own, over a cluster of three RabbitMQ nodes behind a relay, and a PostgreSQL whose
disk is full where a file grows past `DISK` MB.
"""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import asyncpg

from services.cli.catalogue import SERVICES
from shared.runtime.clock import ShiftedClock
from shared.runtime.migrations import migrate
from tests.chaos.ledger import Ledger
from tests.chaos.load import UPDATE_DUE, Client, Load, Midnight
from tests.chaos.reckoning import reckon
from tests.conftest import USED
from tests.infrastructure.brokers import BrokerError
from tests.infrastructure.mail import MailServer
from tests.infrastructure.platform import Platform, Process, platform_apart
from tests.infrastructure.postgres import PrivatePostgres
from tests.infrastructure.processes import free_port
from tests.infrastructure.rabbitmq_node import RabbitCluster, installed_scripts
from tests.infrastructure.relay import TcpRelay

SECONDS = float(os.environ.get("CHAOS_SECONDS", "3"))
FIRMS = int(os.environ.get("CHAOS_FIRMS", "10"))
SEED = int(os.environ.get("CHAOS_SEED", "1"))
DISK = 64
MOST_CONNECTIONS = 90
CONNECTIONS = 4
"""Connections of the notifier to the mail server: on each of them one mail may be taken and not marked."""
A_MOMENT = 1.0
"""Seconds that each of several instants lasts."""
SETTINGS = {
    "PEIYU_LOG_LEVEL": "WARNING",
    "PEIYU_RELAY_INTERVAL": "0.2",
    "PEIYU_RETRY_ATTEMPTS": "12",
    "NOTIFIER_GATHER": "0",
    "NOTIFIER_MAIL_INTERVAL": "0.1",
    "NOTIFIER_MAIL_CONNECTIONS": str(CONNECTIONS),
    "NOTIFIER_MAIL_RETRY_BASE": "0.2",
    "NOTIFIER_MAIL_LEASE": "5",
    "NOTIFIER_SMTP_TIMEOUT": "2",
}
"""Waits that are short, so that a test is."""


@dataclass(frozen=True)
class Running:
    """What goes on in a town: the load, a client beside it, and the services' databases to look at."""

    client: Client
    databases: Mapping[str, asyncpg.Pool]
    load: asyncio.Task[None]


@dataclass
class Town:
    """The running platform with what it stands on."""

    folder: Path
    platform: Platform
    postgres: PrivatePostgres
    cluster: RabbitCluster
    relay: TcpRelay
    mail: MailServer
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))

    def at(self, instant: str) -> None:
        """Make `instant` the present, for all services."""
        ShiftedClock(self.folder / "platform" / "clock").move(datetime.fromisoformat(instant))

    @asynccontextmanager
    async def under_load(
        self,
        name: str,
        *,
        midnight: Midnight = UPDATE_DUE,
        also: Mapping[str, Sequence[tuple[str, str]]] | None = None,
        mails_twice: int = 0,
    ) -> AsyncIterator["Running"]:
        """Let firms and officers work around a midnight for the length of the block, `SECONDS` at least; then reckon.

        `also` are effects beside the usual, `mails_twice` how many mails may come twice. What came out is printed under `name` when all tests have run.
        """
        async with AsyncExitStack() as stack:
            ledger = Ledger(self.folder / f"{name}.jsonl")
            stack.callback(ledger.close)
            client = Client(self.platform.url, ledger, self.chance)
            stack.push_async_callback(client.http.aclose)
            databases = {}
            for service, url in self.platform.databases.items():
                databases[service] = await stack.enter_async_context(
                    asyncpg.create_pool(url.replace("+asyncpg", ""), min_size=0, max_size=2)
                )
            load = Load(client, FIRMS, midnight)
            self.at(midnight.instants[0])

            async def work() -> None:
                await load.before_midnight(SECONDS / 2)
                for instant in midnight.instants[1:]:
                    self.at(instant)
                    await asyncio.sleep(A_MOMENT)
                await load.after_midnight(SECONDS / 2)

            running = Running(client, databases, asyncio.create_task(work()))
            try:
                yield running
                await running.load
            finally:
                running.load.cancel()
            result = await reckon(client, databases, self.mail, midnight, also or {})
            USED[f"chaos, {name}"] = f"{result} (seed {SEED})"
            result.check(mails_twice)

    def process(self, service: str) -> Process:
        return self.platform.of(service)[0]

    def next_version(self, process: Process, port: int | None = None) -> Process:
        """The same process of the next version, not started, on a port of its own unless it is to take a place."""
        port = port or free_port()
        environment = {**process.environment, f"{process.service.upper()}_PORT": str(port)}
        newer = Process(process.service, port, environment, process.log, program="tests.chaos.next_version")
        self.platform.processes.append(newer)
        return newer


@contextmanager
def town(folder: Path) -> Iterator[Town]:
    """Start all of it, and end all of it."""
    scripts = installed_scripts()
    if scripts is None:
        raise BrokerError(
            "A cluster is made of an installed rabbitmq-server: sh tests/infrastructure/install_broker.sh"
        )
    folder.mkdir()
    with ExitStack() as stack:
        threads = stack.enter_context(ThreadPoolExecutor())
        starting = threads.submit(RabbitCluster, scripts, folder / "rabbitmq")
        stack.callback(lambda: starting.result().remove())
        postgres = PrivatePostgres(
            folder, settings={"max_connections": str(MOST_CONNECTIONS), "autovacuum": "off"}, full_at=DISK
        )
        stack.callback(postgres.shutdown)
        databases = {service: postgres.create_database(service) for service in SERVICES}
        for service, url in databases.items():
            asyncio.run(migrate(service, url))
        cluster = starting.result()
        relay = TcpRelay("127.0.0.1", *(node.port for node in cluster.nodes))
        stack.callback(relay.shutdown)
        mail = MailServer()
        mail.up()
        stack.callback(mail.down)
        amqp = f"amqp://guest:guest@127.0.0.1:{relay.port}"
        platform = stack.enter_context(
            platform_apart(folder / "platform", amqp, databases.__getitem__, mail, settings=SETTINGS)
        )
        yield Town(folder, platform, postgres, cluster, relay, mail)
