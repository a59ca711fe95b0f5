"""How fast a list of titles is read, checked, entered and committed, beside asyncpg's COPY of as many rows."""

import argparse
import asyncio
import csv
import io
import json
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

import openpyxl
import uuid_utils.compat as uuid7s
import uvloop
from pydantic import SecretStr

from benchmarks.measured.databases import connected, execute
from benchmarks.measured.processes import resident
from benchmarks.measured.turns import Goal, Measured, show
from benchmarks.measured.updates import codes
from services.cli.local import local_postgres
from services.reviews.commands.imports import import_next, upload
from services.reviews.main import build
from services.reviews.settings import ReviewsSettings
from shared.messaging import Backend, EmbeddedBus
from shared.runtime.clock import SystemClock, real_now
from shared.runtime.logs import configure_logs
from shared.runtime.migrations import migrate
from shared.web.assembly import Surroundings
from shared.web.caller import AccountType, Caller, Role

GOAL = Goal(at_least=20_000)
OURS, SHEET, BARE = "peiyu", "peiyu, as XLSX", "bare"
HEADINGS = ("序号", "企业名称", "统一社会信用代码", "所属区", "称号", "有效期起", "有效期止")
BUREAU = Caller("bureau", "市工信局", Role.BUREAU, AccountType.STAFF, frozenset(), "XM-GXJ", "approved")
TABLES = {
    "certifications": (
        "id", "credit_code", "enterprise_name", "authority", "title", "status", "eligibility", "valid_from", "valid_to",
        "granted_valid_to", "period_start", "first_period", "window_opens", "window_closes", "ends_at",
        "renewal_refused", "version", "granted_at",
    ),
    "update_duties": ("certification_id", "year", "credit_code", "nominal_due", "due", "opens", "deadline", "state"),
    "outbox": ("id", "type", "body"),
}  # fmt: skip
EMPTY = "TRUNCATE certifications, outbox, certification_imports CASCADE"

Lines = Sequence[Sequence[str]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=5, help="of each, in turns")
    told = parser.parse_args()
    configure_logs("bench", "WARNING", "console")
    figures: dict[str, list[float]] = {name: [] for name in (OURS, SHEET, BARE)}
    with tempfile.TemporaryDirectory(prefix="peiyu-") as name:
        folder = Path(name).resolve()
        folder.chmod(0o755)
        with local_postgres(folder / "postgres", ("reviews",)) as urls:
            url = urls["reviews"]
            asyncio.run(migrate("reviews", url))
            for turn in range(told.runs):
                lines = _lines(told.rows, turn)
                work: Mapping[str, tuple[bytes, Callable[[str, bytes], Awaitable[None]]]] = {
                    OURS: (as_csv(lines), _ours),
                    SHEET: (as_xlsx(lines), _ours),
                    BARE: (as_csv(lines), _bare),
                }
                for contender, (content, do) in work.items():
                    asyncio.run(execute(url, EMPTY, "VACUUM ANALYZE"))
                    begun = time.perf_counter()
                    uvloop.run(do(url, content))
                    figures[contender].append(told.rows / (time.perf_counter() - begun))
                    if (entered := asyncio.run(_entered(url))) != told.rows:
                        raise SystemExit(f"{contender} entered {entered:,} of {told.rows:,} titles")
    memory = {OURS: resident()}
    show(Measured("imports", f"{told.rows:,} titles of one list", "rows/s", figures, GOAL, memory))


def _lines(count: int, turn: int) -> Lines:
    title = ("思明区", "专精特新中小企业", "2026-04-01", "2029-03-31")
    return [
        (str(number), f"厦门示例{code}有限公司", code, *title)
        for number, code in enumerate(codes(count, after=turn * count), 1)
    ]


def as_csv(lines: Lines) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([HEADINGS, *lines])
    return text.getvalue().encode()


def as_xlsx(lines: Lines) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for line in (HEADINGS, *lines):
        sheet.append(line)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


async def _ours(url: str, content: bytes) -> None:
    """As it is uploaded and worked on by a service."""
    settings = ReviewsSettings(database_url=SecretStr(url), env="test", auth_issuer="http://peiyu.test")
    backend: Backend = build(settings, Surroundings(EmbeddedBus(), SystemClock())).backend
    async with backend.work() as work:
        await upload(work, content, "list", BUREAU, keep_good=False, duties_from=None, preview=False)
    while await import_next(backend):
        pass
    await backend.database.close()


async def _bare(url: str, content: bytes) -> None:
    """As many titles, duties and events by COPY, in one transaction; nothing is checked."""
    now = real_now()
    titles, duties, events = [], [], []
    for _, name, code, _, _, begins, ends in list(csv.reader(io.StringIO(content.decode())))[1:]:
        id_, first, last = uuid7s.uuid7(), date.fromisoformat(begins), date.fromisoformat(ends)
        what = (id_, code, name, "XM-SM", "specialized", "valid", "held", first, last, last, first, True)
        titles.append((*what, last, last, now, False, 1, now))
        duties += [(id_, year, code, last, last, now, now, "open") for year in (2026, 2027, 2028)]
        told = {"certification_id": str(id_), "credit_code": code, "enterprise_name": name}
        events.append((uuid7s.uuid7(), "certification.granted.v1", json.dumps(told).encode()))
    async with connected(url) as connection, connection.transaction():
        for (table, columns), rows in zip(TABLES.items(), (titles, duties, events), strict=True):
            await connection.copy_records_to_table(table, records=rows, columns=columns)


async def _entered(url: str) -> int:
    async with connected(url) as connection:
        count: int = await connection.fetchval("SELECT count(DISTINCT certification_id) FROM update_duties")
    return count


if __name__ == "__main__":
    main()
