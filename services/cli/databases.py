"""The services' databases: those of the environment, or those of a `peiyu run`."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

from pydantic import SecretStr
from sqlalchemy.exc import ProgrammingError

from services.cli.catalogue import SERVICES, settings_class
from services.cli.local import local_postgres
from services.cli.run import CLOCK, MARK
from services.cli.serve import CannotServe, service_settings
from shared.messaging import Backend
from shared.regulation import Regulation
from shared.runtime.clock import ShiftedClock, SystemClock
from shared.runtime.database import Database, database_is_down, what_was_said
from shared.runtime.settings import ServiceSettings

T = TypeVar("T")


class NoDatabase(Exception):
    """There is no database as the environment says, or in the folder"""


@contextmanager
def databases(services: Sequence[str], data_dir: Path | None) -> Iterator[Mapping[str, str]]:
    """URLs by service: of the environment, or of `peiyu run` in its folder, which may be running.

    Raises `NoDatabase`.
    """
    if data_dir is None:
        try:
            yield {service: service_settings(service).database_url.get_secret_value() for service in services}
        except CannotServe as error:
            raise NoDatabase(str(error)) from error
        return
    folder = data_dir.resolve()
    if not (folder / MARK).exists():
        raise NoDatabase(f"{folder} is not the folder of a peiyu run")
    with local_postgres(folder / "postgres", SERVICES) as urls:
        yield urls


@contextmanager
def answering(of: str) -> Iterator[None]:
    """Within it a database that is down is a `NoDatabase`, which says in one line what the database said.

    `of` is whose database it is.
    """
    try:
        yield
    except Exception as error:
        if database_is_down(error):
            raise NoDatabase(f"{of}: the database does not answer as it should: {what_was_said(error)}") from error
        raise


def with_backends(
    services: Sequence[str], data_dir: Path | None, do: Callable[[Mapping[str, Backend]], Awaitable[T]]
) -> T:
    """What `do` makes of the services' backends, as they would be in the services' own processes.

    Raises `NoDatabase`.
    """
    with databases(services, data_dir) as urls:
        return asyncio.run(_with_backends({each: _settings(each, urls[each], data_dir) for each in services}, do))


async def _with_backends(
    settings: Mapping[str, ServiceSettings], do: Callable[[Mapping[str, Backend]], Awaitable[T]]
) -> T:
    async with AsyncExitStack() as stack:
        backends = {}
        for service, its in settings.items():
            database = Database(its.database_url.get_secret_value(), of=service, pool=4, name=f"peiyu-cli-{service}")
            stack.push_async_callback(database.close)
            clock = SystemClock() if its.production else ShiftedClock(its.clock_file)
            backends[service] = Backend(service, database, clock, Regulation.load(its.rules))
        try:
            with answering(" or ".join(settings)):
                return await do(backends)
        except ProgrammingError as error:
            raise NoDatabase(f"A schema is behind this program; run: peiyu migrate all ({error.orig})") from error


def _settings(service: str, url: str, data_dir: Path | None) -> ServiceSettings:
    if data_dir is None:
        return service_settings(service)
    return settings_class(service)(
        env="development", database_url=SecretStr(url), auth_issuer="nobody logs in here", clock_file=data_dir / CLOCK
    )
