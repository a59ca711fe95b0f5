"""PostgreSQL through SQLAlchemy: one database per service, one transaction per piece of work."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import asyncpg
from opentelemetry.trace import SpanKind
from prometheus_client import Gauge
from pydantic_core import to_json
from sqlalchemy import Select, Text, cast, column, event, func, literal, select, text
from sqlalchemy.dialects.postgresql import JSONB, Insert, insert
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection, QueuePool

from shared.runtime.tracing import part

K = TypeVar("K")

CONNECTIONS = Gauge("peiyu_database_connections_in_use", "Connections of the pool that are lent out", ["service"])
MOST_CONNECTIONS = Gauge("peiyu_database_connections_max", "Connections that the pool may have", ["service"])

DOWN = (
    ConnectionError,
    asyncio.TimeoutError,
    PoolTimeout,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InsufficientPrivilegeError,
)
LONG_IDLE = 2.0
"""Seconds after which a connection may have been lost without anybody here having been told."""
LOST_RACE = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError, asyncpg.LockNotAvailableError)


def _chain(error: BaseException | None) -> list[BaseException]:
    """The error and what caused it, each once."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or getattr(error, "orig", None)
    return found


def _cause(error: BaseException, fits: Callable[[BaseException], bool]) -> BaseException | None:
    """The first in the chain of causes that fits; of errors in a group each must have one, lest another goes unseen."""
    for each in _chain(error):
        if isinstance(each, BaseExceptionGroup):
            found = [_cause(part, fits) for part in each.exceptions]
            return found[0] if all(found) else None
        if fits(each):
            return each
    return None


def _says_down(error: BaseException) -> bool:
    return isinstance(error, DOWN) or (isinstance(error, DBAPIError) and error.connection_invalidated)


def database_is_down(error: BaseException) -> bool:
    """Whether `error` says that the database cannot be used now, and nothing about what was asked of it."""
    return _cause(error, _says_down) is not None


def what_was_said(error: BaseException) -> str:
    """By the database, or on the way to it, in one line; without what was asked of it."""
    why = _cause(error, _says_down) or error
    return str(why).partition("\n")[0] or type(why).__name__


def _connect_as_told_by(setting: str) -> Callable[..., DBAPIConnection]:
    """Connect, and let what hinders it name the setting that says to which database, as whom, and with which password.

    All of that can be mended while this program runs: the database is down for it until then.
    """

    def connect(dialect: Dialect, _: ConnectionPoolEntry, told: Any, named: Any) -> DBAPIConnection:
        try:
            return dialect.connect(*told, **named)
        except (OSError, dialect.loaded_dbapi.Error) as error:
            raise ConnectionError(f"{setting}: {what_was_said(error)}") from error

    return connect


def lost_a_race(error: BaseException) -> bool:
    """Whether the same transaction, tried again, may well succeed: a deadlock or a serialization failure."""
    return _cause(error, lambda each: isinstance(each, LOST_RACE)) is not None


def _given_back(_: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
    record.info["idle_since"] = time.monotonic()


def _lent_out(connection: DBAPIConnection, record: ConnectionPoolEntry, _: PoolProxiedConnection) -> None:
    """Let no transaction begin on a connection that is lost: one that was idle for long is asked whether it is.

    SQLAlchemy's own `pool_pre_ping` asks before every transaction, three times there and back.
    """
    driver = record.driver_connection
    assert isinstance(driver, asyncpg.Connection)
    if driver.is_closed():
        raise InvalidatePoolError
    if time.monotonic() - record.info.get("idle_since", time.monotonic()) > LONG_IDLE:
        try:
            connection.ping()
        except Exception as error:
            if not database_is_down(error):
                raise
            raise InvalidatePoolError from error


class Infrastructure(DeclarativeBase):
    """Tables that every service's database has: outbox, inbox, failed messages, idempotency keys, the record."""

    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012 - nobody reads them of what was just written


class Database:
    """One service's database: that of the service `of`, whose setting says the URL.

    Raises what SQLAlchemy raises; `database_is_down` and `lost_a_race` tell what an error means.
    """

    def __init__(self, url: str, *, of: str = "peiyu", pool: int = 10, name: str = "peiyu") -> None:
        self.engine = create_async_engine(
            url,
            pool_size=pool,
            max_overflow=0,
            hide_parameters=True,  # an error would repeat them, and with it logs
            pool_timeout=10,
            connect_args={"timeout": 10, "server_settings": {"application_name": name, "timezone": "UTC"}},
        )
        event.listen(self.engine.sync_engine, "do_connect", _connect_as_told_by(f"{of.upper()}_DATABASE_URL"))
        event.listen(self.engine.sync_engine, "checkin", _given_back)
        event.listen(self.engine.sync_engine, "checkout", _lent_out)
        self._told = {"db.system.name": "postgresql", "db.namespace": self.engine.url.database or ""}
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        self._after_commit: list[Callable[[], None]] = []

    def on_emission(self, wake: Callable[[], None]) -> None:
        """Call `wake` after every commit that left an event in the outbox."""
        self._after_commit.append(wake)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session whose transaction commits at the end of the block, or rolls back with its error."""
        async with self._sessions() as session:
            with part("transaction", SpanKind.CLIENT, self._told):
                async with session.begin():
                    yield session
            if session.info.pop("emitted", False):
                for wake in self._after_commit:
                    wake()

    @asynccontextmanager
    async def statements(self) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
        """The driver's own connection, where each statement is a transaction of its own: for one sent again and again.

        It goes to the database and back once, where a transaction of one statement does so four times; and it is
        planned once. PostgreSQL would plan one that gets arrays anew each time, for twice the time of doing it.
        """
        async with self.engine.connect() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            assert isinstance(driver, asyncpg.Connection)
            await driver.execute("SET plan_cache_mode = force_generic_plan")
            try:
                yield driver
            finally:
                if not driver.is_closed():
                    await driver.execute("RESET plan_cache_mode")

    def in_use(self) -> int:
        """How many connections of the pool are lent out now."""
        pool = self.engine.pool
        assert isinstance(pool, QueuePool)
        return pool.checkedout()

    async def answers(self) -> bool:
        """Whether the database answers now."""
        try:
            async with asyncio.timeout(3), self.engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except Exception as error:
            if not isinstance(error, OSError | DBAPIError | TimeoutError | PoolTimeout) and not database_is_down(error):
                raise
            return False
        return True

    async def close(self) -> None:
        await self.engine.dispose()


async def counted_up_to(session: AsyncSession, queries: Mapping[K, Select[Any]], most: int) -> dict[K, int]:
    """How many rows each of the queries finds, counted no further than `most`, in one statement."""
    counts = [
        select(func.count()).select_from(query.limit(most).subquery()).scalar_subquery() for query in queries.values()
    ]
    return dict(zip(queries, (await session.execute(select(*counts))).one(), strict=True))


def insert_many(model: type[DeclarativeBase], rows: Sequence[Mapping[str, Any]]) -> Insert:
    """Rows, each of which names the same columns, as one insert, to which conflicts and what it returns can be added.

    They are handed over as one document: with a parameter for every column of every row the statement is another one
    each time, which takes longer to prepare than to carry out.
    """
    columns = [column(name, model.__table__.c[name].type) for name in rows[0]]
    given = (
        func.jsonb_to_recordset(cast(literal(to_json(rows).decode(), Text), JSONB))
        .table_valued(*columns)
        .render_derived("given", with_types=True)
    )
    return insert(model).from_select([each.name for each in columns], select(given))
