"""`peiyu events`, `peiyu outbox`, `peiyu reconcile`."""

import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar
from uuid import UUID

import typer

from services.cli.catalogue import SERVICES
from shared.messaging import Backend
from shared.messaging.tables import FailedState

if TYPE_CHECKING:
    from services.cli.repair import copies

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
What = Annotated[str | None, typer.Option("--what", metavar="THINGS", help="Such as profiles; by default all.")]
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


@events.command("resync")
def resync_copies(
    owner: Annotated[ServiceName, typer.Argument(metavar="OWNER", help="Whose things are copied.")],
    keeper: Annotated[ServiceName, typer.Option("--to", help="The service that keeps the copy, or all that do.")],
    by: By,
    of: What = None,
    after: Annotated[
        str | None, typer.Option(metavar="KEY", help="Go on after this key, where it was broken off; beside --what.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Take also what does not differ.")] = False,
    owner_restored: Annotated[
        bool, typer.Option("--owner-restored", help="The owner's word holds also where the copy is newer.")
    ] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Bring a copy in line with its owner, while both go on; exit 1 where something stays different.

    What the copy lacks, or has otherwise, it takes anew from the owner's present state; nobody is told by mail, and a
    second time there is nothing to do. A copy is newer than its owner only where that was restored to an earlier
    state: with --owner-restored the owner's versions are raised above such copies, and these follow it.
    """
    from services.cli.repair import copies

    if after is not None and (of is None or keeper == "all"):
        raise typer.BadParameter("name the copy by --to and --what", param_hint="--after")
    chosen = copies.Chosen(_one(owner), _one(keeper), of)
    in_line = _run(
        _services(chosen),
        data_dir,
        lambda found: copies.resync(
            found,
            chosen,
            by,
            after=after,
            everything=everything,
            owner_restored=owner_restored,
            as_json=as_json,
        ),
    )
    if not in_line:
        raise typer.Exit(1)


def reconcile_copies(
    owner: Annotated[ServiceName, typer.Argument(metavar="[OWNER]", help="Whose things are copied.")] = "all",
    keeper: Annotated[ServiceName, typer.Option("--to", help="The service that keeps the copy.")] = "all",
    of: What = None,
    settle: Annotated[
        float, typer.Option(min=0, help="For so many seconds a difference may be news that is on its way.")
    ] = 10,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Compare the copies that services keep with their owners, and name what differs; exit 1 where something does."""
    from services.cli.repair import copies

    chosen = copies.Chosen(_one(owner), _one(keeper), of)
    same = _run(_services(chosen), data_dir, lambda found: copies.reconcile(found, chosen, settle, as_json=as_json))
    if not same:
        raise typer.Exit(1)


def _one(service: ServiceName) -> str | None:
    return None if service == "all" else service


def _services(chosen: "copies.Chosen") -> Sequence[str]:
    from services.cli.repair.copies import NoSuchCopy

    try:
        return chosen.services()
    except NoSuchCopy as error:
        typer.echo(str(error), err=True)
        sys.exit(1)


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


def _run(
    services: ServiceName | Sequence[str], data_dir: Path | None, do: Callable[[Mapping[str, Backend]], Awaitable[T]]
) -> T:
    """Do something with the backends of services; end with 1 and a sentence where it cannot be done."""
    from services.cli.databases import NoDatabase, with_backends
    from services.cli.repair.failed import NothingChosen

    if isinstance(services, str):
        services = SERVICES if services == "all" else (services,)
    try:
        return with_backends(services, data_dir, do)
    except (NoDatabase, NothingChosen) as error:
        typer.echo(str(error), err=True)
        sys.exit(1)
