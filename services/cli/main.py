"""The `peiyu` command: each of its words, and what is done for it."""

import asyncio
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer
from rich.console import Console

from services.cli.catalogue import SERVICES
from services.cli.repair.commands import events, outbox, reconcile_copies
from services.cli.simulation.commands import simulation
from shared.regulation import Duty, Regulation, RulesError
from shared.runtime.clock import SHANGHAI, SystemClock
from shared.runtime.logs import without_secrets

app = typer.Typer(
    help="培育: the life of an SME's certification after the title is granted.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
documents = typer.Typer(help="Write the documents that are generated from the code.", invoke_without_command=True)
imports = typer.Typer(help="Bring data in through the API.", no_args_is_help=True)
rules = typer.Typer(help="What a rules file says, and what another one would change.", no_args_is_help=True)
audit = typer.Typer(
    help="""Check the record of acts, and take out of it what was done to one case or firm.

    Every entry carries a hash: SHA-256 over the JSON object of its other members (all but `service` and `hash`), its
    members sorted by name, without spaces, in UTF-8, nothing escaped that need not be. `previous` is the hash of the
    entry before it, 64 zeros for the first. Whoever holds an export computes each hash anew from it, and has the
    operator confirm by `verify --head POSITION:HASH` that this is what stands there in the chain.""",
    no_args_is_help=True,
)
mail = typer.Typer(
    help="What firms and officers are told by mail: how it looks, and that it was.", no_args_is_help=True
)
app.add_typer(documents, name="docs")
app.add_typer(imports, name="import")
app.add_typer(rules, name="rules")
app.add_typer(audit, name="audit")
app.add_typer(simulation, name="simulate")
app.add_typer(mail, name="mail")
app.add_typer(events, name="events")
app.add_typer(outbox, name="outbox")
app.command("reconcile")(reconcile_copies)

ServiceName = Literal["profile", "changes", "reviews", "notifier", "portal", "login"]
MigratedName = Literal["profile", "changes", "reviews", "notifier", "all"]

Url = Annotated[str, typer.Option(envvar="PEIYU_URL", help="Where the platform is.")]
Account = Annotated[str, typer.Option("--as", envvar="PEIYU_ACCOUNT", help="An account of the login stand-in.")]
Secret = Annotated[str, typer.Option(envvar="LOGIN_CLIENT_SECRET", help="The secret of the login stand-in's accounts.")]
Check = Annotated[bool, typer.Option("--check", help="Write nothing; fail where a kept document differs.")]
Rules = Annotated[
    str, typer.Option("--rules", envvar="PEIYU_RULES", metavar="NAME_OR_FILE", help="A shipped rules file, or a path.")
]
LOCAL = "http://127.0.0.1:8000"
DEFAULT_SECRET = "peiyu"  # noqa: S105 - the stand-in's, which refuses production


def instant(text: str) -> datetime:
    """An instant as typed: a date or date and time, Shanghai time unless it names a zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"{text} is no date like 2026-04-20 or instant like 2026-04-30T23:59:59+08:00"
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


def day(text: str) -> date:
    """A calendar date as typed."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text} is no date like 2026-04-20") from error


Day = Annotated[date | None, typer.Option("--on", parser=day, metavar="DATE", help="By default today.")]


@app.command()
def run(
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    data_dir: Annotated[Path, typer.Option(help="Databases, mail and keys.")] = Path("var"),
    at: Annotated[datetime | None, typer.Option(parser=instant, metavar="INSTANT", help="Start at this time.")] = None,
    sample: Annotated[bool, typer.Option(help="Load the synthetic sample city at the first start.")] = True,
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw the data away first.")] = False,
) -> None:
    """Everything in one process, with nothing else installed."""
    from services.cli.run import CannotRun, run_platform

    try:
        run_platform(port=port, data_dir=data_dir, at=at, sample=sample, fresh=fresh)
    except CannotRun as error:
        _fail(str(error))


@app.command()
def serve(service: ServiceName) -> None:
    """One service, as its environment says."""
    from services.cli.serve import CannotServe, serve_service

    try:
        serve_service(service)
    except CannotServe as error:
        _fail(str(error))


@app.command()
def migrate(service: MigratedName) -> None:
    """Bring the schema of a service, or of all, to this program's version."""
    from services.cli.databases import NoDatabase
    from services.cli.prepare import migrate_service
    from services.cli.serve import CannotServe

    for name in SERVICES if service == "all" else (service,):
        try:
            before, after = asyncio.run(migrate_service(name))
        except (CannotServe, NoDatabase) as error:
            _fail(str(error))
        typer.echo(f"{name}: {before or 'empty'} -> {after}" if before != after else f"{name}: already at {after}")


