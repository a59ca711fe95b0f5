"""`peiyu audit`: checks the services' records of acts, and takes single cases out of them."""

import asyncio
import csv
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar

import typer
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine

from services.cli.databases import answering, databases
from shared.audit import Head, exported, verify
from shared.audit.chain import FIELDS
from shared.regulation import normalise_credit_code
from shared.runtime.database import Database

T = TypeVar("T")
COLUMNS = (
    "service",
    "position",
    "recorded_at",
    "at",
    *(n for n in FIELDS if n not in ("recorded_at", "at")),
    "previous",
    "hash",
)


class CannotAudit(Exception):
    """The record cannot be read as the environment says"""


def check(services: Sequence[str], *, head: str | None, data_dir: Path | None) -> bool:
    """Verify the chains and print what was found; whether all are sound. Raises `CannotAudit`, `NoDatabase`."""
    if head is not None and len(services) > 1:
        raise CannotAudit("A head is of one service: name it, such as: peiyu audit verify profile --head POSITION:HASH")
    try:
        noted = Head.parse(head) if head is not None else None
    except ValueError as error:
        raise CannotAudit(str(error)) from error
    sound = True
    with databases(services, data_dir) as urls:
        for service in services:
            verdict = asyncio.run(_with_engine(service, urls[service], lambda engine: verify(engine, noted)))
            waiting = f", {verdict.waiting} wait to be sealed" if verdict.waiting else ""
            if verdict.fault is None:
                typer.echo(f"{service}: {verdict.head.position} entries are sound{waiting}; head {verdict.head}")
            else:
                sound = False
                typer.echo(
                    f"{service}: {verdict.fault.kind} at {verdict.fault.position}: {verdict.fault.text}{waiting}"
                )
    return sound


def export(services: Sequence[str], case: str, format_: Literal["json", "csv"], *, data_dir: Path | None) -> None:
    """Print the entries of a case or firm, merged from the services. Raises `CannotAudit`, `NoDatabase`."""
    wanted = case.strip() if "-" in case else normalise_credit_code(case)
    entries: list[dict[str, Any]] = []
    with databases(services, data_dir) as urls:
        for service in services:
            found, waiting = asyncio.run(_with_engine(service, urls[service], lambda engine: exported(engine, wanted)))
            entries += [{"service": service, **entry} for entry in found]
            if waiting:
                typer.echo(f"{service}: {waiting} more wait to be sealed; export again in a moment", err=True)
    entries.sort(key=lambda entry: (entry["recorded_at"], entry["service"], entry["position"]))
    if format_ == "json":
        json.dump(entries, sys.stdout, ensure_ascii=False, indent=2)
        sys.stdout.write("\n")
    else:
        writer = csv.DictWriter(sys.stdout, COLUMNS)
        writer.writeheader()
        writer.writerows(entries)


async def _with_engine(service: str, url: str, read: Callable[[AsyncEngine], Awaitable[T]]) -> T:
    database = Database(url, of=service, pool=2, name=f"peiyu-audit-{service}")
    try:
        with answering(service):
            return await read(database.engine)
    except ProgrammingError as error:
        raise CannotAudit(f"{service}: the database has no record; run: peiyu migrate {service}") from error
    finally:
        await database.close()
