"""A reviews service, told by hand what the others would tell it."""

from datetime import datetime
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from services.reviews.handlers import handlers
from shared.contracts import FreshnessReported, ProfileState, ProfileUpdated, YearUpdate
from shared.messaging import Consumer, decode
from shared.messaging.envelope import encode, new_event
from shared.messaging.tables import OutboxRow

FIRM, OTHER = "91350203MA31F1331W", "91350213MA33WMAT03"
DECLARATION = {"accepted": True, "signatory": "陈建国"}


def grant(title="specialized", valid_from="2025-01-01", valid_to="2027-12-31", credit_code=FIRM, **changes):
    return {
        "credit_code": credit_code,
        "enterprise_name": "厦门示例精工有限公司",
        "authority": "XM-SM",
        "title": title,
        "valid_from": valid_from,
        "valid_to": valid_to,
    } | changes


def profile(version=1, credit_code=FIRM, name="厦门示例精工有限公司", authority="XM-SM", **updates):
    """A profile's state; `y2026="2026-04-20T…"` is an update."""
    years = [YearUpdate(year=int(year[1:]), submitted_at=datetime.fromisoformat(at)) for year, at in updates.items()]
    return ProfileState(credit_code=credit_code, version=version, name=name, authority=authority, updates=tuple(years))


def updated(state):
    last = (
        state.updates[-1]
        if state.updates
        else YearUpdate(year=2000, submitted_at=datetime.fromisoformat("2000-01-01T00:00:00Z"))
    )
    return ProfileUpdated(
        credit_code=state.credit_code, profile=state, update_id="01900000-0000-7000-8000-000000000001",
        duty_year=last.year, submitted_at=last.submitted_at, submitted_by="firm",
    )  # fmt: skip


WHO, OFFICER, BUREAU = f"firm:{FIRM}", "officer:XM-SM", "bureau"
INNOVATIVE = {"title": "innovative", "valid_from": "2023-05-11", "valid_to": "2026-05-10", "duties_from": "2026-01-01"}
GIANT = {"title": "little_giant", "valid_from": "2023-05-01", "valid_to": "2026-04-30", "duties_from": "2026-05-01"}


async def applied(it, certification_id, who=WHO, **headers):
    body = {"certification_id": certification_id, "declaration": DECLARATION}
    return await it.call(who, "POST", "/reviews", body, **headers)


async def ready(it, at="2026-05-08T10:00:00+08:00", **title):
    """A title whose profile is known and fresh, within its window."""
    wanted = INNOVATIVE | title
    certification_id = await it.granted(**wanted)
    code = wanted.get("credit_code", FIRM)
    await it.take(updated(profile(2, code, y2026="2026-04-20T10:00:00+08:00")))
    it.at(at)
    await it.sweep()
    return certification_id


async def submitted(it, **title):
    """An application that lies with the authority."""
    certification_id = await ready(it, **title)
    answer = await applied(it, certification_id, f"firm:{title.get('credit_code', FIRM)}")
    assert answer.status_code == 201, answer.text
    return answer.json()


async def act(it, who, review, act, body, expect=200):
    """One act on an application; what it answers."""
    answer = await it.call(who, "POST", f"/reviews/{review['id']}/{act}", body)
    assert answer.status_code == expect, answer.text
    return answer.json()


async def passed(it, **title):
    """An application that the authority has passed, checked on site where the lot fell on it."""
    return await pass_on(it, await submitted(it, **title))


async def pass_on(it, review):
    if review["on_site_check"]["required"] and review["on_site_check"]["result"] is None:
        await act(it, OFFICER, review, "on_site_check", CHECK | {"checked_on": review["applied_at"][:10]})
    return await act(it, OFFICER, review, "authority_decision", {"outcome": "passed", "opinion": "属实"})


async def noticed(it, **title):
    """An application on public notice."""
    review = await passed(it, **title)
    return await act(it, BUREAU, review, "bureau_decision", {"outcome": "approved", "opinion": "拟同意"})


async def read_review(it, review, who=WHO):
    return (await it.call(who, "GET", f"/reviews/{review['id']}")).json()


CHECK = {"checked_on": "2026-05-08", "inspectors": ["王海", "李明"], "result": "conforms", "findings": "与申报一致"}
RETURN = {"defects": [{"field": "/statement", "text": "请补充主导产品说明"}], "due": None}


@pytest.fixture
async def it(start_service, authorization):
    async with start_service("reviews") as running:
        running.clock.move(datetime.fromisoformat("2026-03-15T10:00:00+08:00"))

        async def call(who, method, path, body=None, **headers):
            return await running.http.request(method, f"/api/v1{path}", json=body, headers=authorization(who) | headers)

        async def take(*data):
            consumer = Consumer("reviews", running.backend, handlers)
            await consumer.receive(
                [encode(new_event(each, sequence=1, time=running.clock.now(), traceparent=None)) for each in data]
            )

        async def told(type_=None):
            async with running.backend.work() as work:
                rows = await work.session.scalars(select(OutboxRow).order_by(OutboxRow.id))
                events = [decode(row.body) for row in rows]
            return [event for event in events if type_ in (None, event.type)]

        async def sweep():
            for each in running.service.sweeps:
                await each.round()

        async def granted(**changes):
            answer = await call("bureau", "POST", "/certifications", grant(**changes))
            assert answer.status_code == 201, answer.text
            return answer.json()["id"]

        async def read(certification_id):
            return (await call("bureau", "GET", f"/certifications/{certification_id}")).json()

        async def reported(request, state, as_of=None):
            await take(
                FreshnessReported(
                    credit_code=request.data.credit_code, request_id=request.data.request_id,
                    as_of=as_of or running.clock.now(), profile=state,
                )
            )  # fmt: skip

        yield SimpleNamespace(
            call=call, take=take, told=told, sweep=sweep, granted=granted, read=read, reported=reported,
            backend=running.backend, http=running.http, url=running.url, sweeps=running.service.sweeps,
            at=lambda instant: running.clock.move(datetime.fromisoformat(instant)),
        )  # fmt: skip
