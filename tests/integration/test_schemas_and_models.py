"""Migrations and models say the same."""

import importlib

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import create_async_engine

import shared.web.idempotency  # noqa: F401
from services.cli.catalogue import SERVICES
from shared.runtime.database import Infrastructure
from shared.runtime.migrations import configuration_of, migrate


@pytest.mark.parametrize("service", SERVICES)
async def test_the_migrated_schema_is_what_the_models_describe(service, database_url_async):
    models = importlib.import_module(f"services.{service}.models")
    url = await database_url_async(service)

    def differences(connection):
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": False})
        return compare_metadata(context, _merged(models.Base.metadata))

    engine = create_async_engine(url)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


def _merged(own):
    merged = sa.MetaData()
    for metadata in (own, Infrastructure.metadata):
        for table in metadata.tables.values():
            table.to_metadata(merged)
    return merged


@pytest.mark.parametrize("service", SERVICES)
def test_migrations_form_one_line(service):
    assert len(ScriptDirectory.from_config(configuration_of(service)).get_heads()) == 1


@pytest.mark.parametrize("service", SERVICES)
async def test_migrating_twice_changes_nothing(service, database_url_async):
    url = await database_url_async(service)
    await migrate(service, url)
