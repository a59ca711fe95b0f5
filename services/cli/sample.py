"""Loads the synthetic city into a running platform, as if its firms had used it for years."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import func, select

from services.cli.city import Firm, form_of, sample_city
from services.profile.commands.enterprises import LoadedProfile, load_profiles
from services.profile.repository import profiles
from services.reviews.commands.grants import grant_many
from services.reviews.lists import GrantRow
from shared.messaging import Backend
from shared.messaging.tables import OutboxRow
from shared.runtime.acting import PLATFORM, Act, Actor, acting

T = TypeVar("T")
CHUNK = 500
LOADED_BY = "sample"
POLL = 0.1


async def load_sample(backends: Mapping[str, Backend], folder: Path, console: Console) -> None:
    """Load the city once; a load that was interrupted is taken up where it stopped. Ends when all have heard of it."""
    with acting(Act("load_sample", Actor(LOADED_BY, "synthetic sample data", PLATFORM.role))):
        await _load(backends, folder, console)


async def _load(backends: Mapping[str, Backend], folder: Path, console: Console) -> None:
    begun, done = folder / "sample.begun", folder / "sample"
    if done.exists():
        return
    if not begun.exists():
        begun.write_text(backends["profile"].clock.now().isoformat())
    now = datetime.fromisoformat(begun.read_text())
    firms = await asyncio.to_thread(sample_city, now)
    rows = titles_of(firms)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        entering = progress.add_task("sample: firms", total=len(firms))
        for some in chunks(firms):
            await enter_firms(backends["profile"], some)
            progress.advance(entering, len(some))
        granting = progress.add_task("sample: titles", total=len(rows))
        for chunk in chunks(rows):
            await grant_titles(backends["reviews"], chunk)
            progress.advance(granting, len(chunk))
        telling = progress.add_task("sample: events", total=None)
        most = 0
        while waiting := await _waiting(backends):
            most = max(most, waiting)
            progress.update(telling, total=most, completed=most - waiting)
            await asyncio.sleep(POLL)
        progress.update(telling, total=most or 1, completed=most or 1)
    done.touch()


def chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """`items` in portions that one transaction takes."""
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))


async def enter_firms(profile: Backend, firms: Sequence[Firm]) -> None:
    """Enter firms with their updates in one transaction, unless the first of them is there already."""
    async with profile.work() as work:
        if await profiles.enterprise(work.session, firms[0].credit_code) is not None:
            return
        await load_profiles(
            work,
            [
                LoadedProfile(
                    credit_code=firm.credit_code,
                    name=firm.name,
                    authority=firm.authority,
                    registered_place=firm.place,
                    contact=firm.contact,
                    updates={year: (instant, form_of(firm, year)) for year, instant in firm.updates.items()},
                )
                for firm in firms
            ],
            LOADED_BY,
        )


def titles_of(firms: Sequence[Firm]) -> list[GrantRow]:
    """The titles of firms as a list of grants."""
    return [
        GrantRow(firm.credit_code, firm.name, firm.authority, held.title, held.valid_from, held.valid_to)
        for firm in firms
        for held in firm.titles
    ]


async def grant_titles(reviews: Backend, rows: Sequence[GrantRow]) -> None:
    """Grant titles in one transaction; those that are granted already stay as they are."""
    async with reviews.work() as work:
        await grant_many(work, rows, None)


async def _waiting(backends: Mapping[str, Backend]) -> int:
    """How many events have not reached all who take them."""
    total = 0
    for backend in backends.values():
        async with backend.work() as work:
            total += await work.session.scalar(select(func.count()).select_from(OutboxRow)) or 0
    return total
