"""Reads the record as it stands in a service's database, and does to it what nobody should."""

from types import SimpleNamespace

import pytest
from sqlalchemy import text

from shared.audit import Sealer, exported, verify
from shared.audit.chain import Entry


@pytest.fixture
def record():
    """`record(it)` is a service's record: `waiting()`, `seal()`, `verdict()`, and `tamper()` past every guard."""

    def of(it):
        database = it.backend.database

        async def waiting(kind=None):
            async with database.transaction() as session:
                rows = (await session.execute(text("SELECT * FROM audit_pending ORDER BY id"))).all()
            return [Entry.of(row) for row in rows if row.kind == (kind or row.kind)]

        async def seal(batch=1000):
            sealer = Sealer(it.service.name, database, batch=batch)
            total = 0
            while sealed := await sealer.seal():
                total += sealed
            return total

        async def sealed():
            async with database.transaction() as session:
                return list((await session.execute(text("SELECT * FROM audit_entries ORDER BY position"))).all())

        async def tamper(*statements):
            async with database.engine.begin() as connection:
                await connection.execute(text("SET LOCAL session_replication_role = replica"))
                for statement in statements:
                    await connection.execute(text(statement))

        return SimpleNamespace(
            waiting=waiting, seal=seal, sealed=sealed, tamper=tamper,
            verdict=lambda noted=None: verify(database.engine, noted),
            exported=lambda case: exported(database.engine, case),
        )  # fmt: skip

    return of
