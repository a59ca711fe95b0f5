"""Operators see how every service stands and what it could not take; they replay and discard it, and that is recorded."""

import asyncio
import json
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from services.cli.catalogue import SERVICES
from shared.contracts import CertificationGranted, ProfileRegistered
from shared.contracts.asyncapi import sample
from shared.messaging import FailedMessages
from shared.messaging.consumer import Consumer, Handlers
from shared.runtime.clock import real_now

TYPE = CertificationGranted.type
UNREADABLE = b"\xff no event, 13912345678"
OTHERS = ("bureau", "officer:XM-SM", "firm:91350203MA31F1331W")


def event(number: int, type_: str = TYPE) -> bytes:
    kept = sample(type_) | {"id": str(UUID(int=number)), "note": ["13912345678", {"to": "lin@firm.example"}]}
    return json.dumps(kept).encode()


def told(number: int) -> str:
    return str(UUID(int=number))


@pytest.fixture
async def it(request, start_service, authorization):
    name = getattr(request, "param", "changes")
    async with start_service(name) as running:
        handlers = Handlers(name)
        running.broken = True
        running.taken = []
        running.kind = ProfileRegistered if name == "reviews" else CertificationGranted

        @handlers.on(running.kind)
        async def take(work, event):
            if running.broken:
                raise LookupError(f"no rule for {event.id}, ask 13912345678")
            running.taken.append(str(event.id))

        running.consumer = Consumer(name, running.backend, handlers, retry_base=3600)
        running.retries = FailedMessages(running.consumer, attempts=1)

        async def call(method, path, body=None, who="operator", **headers):
            address = f"/api/v1/operations/{name}{path}"
            return await running.http.request(method, address, json=body, headers=authorization(who) | headers)

        async def states():
            async with running.backend.database.transaction() as session:
                rows = await session.execute(text("SELECT event_id, state, attempts FROM failed_messages"))
                return {str(row[0]): (row[1], row[2]) for row in rows}

        running.call, running.states, running.name = call, states, name
        yield running


async def fail(it, *numbers):
    await it.consumer.receive([event(number, it.kind.type) for number in numbers])


@pytest.mark.parametrize("it", SERVICES, indirect=True)
async def test_a_quiet_service_says_so(it):
    status = (await it.call("GET", "/status")).json()
    assert (status["service"], status["rules"]) == (it.name, "xiamen-2023")
    assert status["version"]
    assert status["parts"] == {"database": "ok", "broker": "ok"}
    assert status["outbox"] == {"count": 0, "seconds": 0.0, "refused": 0}
    assert status["failed"] == {"waiting": 0, "dead": 0, "discarded": 0}
    assert (status["inbox"], status["queue"], status["sealing"]) == (0, None, {"count": 0, "seconds": 0.0})
    assert (await it.call("GET", "/failed")).json() == {"items": []}
    assert (await it.call("GET", "/failed/messages")).json() == {"items": [], "next": None}


async def test_the_status_tells_what_waits_and_since_when(it):
    async with it.backend.database.transaction() as session:
        await session.execute(
            text("INSERT INTO outbox (id, type, body, created_at, last_error) VALUES (gen_random_uuid(), 'x', '', :at, 'nowhere')"),
            {"at": real_now() - timedelta(hours=1)},
        )  # fmt: skip
    await fail(it, 1, 2)
    it.broken = False
    await fail(it, 3)
    status = (await it.call("GET", "/status")).json()
    assert (status["outbox"]["count"], status["outbox"]["refused"]) == (1, 1)
    assert 3600 <= status["outbox"]["seconds"] < 3700
    assert status["failed"] == {"waiting": 2, "dead": 0, "discarded": 0}
    assert status["inbox"] == 1


async def test_a_service_without_its_database_still_says_what_it_knows(it, monkeypatch):
    async def silent():
        return False

    monkeypatch.setattr(it.backend.database, "answers", silent)
    status = (await it.call("GET", "/status")).json()
    assert status["parts"] == {"database": "down", "broker": "ok"}
    assert (status["outbox"], status["inbox"], status["failed"], status["sealing"]) == (None, None, None, None)


