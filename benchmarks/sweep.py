"""What the daily sweep costs by what is due and by what exists: seconds, statements a page, memory, the index used."""

import argparse
import asyncio
import resource
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from pydantic import SecretStr
from rich.console import Console
from rich.table import Table
from sqlalchemy import event

from benchmarks.measured.databases import UNRECORDED, execute
from benchmarks.measured.turns import OURS, Goal, Measured, keep, show
from services.cli.local import local_postgres
from services.notifier.main import build
from services.notifier.settings import NotifierSettings
from shared.messaging import EmbeddedBus
from shared.runtime.clock import StandingClock
from shared.runtime.logs import configure_logs
from shared.runtime.migrations import migrate
from shared.web.assembly import Service, Surroundings

SMALL = "where all are due"
GOAL = Goal(than=SMALL, at_most=2)
NOW = datetime(2026, 4, 23, 1, tzinfo=UTC)
"""Seven days before the date of the year's updates: those of 2026 are due to be reminded of, those of 2027 are not."""

INDEX = "obligations_next_stage"

FIRMS = """
INSERT INTO firms (credit_code, version, name, authority, contact_name, contact_email, language, updates)
SELECT '91350203MA' || lpad(n::text, 8, '0'), 1, '厦门示例' || n || '有限公司',
    (ARRAY['XM-SM', 'XM-HC', 'XM-HL', 'XM-JM', 'XM-TA', 'XM-XA', 'XM-HJ'])[1 + n % 7], '林海燕',
    'f' || n || '@firm.example', 'zh-CN', '[]'
FROM generate_series(1, $1::int) AS n
"""
OBLIGATIONS = """
INSERT INTO obligations (id, credit_code, duty, subject, year, nominal_due, due, acts_from, state, stage, next_stage_at,
    facts, citation, opened_at)
SELECT gen_random_uuid(), code, 'update', code || '/' || year, year, make_date(year, 4, 30), make_date(year, 4, 30),
    make_date(year, 1, 1), 'open', NULL, make_date(year, 4, 1), '{"titles": ["specialized"]}',
    '{"rule": "r", "document": "厦工信规〔2023〕2号", "article": "第十二条", "text": "条文。", "text_en": "Text."}',
    make_date(year, 1, 1)
FROM generate_series(1, $1::int) AS n, LATERAL (
    SELECT CASE WHEN n <= $2::int THEN 2026 ELSE 2027 END AS year, '91350203MA' || lpad(n::text, 8, '0') AS code
)
"""
AGAIN = "UPDATE obligations SET stage = '14', next_stage_at = '2026-04-22T16:00Z' WHERE due = '2026-04-30'"


@dataclass
class City:
    """Obligations that exist, of which some are due, and what it cost to sweep them."""

    exist: int
    url: str
    service: Service
    seconds: list[float] = field(default_factory=list)
    statements: list[int] = field(default_factory=list)
    """Of each page of the last sweep."""
    memory: float = 0
    """The most that this process has taken so far, in MiB."""
    plan: str = ""
    """How the database finds a page."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--exist",
        type=int,
        nargs="+",
        default=[100_000, 1_000_000],
        help="in larger cities; in the small one all are due",
    )
    parser.add_argument("--due", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=3)
    told = parser.parse_args()
    configure_logs("bench", "WARNING", "console")
    with tempfile.TemporaryDirectory(prefix="peiyu-") as folder:
        postgres = Path(folder).resolve() / "postgres"
        sizes = [told.due, *told.exist]
        with local_postgres(postgres, tuple(f"city_{exist}" for exist in sizes), durable=False) as urls:
            cities = asyncio.run(measure(dict(zip(sizes, urls.values(), strict=True)), told.due, told.runs))
    Console().print(table(cities, told.due))
    judge(cities, told.due)


async def measure(urls: Mapping[int, str], due: int, runs: int) -> list[City]:
    """Sweep the cities so many times, in turns."""
    cities = []
    for exist, url in urls.items():
        await migrate("notifier", url)
        cities.append(City(exist, url, notifier(url)))
        await execute(url, UNRECORDED, (FIRMS, exist), (OBLIGATIONS, exist, due))
    for _ in range(runs):
        for city in cities:
            await execute(city.url, "TRUNCATE messages, mails CASCADE", AGAIN, "VACUUM ANALYZE")
            await sweep(city)
    for city in cities:
        await city.service.backend.database.close()
    return cities


def notifier(url: str) -> Service:
    clock = StandingClock()
    clock.move(NOW)
    settings = NotifierSettings(database_url=SecretStr(url), env="test", auth_issuer="http://peiyu.test/login")
    return build(settings, Surroundings(EmbeddedBus(), clock))


async def sweep(city: City) -> None:
    """Let the notifier find what is due, until nothing is."""
    (reminders,) = (each for each in city.service.sweeps if each.name == "reminders")
    engine = city.service.backend.database.engine.sync_engine
    sent: list[tuple[str, Any]] = []
    pages: list[list[tuple[str, Any]]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        sent.append((statement, parameters))

    def transaction_ends(_: Any) -> None:
        if "next_stage_at <=" in sent[0][0]:  # not one that looks for something else
            pages.append(sent.copy())
        sent.clear()

    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "commit", transaction_ends)
    begun = time.perf_counter()
    await reminders.round()
    city.seconds.append(time.perf_counter() - begun)
    event.remove(engine, "commit", transaction_ends)
    event.remove(engine, "before_cursor_execute", note)
    city.statements = [len(page) for page in pages if len(page) > 1]  # the last one finds nothing
    city.memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    city.plan = await plan(city, *pages[0][0])


async def plan(city: City, statement: str, parameters: Any) -> str:
    async with city.service.backend.database.transaction() as session:
        connection = await session.connection()
        return "\n".join((await connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)).scalars())


def table(cities: Sequence[City], due: int) -> Table:
    """A row a city."""
    columns = ("exist", "seconds", "range", "due/s", "pages", "statements\na page", "peak\nMiB")
    shown = Table(*columns, title=f"daily sweep, {due:,} obligations due")
    for city in cities:
        shown.add_row(
            f"{city.exist:,}",
            f"{median(city.seconds):.2f}",
            f"{min(city.seconds):.2f}–{max(city.seconds):.2f}",
            f"{due / median(city.seconds):,.0f}",
            str(len(city.statements)),
            "–".join(map(str, sorted({min(city.statements), max(city.statements)}))),
            f"{city.memory:.0f}",
        )
    return shown


def judge(cities: Sequence[City], due: int) -> None:
    """Say what the table shows. Raises `SystemExit` where it is not what it should be."""
    small, large = cities[0], cities[-1]
    title = f"daily sweep of {due:,} due, of {large.exist:,} obligations"
    show(Measured("sweep", title, "s", {OURS: large.seconds, SMALL: small.seconds}, GOAL))
    for city in cities:
        keep(Measured(f"sweep-{city.exist}", title, "s", {OURS: city.seconds}))
    print(large.plan)
    if INDEX not in large.plan:
        raise SystemExit(f"a page is not found by {INDEX}")
    if len({count for city in cities for count in city.statements}) > 1:
        raise SystemExit("some pages take more statements than others")


if __name__ == "__main__":
    main()
