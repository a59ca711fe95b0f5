"""Once a date is over: a last notice, or a decision that tells so; and several duties of one firm in one mail."""

import itertools

import pytest

from shared.contracts import (
    CertificationExpired,
    ChangeDrafted,
    ChangeReturned,
    ChangeSubmitted,
    Correction,
    EligibilityRevoked,
    ReviewDecided,
    ReviewReturned,
    ReviewSubmitted,
    Shortcoming,
)
from tests.integration.notifier.conftest import CITED, Firm, instant
from tests.integration.notifier.test_reviews_and_campaigns import CORRECTION, WINDOW

CORRECTED = Correction(
    defects=(Shortcoming(field="/reason", text="请说明更名原因。"),), due="2026-03-27", returned_by="authority",
    returned_at=instant("2026-03-13T10:00"), citation=CITED,
)  # fmt: skip


def returned(firm, version=2):
    event, _ = firm.report(ChangeReturned, version)
    return event.model_copy(update={"report": event.report.model_copy(update={"correction": CORRECTED})}), version


async def reminded(it, firm):
    found = await it.items(f"/messages?credit_code={firm.code}&state=sent")
    return [(each["kind"], each["stage"]) for each in reversed(found) if each["stage"]]


async def test_a_draft_that_was_never_submitted_gets_a_last_notice_when_its_time_is_over(notifier):
    firm = Firm()
    async with notifier("2026-06-08T10:00") as it:
        await it.hear(firm.registered(), firm.report(ChangeDrafted))
        for day in ("2026-06-08", "2026-06-09", "2026-06-10", "2026-06-11", "2026-06-12", "2026-07-01"):
            await it.day(f"{day}T11:00")
        due = "change_report_due"
        assert await reminded(it, firm) == [(due, "7"), (due, "1"), (due, "overdue")]


async def test_a_report_that_was_not_corrected_in_time_gets_a_last_notice_as_nothing_else_tells_so(notifier):
    firm = Firm()
    async with notifier("2026-03-13T10:00") as it:
        await it.hear(firm.registered(), firm.report(ChangeSubmitted), returned(firm))
        for day in ("2026-03-26", "2026-03-27", "2026-03-28", "2026-04-10"):
            await it.day(f"{day}T11:00")
        assert await reminded(it, firm) == [("returned_case_due", "1"), ("returned_case_due", "overdue")]
        last = it.mail.sent_to(firm.email)[-1]
        assert "已逾期1天" in last["Subject"]


async def test_a_returned_application_lapses_which_is_told_once(notifier):
    firm = Firm()
    async with notifier("2026-05-07T10:00") as it:
        await it.hear(firm.registered(), firm.granted(**WINDOW), firm.review(ReviewSubmitted))
        await it.hear(firm.review(ReviewReturned, 2, correction=CORRECTION))
        await it.day("2026-05-20T11:00")
        before = len(it.mail.sent_to(firm.email))
        await it.day("2026-05-22T00:01")
        assert len(it.mail.sent_to(firm.email)) == before
        lapsed = {"outcome": "lapsed", "by": "platform", "reason": "逾期未补正", "citation": CITED}
        await it.hear(firm.review(ReviewDecided, 3, **lapsed))
        await it.day("2026-05-22T09:00")
        sent = await it.items(f"/messages?credit_code={firm.code}&state=sent&kind=review_decided")
        assert len(sent) == 1


async def test_an_update_missed_by_a_title_without_a_right_to_lose_gets_a_last_notice(notifier):
    held, lost = Firm(), Firm()
    async with notifier("2026-04-29T10:00") as it:
        await it.hear(held.registered(), held.granted(), lost.registered(), lost.granted(eligibility="revoked"))
        for day in ("2026-04-29", "2026-04-30", "2026-05-01", "2026-05-05"):
            await it.day(f"{day}T11:00")
        due = "update_due"
        assert await reminded(it, held) == [(due, "1"), (due, "0")]
        assert await reminded(it, lost) == [(due, "1"), (due, "0"), (due, "overdue")]
        digests = await it.items("/messages?kind=update_due&recipient=xm-sm@authority.example")
        assert digests[0]["stage"] == "overdue"


async def test_a_title_that_ends_unreviewed_is_told_of_by_its_end(notifier):
    firm = Firm()
    async with notifier("2026-06-29T10:00") as it:
        await it.hear(firm.registered(), firm.granted(**WINDOW))
        await it.day("2026-06-30T11:00")
        await it.day("2026-07-01T00:01")
        assert await reminded(it, firm) == [("review_window", "1")]
        ended = firm.certification(2, status="expired", **WINDOW)
        await it.hear((CertificationExpired(
            credit_code=firm.code, certification=ended, reason="未申请复核。", citation=CITED
        ), 2))  # fmt: skip
        await it.day("2026-07-01T00:02")
        assert len(await it.items(f"/messages?credit_code={firm.code}&kind=certification_expired&state=sent")) == 1
        assert await it.items(f"/obligations?credit_code={firm.code}&state=open") == []


async def test_after_a_week_without_sweeps_all_that_a_firm_owes_comes_in_one_mail_that_says_the_most_urgent(notifier):
    firms = [Firm() for _ in range(12)]
    async with notifier("2026-03-15T10:00", reminder_page=5) as it:
        for firm in firms:
            await it.hear(firm.registered(), firm.granted(), firm.report(ChangeDrafted, due="2026-05-06"))
        await it.day("2026-04-16T09:00")
        before = {firm.code: len(it.mail.sent_to(firm.email)) for firm in firms}
        await it.day("2026-04-29T09:00")  # stages 7, 3, 1 of the update; 14, 7 of the report
        for firm in firms:
            assert len(it.mail.sent_to(firm.email)) == before[firm.code] + 1
            found = await it.items(f"/messages?credit_code={firm.code}")
            told = {(each["kind"], each["stage"]): (each["state"], each["reason"]) for each in found}
            superseded = ("suppressed", "superseded")
            assert told[("update_due", "1")] == told[("change_report_due", "7")] == ("sent", None)
            assert told[("update_due", "7")] == told[("update_due", "3")] == superseded
            assert told[("change_report_due", "14")] == superseded
        mail = it.mail.sent_to(firms[0].email)[-1]
        text = mail.get_body(("plain",)).get_content()
        assert "2026年度信息更新" in text
        assert "重大变化情况报告表" in text


@pytest.mark.parametrize("order", list(itertools.permutations(range(2))))
async def test_one_missed_update_that_costs_several_titles_their_right_is_told_in_one_mail(notifier, order):
    firm = Firm()
    async with notifier("2026-05-01T00:00") as it:
        titles = [(firm.title_id, "specialized"), (firm.report_id, "innovative")]
        await it.hear(firm.registered(), *(firm.granted(id_=id_, title=title) for id_, title in titles))
        lost = [
            (EligibilityRevoked(
                credit_code=firm.code, duty="update", year=2026, due="2026-04-30", citation=CITED,
                certification=firm.certification(2, "missed", eligibility="revoked", id_=id_, title=title),
                reason="2026年度信息更新逾期未提交。",
            ), 2)
            for id_, title in titles
        ]  # fmt: skip
        for each in order:
            await it.hear(lost[each])
        await it.day("2026-05-01T00:01")
        (mail,) = it.mail.sent_to(firm.email)
        text = mail.get_body(("plain",)).get_content()
        assert "专精特新中小企业" in text
        assert "创新型中小企业" in text
