"""What firms owe: the to-do list, dates that move, and the same list in whatever order it was heard of."""

import itertools
from datetime import date

import pytest

from shared.contracts import (
    CertificationRescheduled,
    ChangeDiscarded,
    ChangeDrafted,
    ChangeSubmitted,
    OccurrenceRecorded,
    ReviewDecided,
    ReviewReturned,
    ReviewSubmitted,
)
from tests.integration.notifier.conftest import CITED, Firm
from tests.integration.notifier.test_moved_deadlines import rescheduled
from tests.integration.notifier.test_reminders_of_occurrences import occurrence
from tests.integration.notifier.test_reviews_and_campaigns import CORRECTION, MOVED, WINDOW


async def todo(it, firm, query=""):
    return await it.items(f"/obligations?credit_code={firm.code}{query}", f"firm:{firm.code}")


async def test_the_to_do_list_says_by_when_by_which_rule_and_where_to_act(notifier):
    firm = Firm()
    async with notifier("2026-05-07T10:00") as it:
        await it.hear(firm.registered(), firm.granted(**WINDOW), firm.review(ReviewSubmitted))
        await it.hear(firm.review(ReviewReturned, 2, correction=CORRECTION), occurrence(firm, OccurrenceRecorded))
        update, correction, change, review = await todo(it, firm)
        assert [(each["duty"], each["due"], each["days_left"]) for each in (update, correction, change, review)] == [
            ("update", "2026-04-30", -7), ("returned_case", "2026-05-21", 14), ("change_report", "2026-06-10", 34),
            ("review", "2026-06-30", 54),
        ]  # fmt: skip
        assert (update["state"], update["overdue"], update["can_act"]) == ("open", True, True)
        assert correction["facts"]["review_id"] == str(firm.review_id)
        assert correction["facts"]["defects"]
        assert change["facts"]["occurrence_id"]
        assert change["citation"]["article"]
        assert (change["overdue"], change["provisional"]) == (False, False)
        assert (review["state"], review["can_act"]) == ("met", False)
        assert review["facts"]["certification_id"] == str(firm.title_id)
        await it.hear(firm.report(ChangeDrafted))
        (draft,) = await todo(it, firm, "&duty=change_report&state=open")
        assert draft["facts"]["report_id"] == str(firm.report_id)
        assert draft["acts_from"] == "2026-03-09T16:00:00Z"
        assert [each["duty"] for each in await todo(it, firm, "&overdue=true")] == ["update"]
        assert "update" not in [each["duty"] for each in await todo(it, firm, "&overdue=false")]


async def test_a_review_cannot_be_acted_on_before_its_window_opens(notifier):
    firm = Firm()
    async with notifier("2026-03-15T10:00") as it:
        await it.hear(firm.registered(), firm.granted(**WINDOW))
        (review,) = await todo(it, firm, "&duty=review")
        assert (review["can_act"], review["acts_from"]) == (False, "2026-03-31T16:00:00Z")
        it.move("2026-04-01T00:00")
        (review,) = await todo(it, firm, "&duty=review")
        assert review["can_act"]


async def test_a_campaign_that_is_changed_and_withdrawn_takes_date_citation_and_reminders_with_it(notifier):
    firm = Firm()
    async with notifier("2026-03-15T10:00") as it:
        await it.hear(firm.registered(), firm.granted(**WINDOW))
        await it.day("2026-05-01T09:00")
        await it.hear(firm.rescheduled(2, **MOVED))
        await it.hear(firm.rescheduled(3, **MOVED | {"window_closes": "2026-07-31"}))
        assert await reviews(it, firm) == [
            ("2026-06-30", "moved", "review.window"), ("2026-07-31", "open", "review.campaign"),
            ("2026-08-31", "moved", "review.campaign"),
        ]  # fmt: skip
        await it.day("2026-07-17T09:00")
        found = await it.items(f"/messages?credit_code={firm.code}&kind=review_window&state=sent")
        assert [(each["due"], each["stage"]) for each in found] == [("2026-07-31", "14"), ("2026-06-30", "60")]
        withdrawn = firm.certification(4, **WINDOW)
        await it.hear((CertificationRescheduled(
            credit_code=firm.code, certification=withdrawn, reason="通知撤回。", citation=CITED
        ), 4))  # fmt: skip
        assert [each[:2] for each in await reviews(it, firm)] == [
            ("2026-06-30", "open"), ("2026-07-31", "moved"), ("2026-08-31", "moved"),
        ]  # fmt: skip


async def reviews(it, firm):
    found = await it.items(f"/obligations?credit_code={firm.code}&duty=review")
    return [(each["due"], each["state"], each["citation"]["rule"]) for each in found]


