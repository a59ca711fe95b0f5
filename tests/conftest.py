"""What every test may ask for: a real PostgreSQL, a real RabbitMQ, a mail server, tokens, and services to call."""

import asyncio
import itertools
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import structlog

from shared.messaging import Bus, EmbeddedBus
from shared.runtime.clock import StandingClock
from shared.runtime.migrations import migrate
from shared.web.assembly import Surroundings
from tests.infrastructure import tokens
from tests.infrastructure.brokers import Broker, obtain_broker
from tests.infrastructure.mail import MailServer
from tests.infrastructure.postgres import Postgres, obtain_postgres

USED: dict[str, str] = {}
NUMBERS = itertools.count(1)


def pytest_configure() -> None:
    # A trace with all its variables, as structlog writes it by itself, takes minutes where they are large.
    renderer = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.stdlib.add_log_level, renderer])


def pytest_terminal_summary(terminalreporter: Any) -> None:
    for part, description in USED.items():
        terminalreporter.write_line(f"{part}: {description}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    if (output := getattr(session.config, "workeroutput", None)) is not None:
        output["used"] = USED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    USED.update(getattr(node, "workeroutput", {}).get("used", {}))


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """A folder with a short path (Unix sockets ask for one), gone after the run."""
    folder = Path(tempfile.mkdtemp(prefix="peiyu-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(scratch: Path) -> Iterator[Postgres]:
    server = obtain_postgres(scratch)
    USED["database"] = server.description
    yield server
    server.shutdown()


@pytest.fixture(scope="session")
def broker(scratch: Path) -> Iterator[Broker]:
    server = obtain_broker(scratch)
    USED["broker"] = server.description
    yield server
    server.shutdown()


@pytest.fixture
def mail() -> Iterator[MailServer]:
    server = MailServer()
    server.up()
    yield server
    server.down()


@pytest.fixture
def authorization() -> Callable[[str], dict[str, str]]:
    """`authorization("bureau")` is the header that makes a request that account's."""
    return tokens.authorization


@pytest.fixture(scope="session")
def database_url(postgres: Postgres) -> Callable[[str], str]:
    """`database_url("reviews")` is a new, migrated, empty database of that service."""
    templates: dict[str, str] = {}

    def new(service: str) -> str:
        if service not in templates:
            url = postgres.create_database(f"template_{service}")
            asyncio.run(migrate(service, url))
            templates[service] = f"template_{service}"
        return postgres.create_database(f"{service}_{next(NUMBERS)}", template=templates[service])

    return new


@pytest.fixture(scope="session")
def database_url_async(database_url: Callable[[str], str]) -> Callable[[str], Awaitable[str]]:
    """`database_url` for tests that run in an event loop."""

    async def new(service: str) -> str:
        return await asyncio.to_thread(database_url, service)

    return new


@pytest.fixture
def start_service(
    database_url: Callable[[str], str],
) -> Callable[..., Any]:
    """`async with start_service("reviews", now=…) as it`: one service on its own database, its events kept in its outbox.

    `it.http` is a client of its API, `it.service`, `it.backend` and `it.clock` what it is made of. No background work
    runs: what a test wants to happen it makes happen. `url` gives a second replica the first one's database.
    """

    @asynccontextmanager
    async def start(
        name: str, *, url: str | None = None, bus: Bus | None = None, **settings: Any
    ) -> AsyncIterator[SimpleNamespace]:
        import importlib

        build = importlib.import_module(f"services.{name}.main").build
        kind = next(
            value
            for key, value in vars(importlib.import_module(f"services.{name}.settings")).items()
            if key == f"{name.capitalize()}Settings"
        )
        url = url or await asyncio.to_thread(database_url, name)
        clock = StandingClock()
        bus = bus or EmbeddedBus()
        service = build(
            kind(env="test", database_url=url, auth_issuer=tokens.ISSUER, **settings), Surroundings(bus, clock)
        )
        service.app.state.verifier = tokens.verifier()
        transport = httpx.ASGITransport(service.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://peiyu.test") as http:
            try:
                yield SimpleNamespace(
                    http=http, service=service, backend=service.backend, clock=clock, bus=bus, url=url, app=service.app
                )
            finally:
                await service.backend.database.close()

    return start


async def eventually(holds: Callable[[], Awaitable[Any]], *, within: float = 30.0, every: float = 0.05) -> Any:
    """The first truthy answer of `holds`; fails with its last answer where none comes in time."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within
    while not (answer := await holds()):
        if loop.time() > end:
            raise AssertionError(f"not within {within} s; the last answer was {answer!r}")
        await asyncio.sleep(every)
    return answer