async def test_failed_messages_are_grouped_by_their_type_and_error(it):
    await fail(it, 1, 2, 3)
    await it.consumer.receive([UNREADABLE])
    first, second = (await it.call("GET", "/failed")).json()["items"]
    assert (first["type"], first["error_kind"], first["count"], first["errors"]) == (TYPE, "LookupError", 3, 3)
    assert (first["waiting"], first["dead"]) == (3, 0)
    assert first["error"].startswith("no rule for 00000000-")
    assert "13912345678" not in first["error"]
    assert first["oldest"] <= first["newest"]
    assert (second["type"], second["error_kind"], second["dead"]) == (None, "Unreadable", 1)


async def test_the_messages_of_a_group_are_listed_page_by_page(it):
    await fail(it, 1, 2, 3)
    await it.consumer.receive([UNREADABLE])
    path, seen = f"/failed/messages?type={TYPE}&error_kind=LookupError&limit=2", []
    while path:
        page = (await it.call("GET", path)).json()
        seen += [each["event_id"] for each in page["items"]]
        path = page["next"] and page["next"].removeprefix(f"/api/v1/operations/{it.name}")
    assert seen == [told(3), told(2), told(1)]
    (unread,) = (await it.call("GET", "/failed/messages?error_kind=Unreadable")).json()["items"]
    assert (unread["type"], unread["state"]) == (None, "dead")
    assert len((await it.call("GET", "/failed/messages")).json()["items"]) == 4
    assert (await it.call("GET", "/failed/messages?state=dead")).json()["items"] == [unread]


async def test_a_message_is_shown_whole_without_personal_data(it):
    await fail(it, 1)
    message = (await it.call("GET", f"/failed/{told(1)}")).json()
    assert (message["state"], message["attempts"], message["subject"]) == ("waiting", 1, sample(TYPE)["subject"])
    assert message["body"]["data"] == sample(TYPE)["data"]
    assert message["body"]["note"] == ["139****5678", {"to": "l***@firm.example"}]
    await it.consumer.receive([UNREADABLE, b'["\\ud800", NaN]', b"[" * 100_000])
    bodies = [
        (await it.call("GET", f"/failed/{each['event_id']}")).json()["body"]
        for each in (await it.call("GET", "/failed/messages?state=dead")).json()["items"]
    ]
    assert "� no event, 139****5678" in bodies
    assert ["?", "NaN"] in bodies
    assert (await it.call("GET", f"/failed/{told(99)}")).status_code == 404


async def test_a_replayed_message_begins_anew_and_has_its_effect(it):
    await fail(it, 1, 2)
    async with it.backend.database.transaction() as session:
        await session.execute(text("UPDATE failed_messages SET state = 'dead', attempts = 8"))
    answer = await it.call("POST", "/failed/replay", {"event_ids": [told(1), told(77)]})
    assert answer.json() == {"count": 1, "missing": [told(77)]}
    assert await it.states() == {told(1): ("waiting", 0), told(2): ("dead", 8)}
    it.broken = False
    assert await it.retries.retry_one()
    assert not await it.retries.retry_one()
    assert (it.taken, await it.states()) == ([told(1)], {told(2): ("dead", 8)})


async def test_a_replay_that_fails_again_is_counted_from_its_first_try(it):
    await fail(it, 1)
    retries = FailedMessages(it.consumer, attempts=2)
    await it.call("POST", "/failed/replay", {"event_ids": [told(1)]})
    await retries.retry_one()
    assert await it.states() == {told(1): ("waiting", 1)}


async def test_a_group_is_replayed_as_a_whole(it):
    await fail(it, 1, 2)
    await it.consumer.receive([UNREADABLE])
    body = {"type": TYPE, "error_kind": "LookupError"}
    assert (await it.call("POST", "/failed/replay", body)).json() == {"count": 2, "missing": []}
    assert (await it.call("POST", "/failed/replay", {"error_kind": "Unreadable"})).json()["count"] == 1
    assert {state for state, _ in (await it.states()).values()} == {"waiting"}


