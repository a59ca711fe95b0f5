"""How fast mail goes out: mails put into words, sent and marked, beside a bare loop that sends them ready-made."""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

import aiosmtplib
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table
from sqlalchemy import select, text
from uvicorn.loops.auto import auto_loop_factory

from benchmarks.measured.databases import UNRECORDED, execute
from benchmarks.sweep import AGAIN, FIRMS, NOW, OBLIGATIONS
from services.cli.local import local_postgres
from services.notifier.delivery import POSTED, Deliverer
from services.notifier.mail.composing import compose
from services.notifier.main import build
from services.notifier.models import Mail
from services.notifier.settings import NotifierSettings
from shared.messaging import EmbeddedBus
from shared.runtime.clock import StandingClock
from shared.runtime.logs import configure_logs
from shared.runtime.migrations import migrate
from shared.runtime.service import all_is_loaded
from shared.web.assembly import Service, Surroundings
from tests.infrastructure.mail_process import MailProcess, mail_process

GOAL = 0.8
SENDER = "no-reply@peiyu.example"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=2000)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--runs", type=int, default=5, help="of each, in turns")
    told = parser.parse_args()
    configure_logs("bench", "WARNING", "console")
    with tempfile.TemporaryDirectory(prefix="peiyu-") as name:
        folder = Path(name).resolve()
        with (
            local_postgres(folder / "postgres", ("notifier",), durable=False) as urls,
            mail_process(folder) as server,
            asyncio.Runner(loop_factory=auto_loop_factory()) as runner,
        ):
            measured = runner.run(measure(urls["notifier"], server, told.mails, told.connections, told.runs))
    Console().print(table(*measured, told.connections))


async def measure(
    url: str, server: MailProcess, mails: int, connections: int, runs: int
) -> tuple[list[float], list[float], int]:
    """Mails a second of the notifier's runs and of the bare loop's, and how many bytes a mail has."""
    await migrate("notifier", url)
    service = notifier(url, server, connections)
    await execute(url, UNRECORDED, (FIRMS, mails), (OBLIGATIONS, mails, mails))
    ours, bare, ready = [], [], []
    for _ in range(runs):
        await queue(service, url)
        ours.append(await deliver(service, mails))
        ready = ready or await ready_made(service)
        bare.append(await send_bare(server, ready, connections))
    await service.backend.database.close()
    return ours, bare, sum(len(content) for _, content in ready) // len(ready)


def notifier(url: str, server: MailProcess, connections: int) -> Service:
    clock = StandingClock()
    clock.move(NOW)
    settings = NotifierSettings(
        database_url=SecretStr(url),
        env="test",
        auth_issuer="http://peiyu.test/login",
        smtp_host=server.host,
        smtp_port=server.ports[0],
        smtp_tls="none",
        sender=f"培育平台 <{SENDER}>",
        mail_connections=connections,
        gather=0,
    )
    service = build(settings, Surroundings(EmbeddedBus(), clock))
    all_is_loaded()  # as where it is served
    return service


async def queue(service: Service, url: str) -> None:
    """A reminder to each firm waits, and nothing else."""
    await execute(url, "TRUNCATE messages, mails CASCADE", AGAIN)
    for sweep in service.sweeps:
        await sweep.round()
    await execute(url, "DELETE FROM messages WHERE audience <> 'firm'", "VACUUM ANALYZE")


async def deliver(service: Service, mails: int) -> float:
    """Mails a second from the claim to the mark."""
    assert isinstance(service.settings, NotifierSettings)
    stopping = asyncio.Event()
    begun, goal = time.perf_counter(), _sent() + mails
    async with asyncio.TaskGroup() as group:
        group.create_task(Deliverer(service.backend, service.settings).run(stopping))
        while _sent() < goal:  # noqa: ASYNC110 - a counter tells nobody
            await asyncio.sleep(0.005)
        stopping.set()
    seconds = time.perf_counter() - begun
    async with service.backend.database.transaction() as session:
        states = (await session.execute(text("SELECT DISTINCT state FROM messages"))).scalars().all()
    if states != ["sent"]:
        raise SystemExit(f"some mails are {states}")
    return mails / seconds


def _sent() -> float:
    return sum(sample.value for sample in POSTED.labels("sent").collect()[0].samples)


async def ready_made(service: Service) -> list[tuple[str, bytes]]:
    """The mails that were sent, each with its recipient."""
    assert isinstance(service.settings, NotifierSettings)
    async with service.backend.database.transaction() as session:
        mails = (await session.scalars(select(Mail))).all()
    return [(mail.recipient, compose(mail, service.settings.sender)) for mail in mails]


async def send_bare(server: MailProcess, ready: Sequence[tuple[str, bytes]], connections: int) -> float:
    """Mails a second of a loop that does nothing but send."""
    waiting = iter(ready)
    begun = time.perf_counter()
    await asyncio.gather(*(_one_connection(server, waiting) for _ in range(connections)))
    return len(ready) / (time.perf_counter() - begun)


async def _one_connection(server: MailProcess, waiting: Iterator[tuple[str, bytes]]) -> None:
    async with aiosmtplib.SMTP(hostname=server.host, port=server.ports[0], start_tls=False) as client:
        for recipient, content in waiting:
            await client.sendmail(SENDER, [recipient], content)


def table(ours: Sequence[float], bare: Sequence[float], size: int, connections: int) -> Table:
    """Mails a second of both, and how they compare."""
    shown = Table(
        "mails/s", "median", "range", title=f"mails of {size:,} bytes to a local server, {connections} connections"
    )
    for name, runs in (("notifier", ours), ("bare aiosmtplib", bare)):
        shown.add_row(name, f"{median(runs):,.0f}", f"{min(runs):,.0f}–{max(runs):,.0f}")
    each = [one / other for one, other in zip(ours, bare, strict=True)]
    shown.add_section()
    shown.add_row(f"ratio (goal {GOAL})", f"{median(each):.2f}", f"{min(each):.2f}–{max(each):.2f}")
    return shown


if __name__ == "__main__":
    main()
