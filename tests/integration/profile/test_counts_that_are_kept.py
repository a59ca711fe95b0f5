"""The counts of who has updated are kept as firms change, and always what counting would find."""

import asyncio
import random
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from services.cli.credit_codes import invented_code
from services.profile.models import UpdateCount
from services.profile.repository import counts
from tests.integration.profile.conftest import registration, submission
from tests.integration.profile.test_profiles import granted
from tests.integration.profile.test_who_has_not_updated import cancelled, count, moved

CODES = [invented_code(number) for number in range(4)]
DAYS = (date(2026, 4, 30), date(2026, 5, 29), date(2026, 6, 26))


@pytest.fixture
async def firms(it):
    for number, code in enumerate(CODES):
        authority = ("XM-SM", "XM-HL")[number % 2]
        await it.call("bureau", "POST", "/enterprises", registration(code, authority=authority))
    return it


async def check(it):
    """What is kept is what is counted as of now, for this year and the next."""
    for year in (2026, 2027):
        kept = await count(it, query=f"year={year}")
        counted = await count(it, query=f"year={year}&as_of={kept['as_of'].replace('+', '%2B')}")
        assert kept == counted


def title(number):
    """One of twelve: each firm has three, two of them of one kind."""
    kind = ("specialized", "innovative")[number // 4 % 2]
    return granted(kind, credit_code=CODES[number % 4], certification_id=UUID(int=number + 1))


@pytest.mark.parametrize("seed", range(5))
async def test_whatever_happens_in_whatever_order_the_counts_are_true(firms, seed):
    chance = random.Random(seed)
    for step in range(25):
        code = chance.choice(CODES)
        event = title(chance.randrange(12))
        match chance.randrange(5):
            case 0:
                firms.at(f"2026-0{4 + step // 9}-{10 + step % 9}T10:00:00+08:00")
                answer = await firms.call(f"firm:{code}", "POST", f"/enterprises/{code}/updates", submission())
                assert answer.status_code == 201
            case 1:
                await firms.take(cancelled(event, version=chance.randrange(1, 20)))
            case 2 | 3:
                await firms.take(moved(event, chance.choice(DAYS), version=chance.randrange(1, 20)))
            case _:
                await firms.take(*(title(number) for number in range(chance.randrange(1, 13))))
        await check(firms)
    assert (await count(firms))["owing"]


async def test_what_happens_at_once_is_counted_once(firms):
    await firms.take(*(title(number) for number in range(12)))
    submissions = [
        firms.call(f"firm:{code}", "POST", f"/enterprises/{code}/updates", submission())
        for code in CODES
        for _ in range(3)
    ]
    dates = [firms.take(moved(title(number), DAYS[1])) for number in range(12)]
    assert {getattr(each, "status_code", 201) for each in await asyncio.gather(*submissions, *dates)} == {201}
    await check(firms)
    assert (await count(firms))["updated"] == 8


async def test_many_appended_rows_are_folded_into_few_and_say_the_same(firms):
    await firms.take(*(title(number) for number in range(12)))
    before = await count(firms)
    again = text("""
        INSERT INTO update_counts
            (folded, year, authority, title, nominal_due, due, extended_by, updated, late, not_updated)
        SELECT false, year, authority, title, nominal_due, due, extended_by, sign * updated, sign * late, sign * not_updated
        FROM update_counts, generate_series(1, 300), unnest(ARRAY[1, -1]) AS sign
    """)
    for _ in range(2):
        async with firms.backend.work() as work:
            await work.session.execute(again)
        rounds = []
        while not rounds or rounds[-1]:
            async with firms.backend.work() as work:
                rounds.append(await counts.fold(work.session))
        async with firms.backend.work() as work:
            rows = await work.session.scalar(select(func.count()).select_from(UpdateCount))
        assert rows == 2 * len(before["items"])
        assert (await count(firms))["items"] == before["items"]
    await check(firms)