async def test_a_discarded_message_stays_with_its_reason_and_is_tried_no_more(it):
    await fail(it, 1, 2)
    body = {"type": TYPE, "error_kind": "LookupError", "reason": "测试数据"}
    assert (await it.call("POST", "/failed/discard", body)).json() == {"count": 2, "missing": []}
    async with it.backend.database.transaction() as session:
        await session.execute(text("UPDATE failed_messages SET next_try_at = now() - interval '1 day'"))
    assert not await it.retries.retry_one()
    assert (await it.call("GET", "/failed")).json() == {"items": []}
    shown = (await it.call("GET", "/failed/messages?state=discarded")).json()["items"]
    assert [(each["event_id"], each["reason"]) for each in shown] == [(told(2), "测试数据"), (told(1), "测试数据")]
    assert all(each["acted_by_name"] and each["acted_at"] for each in shown)
    assert (await it.call("POST", "/failed/discard", body)).status_code == 404
    again = await it.call("POST", "/failed/replay", {"event_ids": [told(1)]})
    assert again.json()["count"] == 1
    assert (await it.states())[told(1)] == ("waiting", 0)


@pytest.mark.parametrize("it", SERVICES, indirect=True)
async def test_what_operators_do_is_recorded_and_what_handlers_do_is_not(it):
    await fail(it, 1)
    await it.call("POST", "/failed/replay", {"event_ids": [told(1)]})
    await it.retries.retry_one()
    await it.call("POST", "/failed/discard", {"event_ids": [told(1)], "reason": "无效"})
    async with it.backend.database.transaction() as session:
        rows = (await session.execute(text("SELECT act, actor, actor_role, kind, record, before, after FROM audit_pending ORDER BY id"))).all()  # fmt: skip
    assert [(row.act, row.actor, row.actor_role, row.kind) for row in rows] == [
        ("replay_failed", "operator", "operator", "failed_message"),
        ("discard_failed", "operator", "operator", "failed_message"),
    ]
    assert rows[1].record == f"{it.name}/{told(1)}"
    assert json.loads(rows[1].after)["reason"] == "无效"
    assert json.loads(rows[1].before)["state"] == "dead"
    assert "body" not in rows[1].before


async def test_the_same_request_twice_has_one_effect_and_one_answer(it):
    await fail(it, 1)
    body, key = {"event_ids": [told(1)], "reason": "无效"}, {"Idempotency-Key": "k"}
    first, second = [await it.call("POST", "/failed/discard", body, **key) for _ in range(2)]
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    async with it.backend.database.transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM audit_pending")) == 1


async def test_operators_who_act_at_once_wait_for_each_other(it):
    await fail(it, *range(1, 21))
    ids = [told(number) for number in range(1, 21)]
    answers = await asyncio.gather(
        *(it.call("POST", "/failed/replay", {"event_ids": ids[:: 1 if turn % 2 else -1]}) for turn in range(6))
    )
    assert [answer.json()["count"] for answer in answers] == [20] * 6


@pytest.mark.parametrize(
    ("path", "body", "pointers"),
    [
        ("replay", {}, [""]),
        ("replay", {"event_ids": []}, ["/event_ids"]),
        ("replay", {"event_ids": [told(1)], "error_kind": "LookupError"}, [""]),
        ("replay", {"event_ids": ["x"]}, ["/event_ids/0"]),
        ("discard", {"event_ids": [told(1)]}, ["/reason"]),
        ("discard", {"event_ids": [told(1)], "reason": " "}, ["/reason"]),
        ("discard", {"reason": "无效", "everything": True}, ["/everything"]),
    ],
)
async def test_a_choice_that_cannot_be_understood_is_refused(it, path, body, pointers):
    answer = await it.call("POST", f"/failed/{path}", body)
    assert (answer.status_code, [each["pointer"] for each in answer.json()["errors"]]) == (422, pointers)
    assert all(each["detail_zh"] for each in answer.json()["errors"])


@pytest.mark.parametrize("who", OTHERS)
async def test_nobody_but_an_operator_sees_or_does_any_of_it(it, who):
    await fail(it, 1)
    for method, path in (
        ("GET", "/status"), ("GET", "/failed"), ("GET", "/failed/messages"), ("GET", f"/failed/{told(1)}"),
    ):  # fmt: skip
        assert (await it.call(method, path, who=who)).status_code == 403
    choice = {"event_ids": [told(1)]}
    assert (await it.call("POST", "/failed/replay", choice, who=who)).status_code == 403
    assert (await it.call("POST", "/failed/discard", choice | {"reason": "无效"}, who=who)).status_code == 403
    assert (await it.http.get(f"/api/v1/operations/{it.name}/status")).status_code == 401
    assert await it.states() == {told(1): ("waiting", 1)}
