"""Migrations of the services' schemas. A service that is served needs none of this, and so does not load Alembic."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from alembic import command, context
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from shared.runtime.database import Database

T = TypeVar("T")

SERVICES = Path(__file__).parents[2] / "services"


def configuration_of(service: str) -> Config:
    """Where Alembic finds a service's migrations."""
    configuration = Config()
    configuration.set_main_option("script_location", str(SERVICES / service / "migrations"))
    configuration.set_main_option("path_separator", "os")
    return configuration


async def _with_connection(service: str, url: str, work: Callable[[Connection], T]) -> T:
    database = Database(url, of=service, name=f"peiyu-migrate-{service}")
    try:
        async with database.engine.begin() as connection:
            return await connection.run_sync(work)
    finally:
        await database.close()


async def migrate(service: str, url: str, revision: str = "head") -> None:
    """Bring a service's schema to `revision`. Replicas that start together take turns."""

    def upgrade(connection: Connection) -> None:
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('peiyu migrations'))"))
        configuration = configuration_of(service)
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, revision)

    await _with_connection(service, url, upgrade)


async def pending_migrations(service: str, url: str) -> tuple[str | None, str | None]:
    """The schema's present revision and the newest that this program knows."""

    def current(connection: Connection) -> str | None:
        return MigrationContext.configure(connection).get_current_revision()

    newest = ScriptDirectory.from_config(configuration_of(service)).get_current_head()
    return await _with_connection(service, url, current), newest


def is_of_a_newer_version(service: str, revision: str | None) -> bool:
    """Whether a schema is wider than this program knows, which runs on it all the same: its revision is not known."""
    revisions = ScriptDirectory.from_config(configuration_of(service)).walk_revisions()
    return revision is not None and revision not in {each.revision for each in revisions}


def run_migrations(*metadata: Any) -> None:
    """The body of every service's `migrations/env.py`."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=list(metadata),
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()
