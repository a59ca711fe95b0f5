"""`peiyu simulate`: years by the regulation; `peiyu simulate warnings`: a year of the notifier's mail."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

simulation = typer.Typer(
    help="Live through years, and compare with a second statement of the rules.", invoke_without_command=True
)

RulesName = Literal["xiamen-2023", "miit-2026"]
PaceName = Literal["daily", "random", "stopped"]

Seed = Annotated[int, typer.Option(help="The same seed plays the same lives.")]
Only = Annotated[int | None, typer.Option(min=1, metavar="NUMBER", help="Play this firm alone.")]
DataDir = Annotated[
    Path | None, typer.Option(help="Where the databases lie; they stay there. Else they are thrown away.")
]


@simulation.callback()
def simulate(
    context: typer.Context,
    firms: Annotated[int, typer.Option(min=1, max=100_000, help="How many firms live through it.")] = 200,
    start: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"])] = datetime(2023, 1, 1),  # noqa: DTZ001
    end: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"])] = datetime(2029, 12, 31),  # noqa: DTZ001
    seed: Seed = 1,
    rules: Annotated[RulesName, typer.Option(help="By which rules.")] = "xiamen-2023",
    only: Only = None,
    data_dir: DataDir = None,
) -> None:
    """Live through years of random firms and officers; exit 1 where the platform differs from the regulation."""
    if context.invoked_subcommand is not None:
        return
    from services.cli.simulation.run import CannotSimulate, run_simulation, tell

    try:
        outcome = run_simulation(
            firms=firms, start=start.date(), end=end.date(), seed=seed, rules=rules, only=only, data_dir=data_dir
        )
    except CannotSimulate as error:
        typer.echo(str(error), err=True)
        sys.exit(1)
    tell(outcome)
    if not outcome.same:
        raise typer.Exit(1)


@simulation.command("warnings")
def simulate_warnings(
    firms: Annotated[
        int | None, typer.Option(min=1, help="How many firms of the sample city live through it; by default all.")
    ] = None,
    start: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"])] = datetime(2026, 1, 1),  # noqa: DTZ001
    end: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"])] = datetime(2026, 12, 31),  # noqa: DTZ001
    seed: Seed = 1,
    pace: Annotated[
        PaceName,
        typer.Option(
            help="The clock moves day by day; it leaves days out; the notifier is stopped for a week around 30 April."
        ),
    ] = "daily",
    only: Only = None,
    data_dir: DataDir = None,
) -> None:
    """Live through a year of warnings in the sample city, across a moved deadline; exit 1 where a firm got other mail.

    The mail is sent, and counted where it arrives: no stage is missing, none comes twice, none after its duty was met.
    """
    from services.cli.simulation.run import CannotSimulate, run_year, tell
    from services.cli.simulation.warnings.year import Pace

    try:
        outcome = run_year(
            firms=firms,
            start=start.date(),
            end=end.date(),
            seed=seed,
            pace=Pace(pace),
            only=only,
            data_dir=data_dir,
        )
    except CannotSimulate as error:
        typer.echo(str(error), err=True)
        sys.exit(1)
    tell(outcome)
    if not outcome.same:
        raise typer.Exit(1)
