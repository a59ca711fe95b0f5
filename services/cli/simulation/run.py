"""A simulation on a PostgreSQL of its own, and what is said about it."""

import asyncio
import signal
import tempfile
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextlib import ExitStack
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console
from uvicorn.loops.auto import auto_loop_factory

from services.cli.catalogue import SERVICES
from services.cli.local import local_postgres
from services.cli.simulation.oracle.acts import Act
from services.cli.simulation.oracle.days import SHANGHAI
from services.cli.simulation.oracle.rules import XIAMEN_2023
from services.cli.simulation.play import Outcome, simulate
from services.cli.simulation.warnings.year import Pace, Year, live_through
from shared.runtime.logs import configure_logs
from shared.runtime.migrations import migrate

Told = TypeVar("Told", bound=Outcome)
SHOWN = 20


class CannotSimulate(Exception):
    """The simulation cannot be started here"""


def run_simulation(
    *,
    firms: int,
    start: date,
    end: date,
    seed: int,
    rules: str = XIAMEN_2023,
    only: int | None = None,
    data_dir: Path | None = None,
    quiet: bool = False,
) -> Outcome:
    """Play with databases in `data_dir`, or in a folder that is thrown away. Raises `CannotSimulate`."""
    _require(start, end, firms, only)
    console = None if quiet else Console(stderr=True)
    return _on_its_own(
        partial(simulate, firms=firms, start=start, end=end, seed=seed, rules=rules, only=only, console=console),
        data_dir,
    )


def run_year(
    *,
    firms: int | None,
    start: date,
    end: date,
    seed: int,
    pace: Pace,
    only: int | None = None,
    data_dir: Path | None = None,
    quiet: bool = False,
) -> Year:
    """Live through a year of warnings as `run_simulation` plays. Raises `CannotSimulate`."""
    _require(start, end, firms, only)
    console = None if quiet else Console(stderr=True)
    return _on_its_own(
        partial(live_through, firms=firms, start=start, end=end, seed=seed, pace=pace, only=only, console=console),
        data_dir,
    )


def _require(start: date, end: date, firms: int | None, only: int | None) -> None:
    if end <= start:
        raise CannotSimulate(f"{end} is not after {start}")
    if only is not None and firms is not None and only > firms:
        raise CannotSimulate(f"there is no firm {only} among {firms}")


def _on_its_own(play: Callable[[Mapping[str, str]], Coroutine[Any, Any, Told]], data_dir: Path | None) -> Told:
    """Play on a PostgreSQL of its own, and stop that."""
    if data_dir is not None and data_dir.exists() and any(data_dir.iterdir()):
        raise CannotSimulate(f"{data_dir} is not empty; a simulation begins with nothing")
    configure_logs("simulate", "WARNING", "console")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends like Ctrl-C: its server stops, its folder goes
    with ExitStack() as stack:
        folder = data_dir or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="peiyu-")))
        urls = stack.enter_context(local_postgres(folder.resolve() / "postgres", SERVICES, durable=False))

        async def migrate_and_play() -> Told:
            for name in SERVICES:
                await migrate(name, urls[name])
            return await play(urls)

        with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
            return runner.run(migrate_and_play())


def tell(outcome: Outcome) -> None:
    """Print what was found."""
    console = Console(soft_wrap=True)
    for difference in outcome.differences[:SHOWN]:
        firm = difference.firm
        console.print(
            f"\n[bold red]{f'firm {firm.number}[/] {firm.code}' if firm else 'notice[/]'} "
            f"at {difference.at:%Y-%m-%d %H:%M:%S}: {difference.about}"
        )
        for name, expected, got in _apart(difference.expected, difference.got):
            console.print(f"  {name} expected [green]{expected}[/] got [red]{got}[/]", highlight=False)
        for act in difference.acts:
            console.print(f"    [dim]{_described(act)}[/]", highlight=False)
    if len(outcome.differences) > SHOWN:
        console.print(f"\n… and {len(outcome.differences) - SHOWN} more firms")
    for failure in outcome.failures:
        console.print(f"[red]{failure}[/]", highlight=False)
    if isinstance(outcome, Year):
        console.print(f"\n{outcome.days} days, {outcome.mails} mails, {outcome.reminders} reminders to firms")
    console.print(
        f"\n{outcome.firms} firms, {outcome.acts} acts, {outcome.checks} checks, {outcome.requests} requests in "
        f"{outcome.seconds:.1f} s ({outcome.firms / outcome.seconds:.1f} firms/s, "
        f"{outcome.acts / outcome.seconds:.0f} acts/s): "
        f"{len(outcome.differences)} differences from the regulation"
    )


def _apart(expected: Any, got: Any) -> Iterable[tuple[str, Any, Any]]:
    if not (isinstance(expected, dict) and isinstance(got, dict)):
        return [("", expected, got)]
    return [
        (name, expected.get(name), got.get(name)) for name in {**expected, **got} if expected.get(name) != got.get(name)
    ]


def _described(act: Act) -> str:
    facts = " ".join(f"{name}={value}" for name, value in vars(act).items() if name != "at" and value is not None)
    return f"{act.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S} {type(act).__name__} {facts}"
