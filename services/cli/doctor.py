"""`peiyu doctor`: what is configured, what answers, and what wants an operator's attention."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import aiosmtplib
import httpx
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.changes.settings import ChangesSettings
from services.cli.catalogue import SERVICES
from services.cli.serve import CannotServe, service_settings
from services.notifier.mail.connection import greeted
from services.notifier.settings import NotifierSettings
from shared.messaging import BusUnavailable, RabbitBus, operating
from shared.regulation import Regulation, RulesError
from shared.runtime.clock import real_now
from shared.runtime.database import Database, database_is_down, what_was_said
from shared.runtime.logs import without_secrets
from shared.runtime.migrations import is_of_a_newer_version, pending_migrations
from shared.runtime.settings import ServiceSettings

LONG_IN_THE_OUTBOX = 60
"""Seconds after which an event that waits is worth a look."""

APART = 2
"""Seconds by which the clocks of this machine and a database may differ."""

LITTLE_DISK = 0.05


class Mark(StrEnum):
    """What is thought of a thing that was looked at; `absent`: not configured here, and so not wrong."""

    OK = "ok"
    ABSENT = "-"
    ATTENTION = "attention"
    DOWN = "down"


STYLES = {Mark.OK: "green", Mark.ABSENT: "dim", Mark.ATTENTION: "yellow", Mark.DOWN: "red"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    part: str
    what: str
    mark: Mark
    detail: str


def _answers(part: str, what: str, detail: str, *, ok: bool) -> Finding:
    return Finding(part, what, Mark.OK if ok else Mark.DOWN, detail)


def _well(part: str, what: str, detail: str, *, ok: bool) -> Finding:
    return Finding(part, what, Mark.OK if ok else Mark.ATTENTION, detail)


async def examine(url: str) -> int:
    """Print every finding; 0 where all is well, 1 where something does not answer, 2 where some wants attention."""
    findings = [await _platform(url)]
    for service in SERVICES:
        findings += [finding async for finding in _service(service)]
    table = Table("part", "what", "", "detail")
    for finding in findings:
        mark = f"[{STYLES[finding.mark]}]{finding.mark}"
        table.add_row(finding.part, without_secrets(finding.what), mark, without_secrets(finding.detail))
    Console().print(table)
    marks = {finding.mark for finding in findings}
    if Mark.DOWN in marks or marks == {Mark.ABSENT}:
        return 1
    return 2 if Mark.ATTENTION in marks else 0


async def _platform(url: str) -> Finding:
    try:
        async with httpx.AsyncClient(timeout=5, trust_env=False) as http:
            answer = await http.get(f"{url}/login/.well-known/openid-configuration")
    except httpx.TransportError as error:
        return Finding("platform", url, Mark.ABSENT, f"does not answer: {error}")
    return _answers("platform", url, f"login: HTTP {answer.status_code}", ok=answer.is_success)


async def _service(service: str) -> AsyncIterator[Finding]:
    try:
        settings = service_settings(service)
    except CannotServe as error:
        yield _refused(service, error)
        return
    told = " ".join(f"{name}={value}" for name, value in settings if value is not None)
    yield Finding(service, "settings", Mark.OK, told)
    yield _rules(service, settings)
    async for finding in _database(service, settings):
        yield finding
    async for finding in _broker(service, settings):
        yield finding
    yield await _login(service, settings)
    if isinstance(settings, NotifierSettings):
        yield await _mail(settings)
    if isinstance(settings, ChangesSettings) and "://" not in settings.attachments_url:
        yield _disk(service, Path(settings.attachments_url))


def _refused(service: str, error: CannotServe) -> Finding:
    """Settings with which a service cannot be; one is not configured here where they are only missing."""
    told, cause = str(error).splitlines(), error.__cause__
    if isinstance(cause, ValidationError) and all(defect["type"] == "missing" for defect in cause.errors()):
        missing = ", ".join(line.partition(":")[0] for line in told)
        return Finding(service, "settings", Mark.ABSENT, f"not configured here: {missing}")
    return Finding(service, "settings", Mark.DOWN, "; ".join(told))


def _rules(service: str, settings: ServiceSettings) -> Finding:
    try:
        return Finding(service, "rules", Mark.OK, Regulation.load(settings.rules).id)
    except RulesError as error:
        return Finding(service, "rules", Mark.DOWN, str(error))


async def _database(service: str, settings: ServiceSettings) -> AsyncIterator[Finding]:
    url = settings.database_url.get_secret_value()
    database = Database(url, of=service, pool=2)
    try:
        present, newest = await pending_migrations(service, url)
        newer = is_of_a_newer_version(service, present)
        ok = newer or present == newest
        more = "; of a newer version" if newer else "" if ok else f"; run: peiyu migrate {service}"
        yield _answers(service, "database", f"schema {present or 'empty'} of {newest}{more}", ok=ok)
        if ok:
            async with database.transaction() as session:
                async for finding in _within(service, session):
                    yield finding
    except Exception as error:
        if not database_is_down(error):
            raise
        yield Finding(service, "database", Mark.DOWN, f"does not answer as it should: {what_was_said(error)}")
    finally:
        await database.close()


async def _within(service: str, session: AsyncSession) -> AsyncIterator[Finding]:
    """What a service's database tells about itself and about the service."""
    before = real_now()
    instant = (await session.execute(select(func.clock_timestamp()))).scalar_one()
    apart = max((before - instant).total_seconds(), (instant - real_now()).total_seconds(), 0)
    yield _well(service, "clock", f"{apart:.1f} s apart from the database's", ok=apart <= APART)
    waiting = await operating.outbox(session)
    seconds = (real_now() - waiting.oldest).total_seconds() if waiting.oldest else 0
    detail = f"{waiting.events} events wait, the first for {seconds:.0f} s; {waiting.refused} have nowhere to go"
    yield _well(service, "outbox", detail, ok=not waiting.refused and seconds <= LONG_IN_THE_OUTBOX)
    failed = await operating.failed(session, service)
    detail = f"{failed['waiting']} messages wait for another try, {failed['dead']} for an operator"
    yield _well(service, "failed", detail, ok=not failed["dead"])


