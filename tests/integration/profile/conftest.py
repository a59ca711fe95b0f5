"""A profile service with a firm in it."""

from datetime import datetime
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from services.cli.tour.forms import contact, update_form
from services.profile.handlers import handlers
from shared.messaging import Consumer, decode
from shared.messaging.envelope import encode, new_event
from shared.messaging.tables import OutboxRow

FIRM, OTHER = "91350203MA31F1331W", "91350213MA33WMAT03"


def registration(credit_code=FIRM, **changes):
    return {
        "credit_code": credit_code,
        "name": "厦门示例精工有限公司",
        "authority": "XM-SM",
        "registered_place": "福建省厦门市思明区",
        "contact": contact(credit_code),
    } | changes


def submission(year=2026, **changes):
    return update_form(FIRM, year) | {"declaration": {"accepted": True, "signatory": "陈建国"}} | changes


@pytest.fixture
async def it(start_service, authorization):
    async with start_service("profile") as running:
        running.clock.move(datetime.fromisoformat("2026-04-20T10:00:00+08:00"))

        async def call(who, method, path, body=None, **headers):
            return await running.http.request(method, f"/api/v1{path}", json=body, headers=authorization(who) | headers)

        async def take(*data, sequence=1, time=None):
            consumer = Consumer("profile", running.backend, handlers)
            await consumer.receive(
                [
                    encode(new_event(each, sequence=sequence, time=time or running.clock.now(), traceparent=None))
                    for each in data
                ]
            )

        async def told():
            async with running.backend.work() as work:
                rows = await work.session.scalars(select(OutboxRow).order_by(OutboxRow.id))
                return [decode(row.body) for row in rows]

        def at(instant):
            running.clock.move(datetime.fromisoformat(instant))

        yield SimpleNamespace(
            call=call, take=take, told=told, at=at, authorization=authorization,
            backend=running.backend, http=running.http, app=running.app,
        )  # fmt: skip


@pytest.fixture
async def registered(it):
    answer = await it.call("officer:XM-SM", "POST", "/enterprises", registration())
    assert answer.status_code == 201, answer.text
    return it
