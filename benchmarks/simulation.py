"""How fast simulated firms live: firms, acts and seconds of some runs, with their median and range."""

import argparse
from collections.abc import Sequence
from datetime import date
from statistics import median

from rich.console import Console
from rich.table import Table

from services.cli.simulation.play import Outcome
from services.cli.simulation.run import run_simulation

FIRST, LAST = date(2023, 1, 1), date(2029, 12, 31)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--firms", type=int, default=50)
    parser.add_argument("--runs", type=int, default=3, help="with the seeds 1, 2, …")
    told = parser.parse_args()
    runs = []
    for seed in range(1, told.runs + 1):
        runs.append(run_simulation(firms=told.firms, start=FIRST, end=LAST, seed=seed, quiet=True))
        if not runs[-1].same:
            raise SystemExit(f"seed {seed} differs from the regulation; see peiyu simulate --seed {seed}")
    Console().print(table(runs))


def table(runs: Sequence[Outcome]) -> Table:
    """A row a run, then the median and the range of all."""
    shown = Table(
        "run", "firms", "acts", "requests", "seconds", "acts/s", "firms/s", title=f"simulation {FIRST} – {LAST}"
    )
    rows = [
        [run.firms, run.acts, run.requests, run.seconds, run.acts / run.seconds, run.firms / run.seconds]
        for run in runs
    ]
    for number, row in enumerate(rows, start=1):
        shown.add_row(str(number), *map(_number, row), end_section=number == len(rows))
    columns = list(zip(*rows, strict=True))
    shown.add_row("median", *(_number(median(column)) for column in columns))
    shown.add_row("range", *(f"{_number(min(column))}–{_number(max(column))}" for column in columns))
    return shown


def _number(value: float) -> str:
    return f"{value:.1f}" if isinstance(value, float) and value < 100 else f"{value:.0f}"


if __name__ == "__main__":
    main()
