"""The loop over the days of a year: firms and officers act, the notifier looks, in the end it is compared."""

import random
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from time import perf_counter

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from services.cli.simulation.oracle.rules import XIAMEN_2023
from services.cli.simulation.oracle.warnings import Silence
from services.cli.simulation.play import Outcome, do, judge_waiting
from services.cli.simulation.stage import A_DAY, MIDNIGHT, NOTICE, WATCH, Stage, at
from services.cli.simulation.warnings import city
from services.cli.simulation.warnings.comparing import compare
from services.cli.simulation.warnings.notifier import NAME, Notifier, PostOffice
from services.cli.simulation.world import open_world

NINE = time(9)
LEFT_OUT = 0.3
A_WEEK = timedelta(days=7)
STOPS_BEFORE = timedelta(days=3)
"""The week in which the notifier is stopped begins so long before 30 April."""


class Pace(StrEnum):
    """How time passes: every day; with days on which nothing happens; with the notifier stopped around 30 April."""

    DAILY = "daily"
    RANDOM = "random"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Year(Outcome):
    """What a year of warnings showed."""

    days: int
    mails: int
    reminders: int


async def live_through(
    urls: Mapping[str, str],
    *,
    firms: int | None,
    start: date,
    end: date,
    seed: int,
    pace: Pace = Pace.DAILY,
    rules_file: Path | None = None,
    only: int | None = None,
    console: Console | None = None,
) -> Year:
    """Live through some months of the sample city, or of `firms` of it, on migrated, empty databases.

    The oracle knows the shipped rules; a platform that is told to follow a file is a wrong one.
    """
    begun = perf_counter()
    async with AsyncExitStack() as stack:
        post_office = PostOffice()
        own = {NAME: await stack.enter_async_context(post_office.opened())}
        world = await stack.enter_async_context(open_world(urls, str(rules_file or XIAMEN_2023), own, on_call=(NAME,)))
        world.move(at(start, MIDNIGHT))
        stage = Stage(world, XIAMEN_2023, at(end + A_DAY, MIDNIGHT))
        contacts = await city.move_in(stage, firms, seed, only)
        await city.plan(stage, start, end, seed)
        notifier = Notifier(world, post_office)
        looks: list[datetime] = []
        progress = stack.enter_context(_progress(console))
        task = progress.add_task("", total=(end - start).days + 1, day=start, acts=0, mails=0)
        for day in _days(start, end, pace, seed):
            await _live(stage, until=at(day, NINE), since=at(day, MIDNIGHT))
            await _tend(notifier, day, pace)
            if not notifier.stopped:
                await world.quiet()
                await notifier.look()
                looks.append(world.now)
            await _live(stage, until=at(day + A_DAY, MIDNIGHT) - timedelta(seconds=1))
            done = (day - start).days + 1
            progress.update(task, completed=done, day=day, acts=stage.acts, mails=len(post_office.arrived))
        reminders = await compare(stage, contacts, post_office.arrived, looks, _silence(looks, pace, start))
        return Year(
            firms=len(stage.firms),
            acts=stage.acts,
            checks=stage.checks,
            requests=world.requests,
            seconds=perf_counter() - begun,
            differences=tuple(stage.differences),
            failures=tuple(await world.failed()),
            days=len(looks),
            mails=len(post_office.arrived),
            reminders=reminders,
        )


async def _live(stage: Stage, *, until: datetime, since: datetime | None = None) -> None:
    """What firms, officers and dates do up to an instant; what days that were left out had brought is done `since`."""
    if since is not None:
        stage.world.move(since)
        await stage.world.quiet()
    while (instant := stage.next_instant()) is not None and instant <= until:
        stage.world.move(max(instant, stage.now))
        while entries := stage.take():
            if entries[0].rank == WATCH:
                continue
            await do(entries)
            await (stage.world.quiet() if entries[0].rank == NOTICE else stage.world.carry())
            await judge_waiting(stage)
    stage.world.move(until)


async def _tend(notifier: Notifier, day: date, pace: Pace) -> None:
    """Stop the notifier when its week comes, start it when that is over."""
    if pace is Pace.STOPPED:
        stops = date(day.year, 4, 30) - STOPS_BEFORE
        resting = stops <= day < stops + A_WEEK
        if resting and not notifier.stopped:
            notifier.stop()
        elif notifier.stopped and not resting:
            await notifier.start()


def _days(start: date, end: date, pace: Pace, seed: int) -> Iterator[date]:
    """The days that are lived, in their order; the last one is."""
    chance = random.Random(f"{seed} days")  # noqa: S311 - a simulation
    day = start
    while day <= end:
        if pace is not Pace.RANDOM or chance.random() >= LEFT_OUT or day == end:
            yield day
        day += A_DAY


def _silence(looks: list[datetime], pace: Pace, start: date) -> Silence | None:
    """The time in which the notifier was stopped, until it looked again."""
    if pace is not Pace.STOPPED:
        return None
    stops = at(date(start.year, 4, 30) - STOPS_BEFORE, NINE)
    return Silence(stops, min((look for look in looks if look >= stops), default=stops))


def _progress(console: Console | None) -> Progress:
    return Progress(
        TextColumn("{task.fields[day]}"),
        BarColumn(bar_width=None),
        TextColumn("{task.fields[acts]} acts, {task.fields[mails]} mails"),
        TimeElapsedColumn(),
        console=console,
        disable=console is None,
    )
