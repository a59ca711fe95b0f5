"""`peiyu doctor`: what is configured, and what answers."""

from dataclasses import dataclass

import httpx
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from services.cli.catalogue import SERVICES, settings_class
from shared.messaging import RabbitBus
from shared.regulation import Regulation, RulesError
from shared.runtime.database import Database, pending_migrations
from shared.runtime.logs import without_secrets
from shared.runtime.settings import ServiceSettings


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `ok` None: not configured here, and so not wrong."""

    part: str
    what: str
    ok: bool | None
    detail: str


async def examine(url: str) -> bool:
    """Print every finding; whether all that is configured answers."""
    findings = [await _platform(url)]
    for service in SERVICES:
        findings += await _service(service)
    table = Table("part", "what", "", "detail")
    for finding in findings:
        mark = {True: "[green]ok", False: "[red]down", None: "[dim]-"}[finding.ok]
        table.add_row(finding.part, without_secrets(finding.what), mark, without_secrets(finding.detail))
    Console().print(table)
    return all(finding.ok is not False for finding in findings) and any(finding.ok for finding in findings)


async def _platform(url: str) -> Finding:
    try:
        async with httpx.AsyncClient(timeout=5, trust_env=False) as http:
            answer = await http.get(f"{url}/login/.well-known/openid-configuration")
    except httpx.TransportError as error:
        return Finding("platform", url, None, f"does not answer: {error}")
    return Finding("platform", url, answer.is_success, f"login: HTTP {answer.status_code}")


async def _service(service: str) -> list[Finding]:
    kind = settings_class(service)
    try:
        settings = kind()
    except ValidationError as error:
        missing = ", ".join(f"{kind.prefix}{'.'.join(map(str, defect['loc'])).upper()}" for defect in error.errors())
        return [Finding(service, "settings", None, f"not configured here: {missing}")]
    return [
        Finding(
            service, "settings", True, " ".join(f"{name}={value}" for name, value in settings if value is not None)
        ),
        _rules(service, settings),
        await _database(service, settings),
        await _broker(service, settings),
        await _login(service, settings),
    ]


def _rules(service: str, settings: ServiceSettings) -> Finding:
    try:
        return Finding(service, "rules", True, Regulation.load(settings.rules).id)
    except RulesError as error:
        return Finding(service, "rules", False, str(error))


async def _database(service: str, settings: ServiceSettings) -> Finding:
    url = settings.database_url.get_secret_value()
    database = Database(url, pool=2)
    try:
        if not await database.answers():
            return Finding(service, "database", False, "does not answer")
    finally:
        await database.close()
    present, newest = await pending_migrations(service, url)
    behind = "" if present == newest else f"; run: peiyu migrate {service}"
    return Finding(service, "database", present == newest, f"schema {present or 'empty'} of {newest}{behind}")


async def _broker(service: str, settings: ServiceSettings) -> Finding:
    if settings.amqp_url is None:
        return Finding(service, "broker", None, f"{settings.prefix}AMQP_URL is not set")
    bus = RabbitBus(settings.amqp_url.get_secret_value(), declares=settings.amqp_declare)
    try:
        answers = await bus.connected()
    finally:
        await bus.close()
    return Finding(service, "broker", answers, "answers" if answers else "does not answer; events wait in the outbox")


async def _login(service: str, settings: ServiceSettings) -> Finding:
    where = settings.auth_jwks_url or f"{settings.auth_issuer}/.well-known/openid-configuration"
    try:
        async with httpx.AsyncClient(timeout=5, trust_env=False) as http:
            answer = await http.get(where)
    except httpx.TransportError as error:
        return Finding(service, "login", False, f"{where}: {error}")
    return Finding(service, "login", answer.is_success, f"{where}: HTTP {answer.status_code}")
