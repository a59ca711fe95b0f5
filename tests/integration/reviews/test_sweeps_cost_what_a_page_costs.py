"""A sweep takes as many statements for a page of many as for a page of few."""

from contextlib import contextmanager

import pytest
from sqlalchemy import event

from services.cli.credit_codes import invented_code
from services.reviews.commands import campaigns, notices, returns
from tests.integration.reviews.conftest import BUREAU, OFFICER, RETURN, act, noticed, submitted
from tests.integration.reviews.test_campaigns import CAMPAIGN, TITLE


@contextmanager
def counted(it):
    """The statements that are sent to the database within the block."""
    sent = []

    def note(connection, cursor, statement, *_):
        sent.append(statement)

    engine = it.backend.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def _noticed(it, code):
    await noticed(it, credit_code=code)


async def _returned(it, code):
    await act(it, OFFICER, await submitted(it, credit_code=code), "return", RETURN)


async def _granted(it, code):
    await it.granted(**TITLE, credit_code=code)


@pytest.mark.parametrize(
    ("prepare", "at", "sweep"),
    [
        (_noticed, "2026-05-15T00:00:00+08:00", notices.end_notices),
        (_returned, "2026-05-22T00:00:00+08:00", returns.lapse_due),
        (_granted, "2026-03-15T10:00:00+08:00", campaigns.spread),
    ],
)
async def test_a_page_of_many_takes_no_more_statements_than_a_page_of_few(it, prepare, at, sweep):
    sizes, numbers = {}, iter(range(100))
    for many in (2, 11):
        for _ in range(many):
            await prepare(it, invented_code(next(numbers)))
        if sweep is campaigns.spread:
            await it.call(BUREAU, "POST", "/campaigns", CAMPAIGN | {"closes": f"2026-09-{many:02d}"})
        it.at(at)
        with counted(it) as sent:
            async with it.backend.work() as work:
                assert await sweep(work) >= many
        sizes[many] = len(sent)
        await it.sweep()
    assert sizes[2] == sizes[11] < 30, sizes
