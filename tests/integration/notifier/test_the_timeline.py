"""One timeline per firm and per case, merged from all services' events, by business time."""

from datetime import timedelta

import pytest

from services.notifier.models import HeardEvent
from shared.contracts import ChangeDecided, ChangeDiscarded, ChangeDrafted, ChangeSubmitted, ReviewSubmitted
from shared.messaging import encode
from shared.messaging.envelope import new_event
from shared.runtime.acting import PLATFORM, Actor
from tests.integration.notifier.conftest import Firm, instant


def at(told, when, actor=None):
    data, sequence = told
    return encode(new_event(data, sequence=sequence, time=instant(when), traceparent=None, actor=actor))


def acting_for(firm):
    return Actor(f"firm:{firm.code}", firm.name, "enterprise")


@pytest.fixture
def story():
    """A firm's year: two services tell of it, and the last that happened is heard first."""
    firm = Firm()
    officer = Actor("officer:XM-SM", "思明区 审核员", "authority")
    bureau = Actor("bureau", "市工信局 审核员", "bureau")
    events = [
        at(firm.registered(), "2026-01-05T09:00", officer),
        at(firm.granted(), "2026-01-06T09:00", bureau),
        at(firm.report(ChangeDrafted), "2026-03-15T10:00", acting_for(firm)),
        at(firm.report(ChangeSubmitted, 2), "2026-03-16T10:00", acting_for(firm)),
        at(firm.report(ChangeDecided, 3, decisions=()), "2026-03-20T10:00", bureau),
        at(firm.revoked(), "2026-05-01T00:00", PLATFORM),
        at(firm.review(ReviewSubmitted), "2026-05-02T10:00"),
    ]
    return firm, events


TYPES = [
    "profile.registered.v1",
    "certification.granted.v1",
    "change.drafted.v1",
    "change.submitted.v1",
    "change.decided.v1",
    "eligibility.revoked.v1",
    "review.submitted.v1",
]


def types(items):
    return [item["type"] for item in items]


async def test_a_firms_timeline_is_in_order_of_business_time_however_it_was_heard(notifier, story):
    firm, events = story
    async with notifier("2026-05-03T10:00") as it:
        for event in reversed(events):
            await it.hear(event)
        own = f"firm:{firm.code}"
        items = await it.items(f"/timeline?credit_code={firm.code}", own)
        assert types(items) == TYPES
        assert types(await it.items(f"/timeline?credit_code={firm.code}&order=newest", own)) == TYPES[::-1]
        granted, decided, revoked = items[1], items[4], items[5]
        assert granted["actor"] == {"name": "市工信局 审核员", "role": "bureau"}
        assert granted["case"] == {"kind": "certification", "id": str(firm.title_id)}
        assert decided["case"] == {"kind": "change_report", "id": str(firm.report_id)}
        assert decided["text"].startswith("对2026年3月10日更名的报告作出决定")
        assert revoked["actor"]["role"] == "platform"
        assert (revoked["why"]["nominal_due"], revoked["why"]["due"]) == ("2026-04-30", "2026-04-30")
        assert revoked["why"]["citation"]["article"] == "第十二条"
        assert "2026年度信息更新逾期未提交" in revoked["text"]
        assert items[6]["actor"] is None


async def test_what_is_heard_late_falls_into_its_place(notifier, story):
    firm, events = story
    async with notifier("2026-05-03T10:00") as it:
        await it.hear(*events[:3], *events[5:])
        path = f"/timeline?credit_code={firm.code}&limit=3"
        first = await it.get(path, f"firm:{firm.code}")
        await it.hear(*events[3:5])
        second = await it.get(first["next"].removeprefix("/api/v1"), f"firm:{firm.code}")
        third = await it.get(second["next"].removeprefix("/api/v1"), f"firm:{firm.code}")
        assert types([*first["items"], *second["items"], *third["items"]]) == TYPES
        assert third["next"] is None


