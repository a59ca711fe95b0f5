"""What the notifier makes of campaigns and of an application's way: obligations that move, mails to both sides."""

from datetime import date

import pytest

from shared.contracts import (
    Correction,
    ReviewCheckOrdered,
    ReviewCheckRecorded,
    ReviewDecided,
    ReviewNoticed,
    ReviewObjected,
    ReviewObjectionSettled,
    ReviewResubmitted,
    ReviewReturned,
    ReviewSubmitted,
    Shortcoming,
)
from tests.integration.notifier.conftest import CITED, Firm, instant

WINDOW = {"valid_to": "2026-03-31", "window_opens": "2026-04-01", "window_closes": "2026-06-30"}
MOVED = {"valid_to": "2026-03-31", "window_opens": "2026-03-20", "window_closes": "2026-08-31"}
CORRECTION = Correction(
    defects=(Shortcoming(field="/statement", text="请补充主导产品说明"),),
    due=date(2026, 5, 21),
    returned_by="authority",
    returned_at=instant("2026-05-07T10:00"),
    citation=CITED,
)


async def reviews(it, firm):
    found = await it.items(f"/obligations?credit_code={firm.code}&duty=review")
    return sorted((each["due"], each["state"], each["citation"]["rule"]) for each in found)


async def test_a_campaign_moves_the_reminders_of_a_review_and_the_firm_is_told(notifier):
    async with notifier("2026-03-15T10:00") as it:
        firm = Firm()
        await it.hear(firm.registered(), firm.granted(**WINDOW), firm.rescheduled(**MOVED))
        assert await reviews(it, firm) == [("2026-08-31", "open", "review.campaign")]
        await it.day("2026-03-20T09:00")
        kinds = [(each["kind"], each["stage"]) for each in await it.items(f"/messages?credit_code={firm.code}")]
        assert set(kinds) >= {("certification_rescheduled", None), ("review_window", "start")}


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
async def test_a_window_that_only_opens_on_another_day_is_announced_then(notifier, order):
    async with notifier("2026-03-15T10:00") as it:
        firm = Firm()
        told = [firm.registered(), firm.granted(**WINDOW), firm.rescheduled(**WINDOW | {"window_opens": "2026-03-20"})]
        for each in order:
            await it.hear(told[each])
        await it.day("2026-03-20T09:00")
        sent = await it.items(f"/messages?credit_code={firm.code}&kind=review_window")
        assert [each["stage"] for each in sent] == ["start"]


async def test_an_open_application_meets_the_duty_wherever_its_window_is_moved(notifier):
    async with notifier("2026-04-10T10:00") as it:
        firm = Firm()
        await it.hear(
            firm.registered(), firm.granted(**WINDOW), firm.review(ReviewSubmitted, at="2026-04-05T10:00"),
            firm.rescheduled(**WINDOW | {"window_opens": "2026-05-01", "window_closes": "2026-08-31"}),
        )  # fmt: skip
        assert ("2026-08-31", "met", "review.campaign") in await reviews(it, firm)


async def test_every_step_of_an_application_is_told_to_the_sides_that_it_concerns(notifier):
    async with notifier("2026-05-07T10:00") as it:
        firm = Firm()
        await it.hear(firm.registered(), firm.granted(**WINDOW))
        await it.hear(
            firm.review(ReviewSubmitted, 1),
            firm.review(ReviewCheckOrdered, 2, reason="数据异常"),
            firm.review(ReviewReturned, 3, correction=CORRECTION),
            firm.review(ReviewResubmitted, 4, office="authority"),
            firm.review(ReviewCheckRecorded, 5, checked_on="2026-05-06", result="conforms"),
            firm.review(ReviewNoticed, 7, opinion="拟同意", begins="2026-05-07", ends="2026-05-14", citation=CITED),
            firm.review(ReviewObjected, 8, number=1, text="占比不符"),
            firm.review(ReviewObjectionSettled, 9, number=1, upheld=True, finding="属实"),
            firm.review(ReviewDecided, 9, outcome="rejected", by="bureau", reason="属实", citation=CITED),
        )
        await it.post()
        sent = await it.rows("SELECT kind, audience FROM messages WHERE state = 'sent' ORDER BY kind, audience")
        assert sorted(each for each in sent if each[0].startswith("review_")) == [
            ("review_check_ordered", "firm"), ("review_decided", "firm"), ("review_noticed", "firm"),
            ("review_objected", "firm"), ("review_objected", "officers"), ("review_resubmitted", "firm"),
            ("review_resubmitted", "officers"), ("review_returned", "firm"), ("review_submitted", "firm"),
            ("review_submitted", "officers"),
        ]  # fmt: skip
        assert len(await it.items(f"/events?credit_code={firm.code}")) == 11
        assert await it.rows("SELECT outcome FROM applications") == [("rejected",)]


async def test_a_lapsed_application_leaves_the_review_to_be_applied_for(notifier):
    async with notifier("2026-05-22T10:00") as it:
        firm = Firm()
        lapsed = {"outcome": "lapsed", "by": "platform", "reason": "逾期未补正", "citation": CITED}
        await it.hear(firm.registered(), firm.granted(**WINDOW), firm.review(ReviewSubmitted))
        assert [each[:2] for each in await reviews(it, firm)] == [("2026-06-30", "met")]
        await it.hear(firm.review(ReviewDecided, 3, **lapsed))
        assert [each[:2] for each in await reviews(it, firm)] == [("2026-06-30", "open")]


@pytest.mark.parametrize(
    ("what", "facts", "state"),
    [
        (ReviewResubmitted, {"office": "authority"}, "met"),
        (ReviewDecided, {"outcome": "lapsed", "by": "platform", "reason": "逾期未补正", "citation": CITED}, "ended"),
        (ReviewDecided, {"outcome": "stopped", "by": "platform", "reason": "称号已取消", "citation": CITED}, "ended"),
    ],
)
async def test_a_returned_application_is_owed_until_it_comes_back_or_ends(notifier, what, facts, state):
    async with notifier("2026-05-07T10:00") as it:
        firm = Firm()
        await it.hear(firm.registered(), firm.granted(**WINDOW), firm.review(ReviewSubmitted))
        await it.hear(firm.review(ReviewReturned, 2, correction=CORRECTION))
        (owed,) = await it.items(f"/obligations?credit_code={firm.code}&duty=returned_case")
        assert (owed["due"], owed["state"]) == ("2026-05-21", "open")
        await it.day("2026-05-18T09:00")
        reminders = await it.items(f"/messages?credit_code={firm.code}&kind=returned_case_due")
        assert [(each["stage"], each["state"]) for each in reminders] == [("3", "sent"), ("7", "suppressed")]
        await it.hear(firm.review(what, 3, **facts))
        (owed,) = await it.items(f"/obligations?credit_code={firm.code}&duty=returned_case")
        assert owed["state"] == state
