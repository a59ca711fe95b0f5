"""A service does not notice that the connections which it had kept were closed meanwhile."""

import asyncpg
import pytest
from sqlalchemy import text

from shared.runtime import database as runtime
from shared.runtime.database import Database

OTHERS = "pid <> pg_backend_pid() AND datname = current_database()"


@pytest.fixture
async def kept(database_url_async):
    """A database with a connection that is open and idle; `kept.others` is another one, beside it."""
    url = await database_url_async("changes")
    database = Database(url, pool=1)
    database.others = await asyncpg.connect(url.replace("+asyncpg", ""))
    await pid(database)
    yield database
    await database.others.close()
    await database.close()


async def pid(database):
    async with database.transaction() as session:
        return await session.scalar(text("SELECT pg_backend_pid()"))


async def close_it(kept):
    await kept.others.fetch(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {OTHERS}")
    await kept.others.fetch("SELECT 1")


async def test_one_that_the_server_closed_is_opened_anew_before_anything_is_sent(kept):
    before = await pid(kept)
    assert await pid(kept) == before
    await close_it(kept)
    assert await pid(kept) != before


async def test_one_that_was_idle_for_long_is_asked_whether_it_still_is_one_and_no_other(kept, monkeypatch):
    asked = []
    async with kept.engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        driver.add_query_logger(lambda record: asked.append(record.query))
    for longest, questions in ((60.0, []), (-1.0, [";"])):
        monkeypatch.setattr(runtime, "LONG_IDLE", longest)
        async with kept.engine.connect():
            pass
        assert [each for each in asked if each == ";"] == questions


async def test_one_that_was_lost_without_a_word_is_replaced_when_it_does_not_answer(kept, monkeypatch):
    before = await pid(kept)
    monkeypatch.setattr(runtime, "LONG_IDLE", -1.0)
    monkeypatch.setattr(asyncpg.Connection, "is_closed", lambda _: False)
    await close_it(kept)
    assert await pid(kept) != before