@app.command()
def declare() -> None:
    """Declare at the broker of PEIYU_AMQP_URL what all services need there: the exchange, queues and bindings."""
    from services.cli.prepare import declare_topology
    from services.cli.serve import CannotServe

    try:
        asyncio.run(declare_topology())
    except CannotServe as error:
        _fail(str(error))
    typer.echo("declared")


@app.command()
def token(
    account: Account,
    url: Url = LOCAL,
    secret: Secret = DEFAULT_SECRET,
) -> None:
    """Print an access token of the login stand-in, for `Authorization: Bearer`."""
    from services.cli.tokens import TokenRefused, token_for

    try:
        typer.echo(asyncio.run(token_for(url, account, secret)))
    except TokenRefused as error:
        _fail(str(error))


@imports.command("certifications")
def import_certifications(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV or XLSX as the bureau publishes it.")],
    keep_good: Annotated[
        bool, typer.Option("--keep-good", help="Take the good rows even where others are bad.")
    ] = False,
    duties_from: Annotated[
        str | None, typer.Option(metavar="DATE", help="Updates due before this date are not judged.")
    ] = None,
    account: Account = "bureau",
    url: Url = LOCAL,
    secret: Secret = DEFAULT_SECRET,
) -> None:
    """Import a list of granted titles: every bad row is reported with its line and reason."""
    from services.cli.imports import ImportFailed, import_list
    from services.cli.tokens import TokenRefused

    try:
        done = asyncio.run(
            import_list(url, file, account=account, secret=secret, keep_good=keep_good, duties_from=duties_from)
        )
    except (ImportFailed, TokenRefused) as error:
        _fail(str(error))
    if not done:
        raise typer.Exit(1)


DataDir = Annotated[
    Path | None, typer.Option(help="The folder of a `peiyu run`, running or stopped, instead of the environment's.")
]


