"""Who acts is told with every event: the caller of a request, the cause of what a handler does, else the platform."""

import json
from datetime import datetime

import pytest
from sqlalchemy import select

from services.changes.handlers import handlers as changes
from services.profile.handlers import handlers as profile
from services.reviews.handlers import handlers as reviews
from shared.contracts import FreshnessReported, ProfileRegistered, ProfileState
from shared.contracts.asyncapi import sample
from shared.messaging import Consumer, decode
from shared.messaging.envelope import encode, new_event
from shared.messaging.tables import OutboxRow
from shared.runtime.acting import PLATFORM, Actor
from tests.integration.changes.conftest import granted
from tests.integration.profile.conftest import FIRM, OTHER, registration
from tests.integration.reviews.conftest import grant

BUREAU = Actor("bureau", "厦门市工业和信息化局 审核员", "bureau")


@pytest.fixture
def told():
    async def of(running, type_=None):
        async with running.backend.work() as work:
            rows = await work.session.scalars(select(OutboxRow).order_by(OutboxRow.id))
            return [event for row in rows if (event := decode(row.body)).type in (type_ or event.type)]

    return of


def heard(data, actor, running, trace=None):
    return encode(new_event(data, sequence=1, time=running.clock.now(), traceparent=trace, actor=actor))


async def test_a_request_is_its_callers(start_service, authorization, told):
    async with start_service("profile") as it:
        for who in ("officer:XM-SM", "bureau"):
            body = registration(FIRM if who == "bureau" else OTHER)
            answer = await it.http.post("/api/v1/enterprises", json=body, headers=authorization(who))
            assert answer.status_code == 201, answer.text
        first, second = await told(it)
        assert (first.actor.subject, first.actor.role) == ("officer:XM-SM", "authority")
        assert (second.actor.subject, second.actor.role) == ("bureau", "bureau")


async def test_what_a_handler_does_is_the_doing_of_who_caused_the_event(start_service, told):
    trace = "00-0000000000000000000000000000abcd-000000000000000a-01"
    async with start_service("profile") as it:
        title = granted("specialized", "01900000-0000-7000-8000-000000000001")
        other = granted("specialized", "01900000-0000-7000-8000-000000000002", credit_code=OTHER)
        await Consumer("profile", it.backend, profile).receive(
            [heard(title, BUREAU, it, trace), heard(other, None, it)]
        )
        by_firm = {event.subject: event for event in await told(it)}
        assert by_firm[FIRM].actor == BUREAU
        assert by_firm[FIRM].traceparent.split("-")[1] == trace.split("-")[1]
        assert by_firm[OTHER].actor == PLATFORM
        assert by_firm[OTHER].traceparent.split("-")[1] != trace.split("-")[1]


async def test_what_a_sweep_finds_is_the_platforms_and_stays_so_through_the_answer(start_service, authorization, told):
    async with start_service("reviews") as it:
        it.clock.move(datetime.fromisoformat("2026-03-15T10:00:00+08:00"))
        answer = await it.http.post("/api/v1/certifications", json=grant(), headers=authorization("bureau"))
        assert answer.status_code == 201, answer.text
        it.clock.move(datetime.fromisoformat("2026-05-01T00:00:01+08:00"))
        await next(sweep for sweep in it.service.sweeps if sweep.name == "updates due").round()
        (asked,) = await told(it, "profile.freshness_requested.v1")
        assert asked.actor == PLATFORM
        state = ProfileState(credit_code=FIRM, version=1, name="厦门示例精工有限公司", authority="XM-SM")
        answered = FreshnessReported(
            credit_code=FIRM, request_id=asked.data.request_id, as_of=it.clock.now(), profile=state
        )
        await Consumer("reviews", it.backend, reviews).receive([heard(answered, asked.actor, it)])
        (revoked,) = await told(it, "eligibility.revoked.v1")
        assert revoked.actor == PLATFORM
        (given,) = await told(it, "certification.granted.v1")
        assert given.actor.subject == "bureau"


async def test_a_request_that_follows_another_in_the_same_task_is_its_own_callers(start_service, authorization, told):
    async with start_service("changes") as it:
        known = ProfileRegistered(
            credit_code=FIRM, profile=ProfileState(credit_code=FIRM, version=1, name="甲", authority="XM-SM")
        )
        await Consumer("changes", it.backend, changes).receive([heard(known, BUREAU, it)])
        body = {"credit_code": FIRM, "type": "other", "happened_on": "2026-01-05"}
        for who in (f"firm:{FIRM}", f"person:{FIRM}"):
            answer = await it.http.post("/api/v1/changes", json=body, headers=authorization(who))
            assert answer.status_code == 201, answer.text
        async with it.backend.work() as work:
            work.emit(known, sequence=2)
        assert [event.actor.subject for event in await told(it)] == [f"firm:{FIRM}", f"person:{FIRM}", "platform"]


async def test_an_ended_title_shows_who_ended_it(start_service, authorization):
    async with start_service("reviews") as it:
        it.clock.move(datetime.fromisoformat("2026-03-15T10:00:00+08:00"))
        ids = []
        for code in (FIRM, OTHER):
            answer = await it.http.post(
                "/api/v1/certifications", json=grant(credit_code=code), headers=authorization("bureau")
            )
            ids.append(answer.json()["id"])
        kept = sample("change.decided.v1")
        kept["data"]["decisions"] = [
            kept["data"]["decisions"][0] | {"certification_id": ids[0], "outcome": "cancelled", "reason": "不再符合"}
        ]
        await Consumer("reviews", it.backend, reviews).receive([json.dumps(kept).encode()])
        it.clock.move(datetime.fromisoformat("2028-04-01T00:00:01+08:00"))
        await next(sweep for sweep in it.service.sweeps if sweep.name == "titles ending").round()
        shown = [
            (await it.http.get(f"/api/v1/certifications/{each}", headers=authorization("bureau"))).json()
            for each in ids
        ]
        assert [(each["status"], each["ending"]["role"]) for each in shown] == [
            ("cancelled", "bureau"),
            ("expired", "platform"),
        ]
        assert shown[0]["ending"]["actor_name"] == kept["actorname"]
