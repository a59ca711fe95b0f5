"""How fast a firm is found by its code or by part of its name, among ten thousand and among a million."""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table
from sqlalchemy import text, true

from benchmarks.measured.databases import UNRECORDED, execute
from services.cli.local import local_postgres
from services.profile.repository.search import Wanted, enterprises
from shared.regulation import Title
from shared.runtime.database import Database
from shared.runtime.migrations import migrate

PAGE, REPEATS = 51, 7
# Names of a place of 400, two of 2,500 characters, one of ten trades and one of three endings; one firm has its own.
FIRMS = """
INSERT INTO enterprises (credit_code, version, name, authority, registered_at, name_as_of, place_as_of)
SELECT '91' || lpad((110000 + (number::bigint * 7919) % 540000)::text, 6, '0')
       || 'MA' || upper(lpad(to_hex(number), 8, '0')),
       1,
       CASE WHEN number = 1 THEN '厦门鹭江琴岛精密机械有限公司' ELSE
           chr(19968 + place) || chr(20500 + place * 7 % 400) || chr(19968 + floor(random() * 2500)::int)
           || chr(19968 + floor(random() * 2500)::int)
           || (ARRAY[
               '科技', '智能科技', '新材料', '精密机械', '生物医药', '电子', '软件', '环保设备', '光电', '自动化'
           ])[1 + floor(random() * 10)::int]
           || (ARRAY['有限公司', '股份有限公司', '（集团）有限公司'])[1 + floor(random() ^ 3 * 3)::int]
       END,
       (ARRAY['XM-SM', 'XM-HC', 'XM-HL', 'XM-JM', 'XM-TA', 'XM-XA', 'XM-HJ'])[1 + number % 7],
       now(), now(), now()
FROM (SELECT number, floor(random() * 400)::int AS place FROM generate_series(1, $1::int) AS number) AS firms
"""
TITLES = """
INSERT INTO held_titles (certification_id, credit_code, version, title, status, valid_to, duties)
SELECT gen_random_uuid(), credit_code, 1, CASE WHEN row_number() OVER () % 100 = 0 THEN 'growth' ELSE 'innovative' END,
       'valid', '2028-12-31', '[]' FROM enterprises
"""
SEARCHES: dict[str, dict[str, object]] = {
    "no words": {},
    "a whole name": {"words": "厦门鹭江琴岛精密机械有限公司"},
    "two rare characters": {"words": "琴岛"},
    "nobody": {"words": "琴江"},
    "a trade": {"words": "软件"},
    "a trade and an ending": {"words": "智能科技有限公司"},
    "everybody": {"words": "有限公司"},
    "across two words": {"words": "件股"},
    "a trade, one authority": {"words": "软件", "authority": "XM-SM"},
    "a trade, a rare title": {"words": "软件", "title": Title.GROWTH},
    "a code's beginning": {"words": "9135"},
    "a code": {"words": "{code}"},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--firms", type=int, nargs="+", default=[10_000, 1_000_000])
    sizes = parser.parse_args().firms
    with tempfile.TemporaryDirectory(prefix="peiyu-bench-") as folder:
        Path(folder).chmod(0o755)
        names = tuple(f"search_{size}" for size in sizes)
        with local_postgres(Path(folder) / "postgres", names, durable=False) as urls:
            measured = {size: asyncio.run(_measure(urls[f"search_{size}"], size)) for size in sizes}
    shown = Table("search", *(f"{size:,} firms" for size in sizes), title="milliseconds, median of a first page")
    for search in ("filled in seconds", *SEARCHES):
        shown.add_row(search, *(f"{measured[size][search]:.1f}" for size in sizes))
    Console().print(shown)


async def _measure(url: str, size: int) -> dict[str, float]:
    await migrate("profile", url)
    started = time.perf_counter()
    await execute(url, UNRECORDED, "SELECT setseed(0.5)", (FIRMS, size), TITLES)
    measured = {"filled in seconds": time.perf_counter() - started}
    await execute(url, "VACUUM ANALYZE")
    database = Database(url)
    async with database.transaction() as session:
        code = await session.scalar(
            text("SELECT credit_code FROM enterprises OFFSET :middle LIMIT 1"), {"middle": size // 2}
        )
    for search, asked in SEARCHES.items():
        words = str(asked["words"]).format(code=code) if "words" in asked else None
        wanted = Wanted(true(), **{**asked, "words": words})  # type: ignore[arg-type]
        times = []
        for _ in range(REPEATS):
            async with database.transaction() as session:
                before = time.perf_counter()
                await enterprises(session, wanted, after=None, limit=PAGE)
                times.append((time.perf_counter() - before) * 1000)
        measured[search] = median(times)
    await database.close()
    return measured


if __name__ == "__main__":
    main()
