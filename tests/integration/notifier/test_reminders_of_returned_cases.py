"""Cases returned for correction: told at once with every defect, reminded of until they come back."""

import itertools

import pytest

from shared.contracts import (
    ChangeResubmitted,
    ChangeReturned,
    ChangeSubmitted,
    ChangeWithdrawn,
    Correction,
    Shortcoming,
)
from tests.integration.notifier.conftest import CITED, Firm, instant

DEFECTS = (Shortcoming(field="/reason", text="请说明更名原因。"), Shortcoming(field="", text="缺少登记证明。"))


def returned(firm, version=2, due="2026-03-27"):
    correction = Correction(
        defects=DEFECTS, due=due, returned_by="authority", returned_at=instant("2026-03-13T10:00"), citation=CITED
    )
    event, _ = firm.report(ChangeReturned, version)
    return event.model_copy(update={"report": event.report.model_copy(update={"correction": correction})}), version


def resubmitted(firm, version=3):
    return firm.report(ChangeResubmitted, version, office="authority", late=False)


async def corrections(it, firm):
    found = await it.items(f"/obligations?credit_code={firm.code}&duty=returned_case")
    return [(each["due"], each["state"], each["stage"]) for each in found]


async def test_the_return_is_told_with_every_defect_and_reminded_of_in_the_rules_stages(notifier):
    firm = Firm()
    async with notifier("2026-03-13T10:00") as it:
        await it.hear(firm.registered(), firm.report(ChangeSubmitted), returned(firm))
        assert await corrections(it, firm) == [("2026-03-27", "open", "start")]
        await it.day("2026-03-13T11:00")
        for day in ("2026-03-20", "2026-03-24", "2026-03-26", "2026-03-27"):
            await it.day(f"{day}T09:00")
        found = await it.items(f"/messages?credit_code={firm.code}")
        assert [(each["kind"], each["stage"]) for each in found] == [
            ("returned_case_due", "1"), ("returned_case_due", "3"), ("returned_case_due", "7"),
            ("change_returned", None), ("change_submitted", None),
        ]  # fmt: skip
        for each in found[:4]:
            text = (await it.get(f"/messages/{each['id']}"))["text"]
            assert all(defect.text in text for defect in DEFECTS)
        digests = [
            each for each in await it.items("/messages?kind=returned_case_due") if each["audience"] == "officers"
        ]
        assert [each["stage"] for each in digests] == ["1", "3", "7"]
        assert "1家企业尚未完成退回材料的补正" in digests[0]["subject"]


async def test_a_return_with_little_time_is_not_told_twice_at_once(notifier):
    firm = Firm()
    async with notifier("2026-03-13T10:00") as it:
        await it.hear(firm.registered(), returned(firm, due="2026-03-16"))
        await it.day("2026-03-13T11:00")
        assert await corrections(it, firm) == [("2026-03-16", "open", "3")]
        await it.day("2026-03-15T11:00")
        kinds = [(each["kind"], each["stage"]) for each in await it.items(f"/messages?credit_code={firm.code}")]
        assert kinds == [("returned_case_due", "1"), ("change_returned", None)]


async def test_a_resubmission_meets_it_a_withdrawal_ends_it_and_another_return_opens_another(notifier):
    back, gone = Firm(), Firm()
    async with notifier("2026-03-13T10:00") as it:
        for firm in (back, gone):
            await it.hear(firm.registered(), firm.report(ChangeSubmitted), returned(firm))
        await it.hear(resubmitted(back), gone.report(ChangeWithdrawn, 3))
        assert await corrections(it, back) == [("2026-03-27", "met", "start")]
        assert await corrections(it, gone) == [("2026-03-27", "ended", "start")]
        await it.hear(returned(back, 4, "2026-04-10"))
        assert await corrections(it, back) == [("2026-03-27", "met", "start"), ("2026-04-10", "open", "start")]
        await it.hear(resubmitted(back, 5), returned(back, 6, "2026-04-10"))
        assert await corrections(it, back) == [("2026-03-27", "met", "start"), ("2026-04-10", "open", "start")]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_news_in_any_order_leaves_nothing_to_be_corrected(notifier, order):
    firm = Firm()
    news = [firm.report(ChangeSubmitted), returned(firm), resubmitted(firm)]
    async with notifier("2026-03-13T10:00") as it:
        await it.hear(firm.registered())
        for each in order:
            await it.hear(news[each])
        assert [state for _, state, _ in await corrections(it, firm)] in ([], ["met"])
        await it.day("2026-03-26T09:00")
        assert await it.items(f"/messages?credit_code={firm.code}&kind=returned_case_due") == []


async def test_a_resubmission_reaches_the_officers_of_the_office_that_returned_it(notifier):
    firm = Firm()
    async with notifier("2026-03-13T10:00") as it:
        await it.hear(firm.registered(), resubmitted(firm))
        await it.hear(firm.report(ChangeResubmitted, 5, office="bureau", late=True))
        await it.post()
        for address, late in (("xm-sm@authority.example", False), ("xm-gxj@authority.example", True)):
            (mail,) = it.mail.sent_to(address)
            assert ("已超过要求的日期" in mail.get_body(("plain",)).get_content()) is late