async def test_a_reminder_that_was_let_go_goes_out_when_the_duty_is_owed_again(notifier):
    firm, other = Firm(), Firm()
    async with notifier("2026-04-16T08:00") as it:
        for each in (firm, other):
            await it.hear(each.registered(), each.granted(), each.report(ChangeDrafted))
        await it.sweep()
        for each in (firm, other):
            await it.hear(rescheduled(each, date(2026, 6, 26)))
        await it.post()
        assert await update_reminders(it, firm) == [("14", "suppressed", "moved")]
        back = rescheduled(firm, date(2026, 4, 30), version=3, extended_by=None)
        await it.hear(back)
        it.move("2026-04-23T08:00")  # by now a more urgent stage has come
        await it.hear(rescheduled(other, date(2026, 4, 30), version=3, extended_by=None))
        it.move("2026-04-16T09:00")
        await it.post()
        assert await update_reminders(it, firm) == [("14", "sent", None)]
        assert await update_reminders(it, other) == [("14", "suppressed", "moved")]
        await it.day("2026-04-23T09:00")
        assert await update_reminders(it, other) == [("7", "sent", None), ("14", "suppressed", "moved")]
        assert await update_reminders(it, firm) == [("7", "sent", None), ("14", "sent", None)]


async def update_reminders(it, firm):
    found = await it.items(f"/messages?credit_code={firm.code}&kind=update_due")
    return [(each["stage"], each["state"], each["reason"]) for each in found]


def moves(firm):
    window = {"window_opens": "2026-05-01", "window_closes": "2026-07-31"}
    title = firm.certification(2, **window)
    duty = title.duties[0].model_copy(update={"due": date(2026, 6, 26), "extended_by": "通知"})
    return [
        firm.granted(),
        rescheduled(firm, date(2026, 6, 26)),
        (CertificationRescheduled(
            credit_code=firm.code, certification=title.model_copy(update={"version": 3, "duties": (duty,)}),
            reason="依《通知》改期。", citation=CITED,
        ), 3),
        firm.updated("2026-05-20T10:00"),
        firm.report(ChangeDrafted),
        firm.report(ChangeSubmitted, 2, happened_on="2026-03-12", due="2026-06-12"),
    ]  # fmt: skip


def ends(firm):
    lapsed = {"outcome": "lapsed", "by": "platform", "reason": "逾期未补正", "citation": CITED}
    window = {"window_opens": "2026-05-01", "window_closes": "2026-07-31"}
    return [
        firm.granted(**window),
        firm.review(ReviewSubmitted, 1),
        firm.review(ReviewReturned, 2, correction=CORRECTION),
        firm.review(ReviewDecided, 3, **lapsed),
        firm.revoked(version=2),
        firm.report(ChangeDrafted, 1),
    ]


def dropped(firm):
    return [
        occurrence(firm, OccurrenceRecorded),
        firm.report(ChangeDrafted),
        firm.report(ChangeDrafted, 2, happened_on="2026-03-12", due="2026-06-12"),
        firm.report(ChangeDiscarded, 3, happened_on="2026-03-12", due="2026-06-12"),
        firm.registered(),
    ]


@pytest.mark.parametrize(
    ("story", "owed"),
    [
        (moves, {("update", "2026-06-26", "met"), ("review", "2026-07-31", "open"), ("change_report", "2026-06-12", "met")}),
        (ends, {("change_report", "2026-06-10", "open")}),
        (dropped, {("change_report", "2026-06-10", "open")}),
    ],
)  # fmt: skip
async def test_every_order_and_repetition_of_news_leaves_the_same_duties(notifier, story, owed):
    """What was owed for a while differs with what was heard of it; what became of it does not."""
    orders = list(itertools.permutations(range(len(story(Firm())))))
    async with notifier("2026-05-25T12:00") as it:
        firms = [Firm() for _ in orders]
        stories = [story(firm) for firm in firms]
        for place in range(len(orders[0])):
            news = [told[order[place]] for told, order in zip(stories, orders, strict=True)]
            again = [told[order[0]] for told, order in zip(stories, orders, strict=True)]
            for start in range(0, len(news), 100):
                await it.hear(*news[start : start + 100], *again[start : start + 100])
        duties = {}
        for code, *duty in await it.rows("SELECT credit_code, duty, subject, due::text, state FROM obligations"):
            duties.setdefault(code, []).append(duty)
        became = {}
        for firm in firms:
            subjects = {str(firm.title_id): "title", str(firm.report_id): "report", str(firm.review_id): "review"}
            found = {(duty, subjects.get(about, "other"), due): state for duty, about, due, state in duties[firm.code]}
            living = {(duty, due, state) for (duty, _, due), state in found.items()}
            assert {each for each in living if each in owed or each[2] == "open"} == owed
            for what, state in found.items():
                assert became.setdefault(what, state) == state
