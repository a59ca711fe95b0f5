"""`peiyu events`, `peiyu outbox`, `peiyu reconcile`."""

import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from uuid import UUID

import typer

from services.cli.catalogue import SERVICES
from shared.messaging import Backend
from shared.messaging.tables import FailedState

T = TypeVar("T")

events = typer.Typer(
    help="""What services could not take, and copies that are brought in line with their owners.

    Works on the databases of the settings, by the code of the services, which may run or stand still meanwhile.""",
    no_args_is_help=True,
)
outbox = typer.Typer(help="Events that wait to be published.", invoke_without_command=True)

ServiceName = Literal["profile", "changes", "reviews", "notifier", "all"]

DataDir = Annotated[
    Path | None, typer.Option(help="The folder of a `peiyu run`, running or stopped, instead of the environment's.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
By = Annotated[str, typer.Option("--by", envvar="PEIYU_OPERATOR", metavar="NAME", help="Who does it, for the record.")]
Service = Annotated[ServiceName, typer.Option("--service", help="By default all.")]
Type = Annotated[str | None, typer.Option("--type", metavar="TYPE", help="Such as profile.updated.v1.")]
Error = Annotated[str | None, typer.Option("--error", metavar="KIND", help="Such as LookupError.")]
EventIds = Annotated[list[UUID] | None, typer.Argument(metavar="[EVENT_ID]...")]
All = Annotated[bool, typer.Option("--all", help="All that are not discarded.")]


@events.command("failed")
def list_failed(
    service: Annotated[ServiceName, typer.Argument(metavar="[SERVICE]")] = "all",
    type_: Type = None,
    error: Error = None,
    each: Annotated[bool, typer.Option("--each", help="List the messages themselves, not their groups.")] = False,
    state: Annotated[FailedState | None, typer.Option(help="Beside --each; by default all but discarded.")] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """What services could not take, by type and kind of error."""
    from services.cli.repair import failed

    wanted = failed.Wanted(type=type_, error_kind=error)
    if each or state is not None:
        _run(service, data_dir, lambda found: failed.list_each(found, wanted, state, as_json=as_json))
    else:
        _run(service, data_dir, lambda found: failed.list_groups(found, wanted, as_json=as_json))


@events.command("show")
def show_failed(event_id: UUID, service: Service = "all", data_dir: DataDir = None) -> None:
    """A failed message with what it carries, as JSON; mobiles and e-mails masked."""
    from services.cli.repair import failed

    _run(service, data_dir, lambda found: failed.show(found, event_id))


@events.command("replay")
def replay_failed(
    by: By,
    event_ids: EventIds = None,
    service: Service = "all",
    type_: Type = None,
    error: Error = None,
    everything: All = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Try messages again at once, their tries counted from zero: some, all of a type or kind of error, or all."""
    _act(event_ids, service, type_, error, by, None, data_dir, everything=everything, as_json=as_json)


@events.command("discard")
def discard_failed(
    by: By,
    reason: Annotated[str, typer.Option(help="Why they may be let be.")],
    event_ids: EventIds = None,
    service: Service = "all",
    type_: Type = None,
    error: Error = None,
    everything: All = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Let messages be, for a reason: they are kept and not tried again."""
    if not reason.strip():
        raise typer.BadParameter("say why", param_hint="--reason")
    _act(event_ids, service, type_, error, by, reason.strip(), data_dir, everything=everything, as_json=as_json)


def _act(
    event_ids: list[UUID] | None,
    service: ServiceName,
    type_: str | None,
    error: str | None,
    by: str,
    reason: str | None,
    data_dir: Path | None,
    *,
    everything: bool,
    as_json: bool,
) -> None:
    from services.cli.repair import failed
    from services.cli.repair.output import print_json

    if sum((bool(event_ids), bool(type_ or error), everything)) != 1:
        raise typer.BadParameter("give ids, or --type or --error or both, or --all")
    if not by.strip():
        raise typer.BadParameter("say who does it", param_hint="--by")
    wanted = failed.Wanted(tuple(event_ids or ()), type_, error)
    changed = _run(service, data_dir, lambda found: failed.act(found, wanted, by.strip(), reason))
    if as_json:
        print_json(changed)
        return
    for name, ids in changed.items():
        typer.echo(f"{name}: {len(ids)} {'replayed' if reason is None else 'discarded'}")


@outbox.callback()
def list_outbox(
    context: typer.Context,
    service: Service = "all",
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """What waits to be published in each service, since when, and what has nowhere to go."""
    from services.cli.repair import outboxes

    if context.invoked_subcommand is None:
        _run(service, data_dir, lambda found: outboxes.list_outboxes(found, as_json=as_json))


@outbox.command("retry")
def retry_outbox(service: Service = "all", data_dir: DataDir = None) -> None:
    """Let what had nowhere to go be published at once, instead of at its next try."""
    from services.cli.repair import outboxes

    for name, count in _run(service, data_dir, outboxes.retry).items():
        typer.echo(f"{name}: {count} are published again")


def _run(service: ServiceName, data_dir: Path | None, do: Callable[[Mapping[str, Backend]], Awaitable[T]]) -> T:
    """Do something with the backends of a service or of all; end with 1 and a sentence where it cannot be done."""
    from services.cli.databases import NoDatabase, with_backends
    from services.cli.repair.failed import NothingChosen

    try:
        return with_backends(SERVICES if service == "all" else (service,), data_dir, do)
    except (NoDatabase, NothingChosen) as error:
        typer.echo(str(error), err=True)
        sys.exit(1)
