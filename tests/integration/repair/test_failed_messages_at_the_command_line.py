"""Operators repair at the command line what services could not take, whether these run or not."""

import json
from uuid import UUID

import pytest
from sqlalchemy import text

from shared.contracts import CertificationGranted, ProfileRegistered
from shared.contracts.asyncapi import sample
from shared.messaging import FailedMessages
from shared.messaging.consumer import Consumer, Handlers

UNREADABLE = b"\xff no event, 13912345678"


def event(number, type_):
    return json.dumps(sample(type_) | {"id": told(number), "note": "13912345678"}).encode()


def told(number):
    return str(UUID(int=number))


@pytest.fixture
async def it(start_service, peiyu):
    async with start_service("changes") as running:
        handlers = Handlers("changes")
        running.broken, running.taken = True, []

        @handlers.on(CertificationGranted, ProfileRegistered)
        async def take(work, event):
            if running.broken:
                raise (LookupError if event.type == CertificationGranted.type else ValueError)("ask 13912345678")
            running.taken.append(str(event.id))

        consumer = Consumer("changes", running.backend, handlers, retry_base=3600)
        running.retries = FailedMessages(consumer, attempts=1)
        await consumer.receive([event(number, CertificationGranted.type) for number in (1, 2, 3)])
        await consumer.receive([event(4, ProfileRegistered.type), UNREADABLE])

        async def query(sql):
            async with running.backend.database.transaction() as session:
                return [tuple(row) for row in await session.execute(text(sql))]

        async def states():
            rows = await query("SELECT event_id, state FROM failed_messages WHERE error_kind <> 'Unreadable'")
            return {row[0].int: row[1] for row in rows}

        async def command(*arguments, **environment):
            return await peiyu({"changes": running.url}, *arguments, **environment)

        running.query, running.states, running.peiyu = query, states, command
        yield running


async def test_what_failed_is_listed_by_type_and_error(it):
    listed = (await it.peiyu("events", "failed", "changes", "--json")).json
    assert [(each["type"], each["error_kind"], each["count"]) for each in listed] == [
        (CertificationGranted.type, "LookupError", 3),
        (None, "Unreadable", 1),
        (ProfileRegistered.type, "ValueError", 1),
    ]
    assert "LookupError" in (await it.peiyu("events", "failed", "changes")).told


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ((), 5),
        (("--type", CertificationGranted.type), 3),
        (("--error", "ValueError"), 1),
        (("--state", "dead"), 1),
        (("--state", "discarded"), 0),
    ],
)
async def test_messages_are_listed_one_by_one(it, filters, expected):
    listed = await it.peiyu("events", "failed", "changes", "--each", "--json", *filters)
    assert len(listed.json) == expected


async def test_a_message_is_shown_whole_and_masked(it):
    shown = await it.peiyu("events", "show", told(2), "--service", "changes")
    (message,) = shown.json
    assert message["body"]["type"] == CertificationGranted.type
    assert "13912345678" not in shown.told
    nothing = await it.peiyu("events", "show", told(9), "--service", "changes")
    assert (nothing.code, nothing.told) == (1, "")
    assert told(9) in nothing.wrong


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ((told(2),), {2}),
        ((told(1), told(3)), {1, 3}),
        (("--type", CertificationGranted.type), {1, 2, 3}),
        (("--error", "ValueError"), {4}),
        (("--all",), {1, 2, 3, 4}),
    ],
)
async def test_one_some_or_all_are_replayed_with_their_tries_counted_anew(it, chosen, expected):
    done = await it.peiyu("events", "replay", "--service", "changes", "--by", "陈晓", *chosen)
    assert done.code == 0
    rows = await it.query("SELECT event_id, attempts, acted_by_name FROM failed_messages WHERE acted_at IS NOT NULL")
    assert {row[0].int for row in rows if row[0].int < 9} == expected
    assert {row[1:] for row in rows} == {(0, "陈晓")}
    it.broken = False
    while await it.retries.retry_one():
        pass
    assert {UUID(each).int for each in it.taken} == expected
    acts = await it.query(
        "SELECT DISTINCT act, actor, actor_name, actor_role FROM audit_pending WHERE kind = 'failed_message'"
    )
    assert acts == [("events.replay", "cli:陈晓", "陈晓", "operator")]


async def test_what_is_discarded_is_kept_with_the_reason_and_the_name(it):
    arguments = ("--service", "changes", "--error", "LookupError", "--reason", "entered by hand")
    done = await it.peiyu("events", "discard", *arguments, "--json", PEIYU_OPERATOR="陈晓")
    assert len(done.json["changes"]) == 3
    assert await it.states() == {1: "discarded", 2: "discarded", 3: "discarded", 4: "waiting"}
    rows = await it.query("SELECT DISTINCT reason, acted_by_name FROM failed_messages WHERE state = 'discarded'")
    assert rows == [("entered by hand", "陈晓")]
    again = await it.peiyu("events", "replay", told(1), "--service", "changes", "--by", "陈晓")
    assert (again.code, (await it.states())[1]) == (0, "waiting")


@pytest.mark.parametrize(
    "arguments",
    [
        ("discard", "--all", "--by", "陈晓"),
        ("discard", "--all", "--by", "陈晓", "--reason", " "),
        ("replay", "--all"),
        ("replay", "--by", "陈晓"),
        ("replay", told(1), "--all", "--by", "陈晓"),
        ("replay", "--error", "KeyError", "--by", "陈晓"),
    ],
)
async def test_nothing_changes_without_a_name_a_choice_and_a_reason(it, arguments):
    done = await it.peiyu("events", *arguments, "--service", "changes")
    assert done.code != 0
    assert done.wrong
    assert set((await it.states()).values()) == {"waiting"}


async def test_a_service_without_settings_or_database_is_named(it, peiyu):
    done = await it.peiyu("events", "failed")
    assert done.code == 1
    assert "PROFILE_DATABASE_URL" in done.wrong
    nowhere = {"changes": "postgresql+asyncpg://nobody@127.0.0.1:1/none"}
    done = await peiyu(nowhere, "events", "failed", "changes")
    assert done.code == 1
    assert "does not answer" in done.wrong


async def test_the_outbox_tells_what_waits_and_what_has_nowhere_to_go_which_is_published_again(it):
    await it.query(
        "INSERT INTO outbox (id, type, body, created_at, last_error, next_try_at) VALUES "
        "('00000000-0000-0000-0000-000000000001', 'x.happened.v1', '', now() - interval '1 hour', 'no queue takes it', now() + interval '1 hour'),"
        "('00000000-0000-0000-0000-000000000002', 'y.happened.v1', '', now(), NULL, now()) RETURNING id"
    )
    (row,) = (await it.peiyu("outbox", "--service", "changes", "--json")).json
    assert (row["waiting"], row["seconds"] // 60) == (2, 60)
    (refused,) = row["refused"]
    assert (refused["type"], refused["error"], refused["count"]) == ("x.happened.v1", "no queue takes it", 1)
    assert "no queue takes it" in (await it.peiyu("outbox", "--service", "changes")).told
    assert (await it.peiyu("outbox", "retry", "--service", "changes")).told == "changes: 1 are published again\n"
    assert await it.query("SELECT count(*) FROM outbox WHERE next_try_at > now()") == [(0,)]
