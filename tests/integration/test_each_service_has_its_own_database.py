"""The databases as PostgreSQL's container makes them at its first start: a role for each, and no way to another's."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import make_url

from services.cli.catalogue import SERVICES
from tests.infrastructure.postgres import PrivatePostgres

DEPLOY = Path(__file__).parents[2] / "deploy"


@pytest.fixture(scope="module")
def server(scratch: Path) -> Iterator[PrivatePostgres]:
    folder = scratch / "own-databases"
    folder.mkdir()
    server = PrivatePostgres(folder)
    try:
        yield server
    finally:
        server.shutdown()


@pytest.fixture(scope="module")
def prepared(server: PrivatePostgres) -> PrivatePostgres:
    run = subprocess.run(
        ["sh", DEPLOY / "postgres" / "services.sh"],
        env={
            "PATH": f"{server._binaries}:{os.environ['PATH']}",
            "PGHOST": str(make_url(server.url("postgres")).query["host"]),
            "POSTGRES_USER": "postgres",
            "PEIYU_SECRETS_DIR": str(DEPLOY / "secrets" / "development"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return server


async def connect(server: PrivatePostgres, role: str, database: str) -> asyncpg.Connection:
    url = make_url(server.url(database)).set(drivername="postgresql", username=role)
    return await asyncpg.connect(url.render_as_string(hide_password=False))


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_works_in_its_database_and_reaches_no_other(prepared: PrivatePostgres, service: str) -> None:
    connection = await connect(prepared, service, service)
    await connection.execute("CREATE TABLE own (id int); INSERT INTO own VALUES (1); DROP TABLE own")
    for statement in (
        "CREATE DATABASE spare",
        "CREATE ROLE spare",
        "ALTER ROLE postgres PASSWORD 'mine'",
        "TABLE pg_authid",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    await connection.close()
    for other in (*SERVICES, "postgres", "template1"):
        if other != service:
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="CONNECT"):
                await connect(prepared, service, other)


async def test_every_role_has_a_password(prepared: PrivatePostgres) -> None:
    connection = await connect(prepared, "postgres", "postgres")
    rows = await connection.fetch("SELECT rolname, rolpassword FROM pg_authid WHERE rolname = ANY($1)", list(SERVICES))
    await connection.close()
    assert len(rows) == len(SERVICES)
    assert all(row["rolpassword"].startswith("SCRAM-SHA-256$") for row in rows)
