"""What each page of the portal costs with ten firms and with a million: its calls, and the time until it is there."""

import argparse
import asyncio
import re
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import httpx
from rich.console import Console
from rich.table import Table

from benchmarks.measured.databases import UNRECORDED, connected
from tests.browser.firms import BUREAU, OFFICER, several
from tests.browser.pages import Kinds, walk
from tests.browser.platform import Platform

LINK = re.compile(r"<a[^>]*? href=\"(/[^\"]*)\"")
FIRM_TABLES: Mapping[str, tuple[str, ...]] = {
    "profile": ("enterprises", "names", "held_titles", "owed_updates", "annual_updates", "update_drafts"),
    "changes": ("firms", "held_titles", "reports", "occurrences"),
    "reviews": ("certifications", "profile_copies", "update_duties", "reviews"),
    "notifier": (
        "firms", "certifications", "applications", "occurrences", "reports", "obligations", "follow_ups",
        "heard_events",
    ),
}  # fmt: skip
"""With a credit code in each row."""

PART_TABLES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "changes": (("report_steps", "JOIN reports AS whose ON whose.id = row.report_id"),),
    "reviews": (("review_steps", "JOIN reviews AS whose ON whose.id = row.review_id"),),
    "notifier": (
        ("mails", "JOIN LATERAL (SELECT credit_code FROM messages WHERE mail_id = row.id LIMIT 1) AS whose ON true"),
        ("messages", "JOIN firms AS whose USING (credit_code)"),
    ),
}
"""With what tells whose each row is."""


@dataclass
class Measured:
    """A page, who looks at it, its calls of the API, the milliseconds of each look by the number of firms."""

    kind: str
    account: str | None
    path: str
    calls: int = 0
    times: dict[int, list[float]] = field(default_factory=dict)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--firms", type=int, nargs="+", default=[10, 10_000, 1_000_000])
    parser.add_argument("--looks", type=int, default=7, help="at each page; the median counts")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="peiyu-") as folder, Platform(Path(folder).resolve()) as platform:
        models = several(platform)
        with logged_in(platform, (None, models[0].account, OFFICER, BUREAU, "operator")) as browsers:
            pages = find(browsers)
            there = len(models)
            for firms in sorted(told.firms):
                asyncio.run(
                    multiply(platform, [model.code for model in models], there // len(models), firms // len(models))
                )
                there = firms
                for page in pages:
                    look(browsers[page.account], page, firms, told.looks)
    Console(width=120).print(table(pages, sorted(told.firms)))


@contextmanager
def logged_in(platform: Platform, accounts: tuple[str | None, ...]) -> Iterator[dict[str | None, httpx.Client]]:
    """A browser for each account."""
    browsers: dict[str | None, httpx.Client] = {}
    for account in accounts:
        browser = httpx.Client(base_url=platform.url, follow_redirects=True, timeout=300, trust_env=False)
        browsers[account] = browser
        if account is not None:
            form = browser.get("/session/start")
            hidden = dict(re.findall(r"<input type=\"hidden\" name=\"(\w+)\" value=\"([^\"]*)\"", form.text))
            browser.post(str(form.url), data={**hidden, "account": account}).raise_for_status()
    yield browsers
    for browser in browsers.values():
        browser.close()


def find(browsers: Mapping[str | None, httpx.Client]) -> list[Measured]:
    """One page of each kind for each account, as its links lead there."""
    found: dict[tuple[str, str | None], Measured] = {}
    kinds = Kinds()
    for account, browser in browsers.items():

        def links(_: str, path: str, browser: httpx.Client = browser) -> list[str]:
            return [link.replace("&amp;", "&") for link in LINK.findall(browser.get(path).raise_for_status().text)]

        for kind, path in walk(kinds, "/home" if account else "/", links, Counter(), most=1):
            found.setdefault((kind, account), Measured(kind, account, path))
    return list(found.values())


def look(browser: httpx.Client, page: Measured, firms: int, looks: int) -> None:
    times = []
    for _ in range(looks):
        begun = time.perf_counter()
        answer = browser.get(page.path).raise_for_status()
        times.append((time.perf_counter() - begun) * 1000)
    told = re.search(r"api;desc=\"(\d+)\"", answer.headers.get("Server-Timing", ""))
    page.calls = max(page.calls, int(told[1]) if told else 0)
    page.times[firms] = times


async def multiply(platform: Platform, models: list[str], there: int, wanted: int) -> None:
    """As many likes of each model firm as are wanted: the same rows with other codes, names, ids and authorities."""
    for service, tables in FIRM_TABLES.items():
        async with connected(platform.database(service)) as connection:
            await connection.execute(UNRECORDED)
            await connection.execute("CREATE TEMPORARY TABLE models AS SELECT unnest($1::text[]) AS code", models)
            parts = PART_TABLES.get(service, ())
            for name, whose in ((*((name, "") for name in tables), *parts)) if wanted > there else ():
                columns = await connection.fetch(
                    "SELECT column_name AS name, udt_name AS type FROM information_schema.columns WHERE table_name = $1"
                    " AND is_generated = 'NEVER' ORDER BY ordinal_position", name,
                )  # fmt: skip
                code = "whose.credit_code" if whose else "row.credit_code"
                taken = ", ".join(f'"{each["name"]}"' for each in columns)
                values = ", ".join(like(each["name"], each["type"], code) for each in columns)
                await connection.execute(
                    f"INSERT INTO {name} ({taken}) SELECT {values} FROM {name} AS row {whose},"
                    f" generate_series({max(there, 1)}, {wanted - 1}) AS n WHERE {code} IN (SELECT code FROM models)"
                )
            await connection.execute("VACUUM ANALYZE")


def like(name: str, type_: str, code: str) -> str:
    """What stands in a column for the like number `n` of a firm."""
    column = f'row."{name}"'
    if name == "authority":
        return "(ARRAY['XM-SM', 'XM-HC', 'XM-HL', 'XM-JM', 'XM-TA', 'XM-XA', 'XM-HJ'])[1 + n % 7]"
    if name == "html":
        return "''"
    if type_ == "uuid":
        return f"md5({column}::text || n)::uuid"
    if type_ not in ("text", "jsonb", "_text"):
        return column
    other = f"left({code}, 8) || lpad(upper(to_hex(n)), 6, '0') || right({code}, 4)"
    told = f"replace(replace({column}::text, {code}, {other}), '厦门样本', '厦门样本' || n || '号')"
    if type_ == "text":
        return f"CASE WHEN {column} ~ '^[0-9a-f-]{{36}}$' THEN md5({column} || n)::uuid::text ELSE {told} END"
    return f"({told})::{'text[]' if type_ == '_text' else type_}"


def table(pages: list[Measured], sizes: list[int]) -> Table:
    """A row a page; what grows most stands last. Growth is told by the shortest times, which others disturb least."""
    shown = Table("page", "account", "calls", *(f"{size:,} firms" for size in sizes), "growth")
    grown = {id(page): min(page.times[sizes[-1]]) / min(page.times[sizes[0]]) for page in pages}
    for page in sorted(pages, key=lambda page: grown[id(page)]):
        times = [f"{median(page.times[size]):.0f} ({min(page.times[size]):.0f})" for size in sizes]
        account = (page.account or "nobody").partition(":")[0]
        shown.add_row(page.kind, account, str(page.calls), *times, f"{grown[id(page)]:.1f}")
    shown.title = "milliseconds until a page is there: median (shortest)"
    return shown


if __name__ == "__main__":
    main()
