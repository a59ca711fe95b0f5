"""The loop over the instants at which something happens."""

import asyncio
import random
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from services.cli.simulation import behaviour
from services.cli.simulation.oracle.rules import XIAMEN_2023
from services.cli.simulation.stage import DEED, NOTICE, WATCH, Difference, Firm, Stage, at
from services.cli.simulation.world import open_world

LAGS = 0.5
SAMPLE = 5


@dataclass(frozen=True)
class Outcome:
    """What a simulation found, and how long it took."""

    firms: int
    acts: int
    checks: int
    requests: int
    seconds: float
    differences: tuple[Difference, ...]
    failures: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether platform and oracle agreed in everything."""
        return not self.differences and not self.failures


async def simulate(
    urls: Mapping[str, str],
    *,
    firms: int,
    start: date,
    end: date,
    seed: int,
    rules: str = XIAMEN_2023,
    rules_file: Path | None = None,
    only: int | None = None,
    console: Console | None = None,
) -> Outcome:
    """Play years on migrated, empty databases; `only` plays one firm of the many.

    The oracle knows the shipped `rules`; a platform that is told to follow another file is a wrong one.
    """
    begun = time.perf_counter()
    async with open_world(urls, str(rules_file or rules)) as world:
        world.move(at(start))
        stage = Stage(world, rules, at(end))
        behaviour.populate(stage, firms, start, end, seed, only)
        with Progress(
            TextColumn("{task.fields[day]}"),
            BarColumn(bar_width=None),
            TextColumn("{task.fields[acts]} acts, {task.fields[found]} differences"),
            TimeElapsedColumn(),
            console=console,
            disable=console is None,
        ) as progress:
            task = progress.add_task("", total=(end - start).days, day=start, acts=0, found=0)
            while (instant := stage.next_instant()) is not None:
                await _live(stage, random.Random(f"{seed} {instant}"))  # noqa: S311 - a simulation
                done = (stage.today - start).days
                progress.update(task, completed=done, day=stage.today, acts=stage.acts, found=len(stage.differences))
            world.move(at(end))
            await world.quiet()
            await stage.survey()
            await asyncio.gather(*(stage.look_at(firm, whole=True) for firm in stage.firms if not firm.differs))
            progress.update(task, completed=(end - start).days, day=end)
        return Outcome(
            firms=len(stage.firms),
            acts=stage.acts,
            checks=stage.checks,
            requests=world.requests,
            seconds=time.perf_counter() - begun,
            differences=tuple(stage.differences),
            failures=tuple(await world.failed()),
        )


async def _live(stage: Stage, chance: random.Random) -> None:
    """One instant: time does its part, then everybody theirs, then the firms to which it mattered are looked at.

    News may lag over a midnight: what was done in the last second is then not heard of before the first applications
    of the new day.
    """
    world, yesterday = stage.world, stage.today
    instant = stage.next_instant()
    assert instant is not None
    world.move(instant)
    if stage.today > yesterday:
        await (world.sweep() if stage.lagging else world.quiet())
    while entries := stage.take():
        if entries[0].rank != DEED and stage.lagging:
            await hear(stage)
        if entries[0].rank == NOTICE:
            await do(entries)
            await hear(stage)
            await _look_around(stage, chance)
            continue
        if entries[0].rank == WATCH:
            await asyncio.gather(*(stage.look_at(entry.firm) for entry in entries if entry.firm))
        else:
            ahead = [entry for entry in entries if entry.early] if stage.lagging else []
            await do(ahead)
            if stage.lagging:
                await hear(stage)
            await do([entry for entry in entries if entry not in ahead])
            if _lags(stage, chance):
                break
            await hear(stage)
        for firm in _distinct(entry.firm for entry in entries):
            stage.watch(firm)


async def do(entries: list[Any]) -> None:
    """Do things side by side."""
    await asyncio.gather(*(entry.deed() for entry in entries))


async def _look_around(stage: Stage, chance: random.Random) -> None:
    """After what was announced to all: the list of all titles, and some firms whole."""
    await stage.survey()
    some = chance.sample(stage.firms, min(SAMPLE, len(stage.firms)))
    await asyncio.gather(*(stage.look_at(firm, whole=True) for firm in some if not firm.differs))
    for firm in stage.firms:
        if not firm.differs:
            stage.watch(firm)


async def hear(stage: Stage) -> None:
    """Let all news arrive, and judge what had to wait for it."""
    await stage.world.quiet()
    await judge_waiting(stage)
    stage.lagging = False


async def judge_waiting(stage: Stage) -> None:
    """Judge what had to wait for news."""
    waiting, stage.afterwards = stage.afterwards, []
    for judge in waiting:
        await judge()


def _distinct(found: Iterable[Firm | None]) -> list[Firm]:
    return list({firm.number: firm for firm in found if firm is not None}.values())


def _lags(stage: Stage, chance: random.Random) -> bool:
    """Whether what was done in a day's last second is heard of only after midnight."""
    midnight = stage.now + timedelta(seconds=1)
    stage.lagging = stage.next_instant() == midnight and chance.random() < LAGS
    return stage.lagging
