"""How benchmarks reach a database past the platform: to furnish it, and to look at what was done."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

UNRECORDED = "SET session_replication_role = replica"
"""What is there before is nobody's act."""


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        yield connection
    finally:
        await connection.close()


async def execute(url: str, *statements: str | tuple[Any, ...]) -> None:
    """Statements, one after the other on one connection, each committed; a tuple has what one is given after it."""
    async with connected(url) as connection:
        for statement in statements:
            await connection.execute(*([statement] if isinstance(statement, str) else statement))