async def _broker(service: str, settings: ServiceSettings) -> AsyncIterator[Finding]:
    if settings.amqp_url is None:
        yield Finding(service, "broker", Mark.ABSENT, f"{settings.prefix}AMQP_URL is not set")
        return
    bus = RabbitBus(settings.amqp_url.get_secret_value(), declares=settings.amqp_declare)
    try:
        await bus.declare()
        yield Finding(service, "broker", Mark.OK, "answers")
        if (queued := await bus.queued(service)) is not None:
            detail = f"{queued.events} events wait, {queued.takers} processes take them"
            yield _well(service, "queue", detail, ok=bool(queued.takers) or not queued.events)
    except BusUnavailable as error:
        detail = f"does not answer as it should; events wait in the outbox: {error}"
        yield Finding(service, "broker", Mark.DOWN, detail)
    finally:
        await bus.close()


async def _login(service: str, settings: ServiceSettings) -> Finding:
    where = settings.auth_jwks_url or f"{settings.auth_issuer}/.well-known/openid-configuration"
    try:
        async with httpx.AsyncClient(timeout=5, trust_env=False) as http:
            answer = await http.get(where)
    except httpx.TransportError as error:
        return Finding(service, "login", Mark.DOWN, f"{where}: {error}")
    return _answers(service, "login", f"{where}: HTTP {answer.status_code}", ok=answer.is_success)


async def _mail(settings: NotifierSettings) -> Finding:
    where = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        await greeted(settings)
    except (aiosmtplib.SMTPException, OSError) as error:
        return Finding("notifier", "mail server", Mark.DOWN, f"{where}: {error}")
    return Finding("notifier", "mail server", Mark.OK, f"{where} answers")


def _disk(service: str, folder: Path) -> Finding:
    """The room left where a folder is, or will be."""
    there = next(each for each in (folder.resolve(), *folder.resolve().parents) if each.exists())
    usage = shutil.disk_usage(there)
    detail = f"{folder}: {usage.free / 2**30:.1f} of {usage.total / 2**30:.1f} GB are free"
    return _well(service, "attachments", detail, ok=usage.free >= LITTLE_DISK * usage.total)
