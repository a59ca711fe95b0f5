"""A natural person whom a firm lets act for it is known to every service, by events in any order."""

import importlib
from datetime import date, datetime
from uuid import UUID

import pytest

from shared.contracts import DelegationEnded, DelegationGranted, DelegationState
from shared.messaging import Consumer
from shared.messaging.envelope import encode, new_event
from tests.infrastructure import tokens

FIRM, OTHER = "91350203MA31F1331W", "91350213MA33WMAT03"
WHERE = {
    "changes": "/api/v1/changes?credit_code={}",
    "reviews": "/api/v1/certifications?credit_code={}",
    "notifier": "/api/v1/obligations?credit_code={}",
}
NOW = "2026-04-20T10:00:00+08:00"


def state(version=2, until=None, ended=False, person="person:", firm=FIRM):
    at = datetime.fromisoformat(NOW)
    return DelegationState(
        delegation_id=UUID(int=7), version=version, credit_code=firm, enterprise_name="厦门示例精工有限公司", authority="XM-SM",
        person=person, person_name="吴思远", granted_at=at, until=until, ended_at=at if ended else None,
    )  # fmt: skip


def granted(**changes):
    return DelegationGranted(credit_code=FIRM, delegation=state(**changes))


def ended(**changes):
    return DelegationEnded(credit_code=FIRM, delegation=state(3, ended=True, **changes), by="enterprise", reason="离职")


@pytest.fixture(params=sorted(WHERE))
async def it(request, start_service):
    async with start_service(request.param) as running:
        running.clock.move(datetime.fromisoformat(NOW))
        handlers = importlib.import_module(f"services.{request.param}.handlers").handlers
        consumer = Consumer(request.param, running.backend, handlers)

        async def take(*data):
            await consumer.receive(
                [encode(new_event(each, sequence=1, time=running.clock.now(), traceparent=None)) for each in data]
            )

        async def status(who="person:", firm=FIRM):
            answer = await running.http.get(WHERE[request.param].format(firm), headers=tokens.authorization(who))
            return answer.status_code

        running.take, running.status = take, status
        yield running


async def test_a_granted_person_is_let_in_for_that_firm_and_an_ended_one_is_not(it):
    assert await it.status() == 403
    await it.take(granted())
    assert (await it.status(), await it.status(firm=OTHER)) == (200, 404)
    assert await it.status("person:" + OTHER) == 404
    await it.take(ended())
    assert await it.status() == 403


async def test_news_in_the_wrong_order_and_twice_comes_to_the_same(it):
    await it.take(ended())
    await it.take(granted(), ended(), granted())
    assert await it.status() == 403


async def test_the_last_day_counts_to_its_end(it):
    await it.take(granted(until=date(2026, 4, 20)))
    it.clock.move(datetime.fromisoformat("2026-04-20T23:59:59+08:00"))
    assert await it.status() == 200
    it.clock.move(datetime.fromisoformat("2026-04-21T00:00:00+08:00"))
    assert await it.status() == 403


async def test_a_person_bound_by_the_login_keeps_those_firms(it):
    who = "person:" + OTHER
    assert (await it.status(who, OTHER), await it.status(who)) == (200, 404)
    await it.take(granted(person=who))
    assert (await it.status(who, OTHER), await it.status(who)) == (200, 200)