@pytest.mark.parametrize("order", ["oldest", "newest"])
async def test_pages_go_on_through_events_of_one_instant(notifier, order):
    firm = Firm()
    async with notifier() as it:
        await it.hear(at(firm.registered(), "2026-01-05T09:00"))
        await it.hear(*(at(firm.report(ChangeDrafted, n), "2026-03-15T10:00") for n in range(1, 8)))
        path, seen = f"/timeline?credit_code={firm.code}&limit=3&order={order}", []
        while path:
            page = await it.get(path, f"firm:{firm.code}")
            seen += [item["id"] for item in page["items"]]
            path = page["next"] and page["next"].removeprefix("/api/v1")
        assert len(seen) == len(set(seen)) == 8
        assert len(await it.items(f"/timeline?credit_code={firm.code}", f"firm:{firm.code}")) == 8


async def test_a_cases_timeline_is_that_case_alone_and_a_titles_has_its_reviews(notifier, story):
    firm, events = story
    async with notifier("2026-05-03T10:00") as it:
        await it.hear(*events)
        report = await it.items(f"/timeline?case={firm.report_id}", f"firm:{firm.code}")
        assert types(report) == TYPES[2:5]
        of_title = [TYPES[1], *TYPES[5:]]
        assert types(await it.items(f"/timeline?case={firm.title_id}", "bureau")) == of_title
        assert types(await it.items(f"/timeline?certification_id={firm.title_id}", "bureau")) == of_title
        assert types(await it.items(f"/timeline?case={firm.review_id}", "bureau")) == TYPES[6:]
        both = f"/timeline?credit_code={firm.code}&certification_id={firm.title_id}"
        assert types(await it.items(both, "bureau")) == of_title


async def test_a_timeline_is_seen_within_reach_only_and_drafts_by_their_firm_alone(notifier, story):
    firm, events = story
    other = Firm("XM-JM")
    async with notifier("2026-05-03T10:00") as it:
        await it.hear(*events, at(other.registered(), "2026-01-05T09:00"))
        await it.hear(at(firm.report(ChangeDiscarded, 9), "2026-05-02T11:00"))
        for where in (f"credit_code={firm.code}", f"case={firm.report_id}", f"certification_id={firm.title_id}"):
            for who in (f"firm:{other.code}", "officer:XM-JM"):
                await it.get(f"/timeline?{where}", who, 404)
            for who in ("officer:XM-SM", "bureau", "operator"):
                seen = types(await it.items(f"/timeline?{where}", who))
                assert seen
                assert not {"change.drafted.v1", "change.discarded.v1"} & set(seen)
        for path in ("timeline", "events"):
            own = types(await it.items(f"/{path}?credit_code={firm.code}", f"firm:{firm.code}"))
            assert {"change.drafted.v1", "change.discarded.v1"} <= set(own)
        assert not {"change.drafted.v1", "change.discarded.v1"} & set(
            types(await it.items(f"/events?credit_code={firm.code}"))
        )


@pytest.mark.parametrize(
    "path", ["/timeline", "/timeline?case=nonsense", "/timeline?credit_code=91350203MA31F1331W&order=x"]
)
async def test_what_names_no_firm_and_no_case_is_refused(notifier, path):
    async with notifier() as it:
        problem = await it.get(path, "bureau", 422)
        assert problem["errors"]


async def test_a_cursor_of_another_list_is_refused(notifier):
    firm = Firm()
    async with notifier() as it:
        await it.hear(firm.registered())
        problem = await it.get(f"/timeline?credit_code={firm.code}&cursor=WyJ4Il0", "bureau", 422)
        assert problem["errors"][0]["code"] == "bad_cursor"


async def test_what_was_heard_before_texts_were_kept_is_shown_by_its_type(notifier):
    firm = Firm()
    async with notifier() as it:
        await it.hear(firm.registered())
        async with it.backend.work() as work:
            work.session.add(
                HeardEvent(
                    id=firm.title_id,
                    credit_code=firm.code,
                    type="profile.changed.v1",
                    sequence=1,
                    at=it.clock.now() + timedelta(seconds=1),
                )
            )
        old = (await it.items(f"/timeline?credit_code={firm.code}", "bureau"))[-1]
        assert (old["text"], old["why"], old["case"], old["actor"]) == ("profile.changed.v1", None, None, None)


async def test_an_event_that_is_delivered_twice_stands_there_once(notifier, story):
    firm, events = story
    async with notifier("2026-05-03T10:00") as it:
        await it.hear(*events, *events)
        await it.hear(*events)
        assert types(await it.items(f"/timeline?credit_code={firm.code}", f"firm:{firm.code}")) == TYPES