@audit.command("verify")
def verify_record(
    service: Annotated[MigratedName, typer.Argument()] = "all",
    head: Annotated[
        str | None,
        typer.Option(metavar="POSITION:HASH", help="A head that was printed earlier; of one service."),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Compute the chain anew; exit 1 at the first entry that is altered, missing or inserted.

    Prints the head of each service's chain: note it outside the database, and give it back by --head. Only against a
    noted head does a chain show that was written anew from some entry on.
    """
    from services.cli.audit import CannotAudit, check
    from services.cli.databases import NoDatabase

    try:
        sound = check(SERVICES if service == "all" else (service,), head=head, data_dir=data_dir)
    except (CannotAudit, NoDatabase) as error:
        _fail(str(error))
    if not sound:
        raise typer.Exit(1)


@audit.command("export")
def export_record(
    case: Annotated[str, typer.Argument(metavar="CASE", help="The id of a case, or a firm's credit code.")],
    service: Annotated[MigratedName, typer.Option()] = "all",
    format_: Annotated[Literal["json", "csv"], typer.Option("--format")] = "json",
    data_dir: DataDir = None,
) -> None:
    """Print what was done to one case or firm, in order of time; in CSV an empty cell stands for null."""
    from services.cli.audit import CannotAudit, export
    from services.cli.databases import NoDatabase

    try:
        export(SERVICES if service == "all" else (service,), case, format_, data_dir=data_dir)
    except (CannotAudit, NoDatabase) as error:
        _fail(str(error))


@mail.command("proof")
def write_proof_of_notice(
    credit_code: Annotated[str, typer.Argument(help="The firm.")],
    output: Annotated[Path, typer.Option(dir_okay=False, help="The ZIP that is written.")],
    duty: Annotated[Duty | None, typer.Option(help="Of its duties this one.")] = None,
    year: Annotated[int | None, typer.Option(min=2010, max=2100, help="Of this year.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Proof of notice (送达证明): what a firm was told, when, with what answer; what it was not told, and why.

    The ZIP has a record to print, the same for programs, the mails as they went out, the reports as they came back.
    """
    from services.cli.databases import NoDatabase
    from services.cli.proofs import NoProof, write_proof

    try:
        count = write_proof(credit_code, duty, year, output, data_dir)
    except (NoProof, NoDatabase) as error:
        _fail(str(error))
    typer.echo(f"{output}: {count} messages")


PortalUrl = Annotated[str, typer.Option(envvar="NOTIFIER_PORTAL_URL", help="Where the links lead.")]


@mail.command("preview")
def preview_mail(
    kind: Annotated[
        str | None, typer.Argument(metavar="KIND", help="A kind of mail; without one, all are listed.")
    ] = None,
    audience: Annotated[
        Literal["firm", "officers"] | None, typer.Option(help="By default the first it goes to.")
    ] = None,
    language: Annotated[Literal["zh-CN", "en"], typer.Option()] = "zh-CN",
    stage: Annotated[str | None, typer.Option(help="Of a reminder; by default the mildest.")] = None,
    format_: Annotated[Literal["text", "html", "eml"], typer.Option("--format")] = "text",
    rules: Rules = "xiamen-2023",
    portal_url: PortalUrl = LOCAL,
) -> None:
    """A mail as its reader would get it, with sample data."""
    from services.cli import mails

    regulation = _regulation(rules)
    if kind is None:
        mails.kinds(regulation, Console())
        return
    try:
        mails.show(
            regulation,
            kind,
            audience=audience,
            language=language,
            stage=stage,
            form=format_,
            portal_url=portal_url,
        )
    except mails.NoSuchMail as error:
        _fail(str(error))


@mail.command("lint")
def lint_mails(rules: Rules = "xiamen-2023", portal_url: PortalUrl = LOCAL) -> None:
    """Render every kind for each audience, stage and language; print every defect, exit 1 where there is one."""
    from services.cli import mails

    if mails.check(_regulation(rules), portal_url):
        raise typer.Exit(1)


@documents.callback()
def write_documents(context: typer.Context, check: Check = False) -> None:
    """Write all of them, or check that all are as the code says."""
    if context.invoked_subcommand is None:
        _documents(("asyncapi", "openapi"), check=check)


@documents.command("asyncapi")
def write_asyncapi(check: Check = False) -> None:
    """docs/asyncapi.json: the events, who sends and who takes them."""
    _documents(("asyncapi",), check=check)


@documents.command("openapi")
def write_openapi(check: Check = False) -> None:
    """docs/openapi/SERVICE.json: the HTTP API of every service; and all of them as one, which the portal shows."""
    _documents(("openapi",), check=check)


def _documents(kinds: tuple[str, ...], *, check: bool) -> None:
    from services.cli.documents import write

    if changed := write(kinds, check=check):
        _fail(f"not as the code says: {', '.join(changed)}; write them anew with: peiyu docs") if check else typer.echo(
            f"written: {', '.join(changed)}"
        )


@rules.command("show")
def show_rules(name: Rules = "xiamen-2023", on: Day = None) -> None:
    """Every rule in force on a date, title by title, with its value, document, article and sentence."""
    from services.cli.rules.show import show

    show(_regulation(name), on or SystemClock().today(), Console())


@rules.command("compare")
def compare_rules(
    one: Annotated[str, typer.Argument(metavar="A", help="A shipped rules file, or a path.")],
    other: Annotated[str, typer.Argument(metavar="B", help="The one to compare with.")],
    on: Day = None,
) -> None:
    """Whom of the sample city the change from A to B affects on a date, and how."""
    from services.cli.rules.compare import compare

    compare(_regulation(one), _regulation(other), on or SystemClock().today(), Console())


@rules.command("check")
def check_rules(file: Annotated[str, typer.Argument(metavar="FILE", help="A rules file, or a shipped name.")]) -> None:
    """Whether a rules file can be used: every defect with its line, exit 1 where there is one."""
    regulation = _regulation(file)
    typer.echo(f"{regulation.id}：{regulation.name}，可以使用")


def _regulation(name: str) -> Regulation:
    try:
        return Regulation.load(name)
    except RulesError as error:
        _fail(str(error))


@app.command()
def doctor(url: Url = LOCAL) -> None:
    """Say what is configured, what answers and what waits.

    Exit 1 where a setting is wrong or what it names does not answer, 2 where all answers but something wants attention:
    events that wait long or have nowhere to go, messages that nobody could take, a queue that nobody takes from,
    a clock that is apart, a disk that is nearly full.
    """
    from services.cli.doctor import examine

    if code := asyncio.run(examine(url)):
        raise typer.Exit(code)


@app.command()
def tour(
    url: Url = LOCAL,
    secret: Secret = DEFAULT_SECRET,
    clock_url: Annotated[
        str | None, typer.Option(help="Where PUT /dev/clock is taken, if not at the platform's own URL.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="One line a step.")] = False,
) -> None:
    """Play the whole story against a running platform; exit 1 where a step differs from what the regulation says."""
    from services.cli.tour import play

    if not asyncio.run(play(url, secret=secret, clock_url=clock_url, quiet=quiet)):
        raise typer.Exit(1)


def _fail(message: str) -> NoReturn:
    typer.echo(without_secrets(message), err=True)
    sys.exit(1)
