"""Changes that officers recorded: told at once, reminded of, one reminder for one change, a last one when time is over."""

import itertools
from uuid import UUID

import pytest

from shared.contracts import (
    ChangeDiscarded,
    ChangeDrafted,
    ChangeSanctioned,
    ChangeSubmitted,
    ChangeType,
    OccurrenceClosed,
    OccurrenceRecorded,
    OccurrenceReopened,
    OccurrenceState,
    SanctionChoice,
    SanctionOutcome,
    TitleSanction,
)
from tests.integration.notifier.conftest import CITED, Firm, instant


def occurrence(firm, kind, version=1, status="open", **more):
    state = OccurrenceState(
        occurrence_id=UUID(int=firm.number), credit_code=firm.code, version=version, enterprise_name=firm.name,
        authority=firm.authority, type=ChangeType.RENAME, status=status, happened_on="2026-03-10",
        nominal_due="2026-06-10", due="2026-06-10", evidence="公示系统显示已更名",
        recorded_at=instant("2026-03-15T10:00"), citation=CITED,
    )  # fmt: skip
    return kind(credit_code=firm.code, occurrence=state, **more), version


async def owed(it, firm):
    found = await it.items(f"/obligations?credit_code={firm.code}&duty=change_report")
    return [(each["facts"].get("evidence") is not None, each["state"], each["stage"]) for each in found]


async def reminded(it, firm):
    found = await it.items(f"/messages?credit_code={firm.code}&kind=change_report_due")
    return [each["stage"] for each in reversed(found)]


async def test_it_is_told_then_reminded_of_and_once_the_time_is_over_a_last_time_with_the_officers(notifier):
    firm = Firm()
    async with notifier() as it:
        await it.hear(firm.registered(), occurrence(firm, OccurrenceRecorded))
        assert await owed(it, firm) == [(True, "open", "start")]
        for day in ("2026-03-15", "2026-05-11", "2026-05-27", "2026-06-03", "2026-06-09", "2026-06-10", "2026-06-11"):
            await it.day(f"{day}T11:00")
        await it.day("2026-06-20T11:00")
        assert await reminded(it, firm) == ["30", "14", "7", "1", "overdue"]
        first, *_, last = it.mail.sent_to(firm.email)
        assert "请于2026-06-10前报告" in first["Subject"]
        assert "公示系统显示已更名" in first.get_body(("plain",)).get_content()
        assert "已逾期1天" in last["Subject"]
        assert "报告期限已过" in last.get_body(("plain",)).get_content()
        digest = it.mail.sent_to("xm-sm@authority.example")[-1]
        assert "1家企业尚未完成重大变化情况报告" in digest["Subject"]
        assert firm.name in digest.get_body(("plain",)).get_content()


async def test_one_that_is_recorded_when_its_time_is_over_is_told_of_once(notifier):
    firm = Firm()
    async with notifier("2026-06-20T10:00") as it:
        await it.hear(firm.registered(), occurrence(firm, OccurrenceRecorded))
        await it.day("2026-06-20T11:00")
        (mail,) = it.mail.sent_to(firm.email)
        assert "请立即报告" in mail["Subject"]
        assert await owed(it, firm) == [(True, "open", "overdue")]


async def test_a_draft_of_the_same_change_goes_on_with_its_reminders_and_gives_them_back(notifier):
    firm = Firm()
    async with notifier() as it:
        await it.hear(firm.registered(), occurrence(firm, OccurrenceRecorded))
        await it.day("2026-05-11T11:00")
        await it.hear(firm.report(ChangeDrafted))
        assert await owed(it, firm) == [(True, "ended", "30"), (False, "open", "30")]
        await it.day("2026-05-12T11:00")
        await it.day("2026-05-27T11:00")
        assert await reminded(it, firm) == ["30", "14"]
        await it.hear(firm.report(ChangeDiscarded, 2))
        assert await owed(it, firm) == [(True, "open", "30"), (False, "ended", "14")]
        await it.hear(firm.report(ChangeDrafted, 3))
        await it.day("2026-06-11T11:00")
        assert (await reminded(it, firm))[-1] == "overdue"


@pytest.mark.parametrize(
    ("news", "state"),
    [
        (lambda firm: occurrence(firm, OccurrenceClosed, 2, "reported"), "met"),
        (lambda firm: occurrence(firm, OccurrenceClosed, 2, "dismissed", reason="同名企业"), "ended"),
        (lambda firm: firm.report(ChangeSubmitted), "ended"),  # the report itself is what was owed, and met
    ],
)
async def test_once_it_is_closed_nothing_more_is_reminded_of(notifier, news, state):
    firm = Firm()
    async with notifier() as it:
        await it.hear(firm.registered(), occurrence(firm, OccurrenceRecorded))
        await it.hear(news(firm))
        assert (True, state, "start") in await owed(it, firm)
        await it.day("2026-06-11T11:00")
        assert await reminded(it, firm) == []
        kinds = [each["kind"] for each in await it.items(f"/messages?credit_code={firm.code}")]
        assert ("occurrence_dismissed" in kinds) is (state == "ended" and "change_submitted" not in kinds)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_news_in_any_order_leaves_it_open_where_the_report_was_withdrawn(notifier, order):
    firm = Firm()
    news = [
        occurrence(firm, OccurrenceRecorded),
        occurrence(firm, OccurrenceClosed, 2, "reported"),
        occurrence(firm, OccurrenceReopened, 3),
    ]
    async with notifier() as it:
        await it.hear(firm.registered())
        for each in order:
            await it.hear(news[each])
        assert [state for _, state, _ in await owed(it, firm)] == ["open"]


@pytest.mark.parametrize("late", ["report", "occurrence"])
async def test_what_a_late_change_costs_is_told_to_its_firm_with_the_article(notifier, late):
    firm = Firm()
    cost = TitleSanction(
        certification_id=firm.title_id, title="specialized", outcome=SanctionOutcome.REVOKE_ELIGIBILITY,
        reason="逾期且未说明理由", decided_by="bureau", decided_at=instant("2026-03-15T10:00"),
    )  # fmt: skip
    chosen = {
        "choice": SanctionChoice.REVOKE_ELIGIBILITY, "titles": (cost,), "reason": cost.reason,
        "citation": CITED.model_copy(update={"article": "第十三条"}), "decided_by": "bureau",
    }  # fmt: skip
    async with notifier() as it:
        told = (
            firm.report(ChangeSanctioned, 4, **chosen)
            if late == "report"
            else occurrence(firm, ChangeSanctioned, 2, "sanctioned", **chosen)
        )
        await it.hear(firm.registered(), told)
        await it.post()
        (mail,) = it.mail.sent_to(firm.email)
        text = mail.get_body(("plain",)).get_content()
        for word in ("取消复核资格", "逾期且未说明理由", "第十三条", "2026-03-10"):
            assert word in text
        assert [each["type"] for each in await it.items(f"/events?credit_code={firm.code}")][
            -1
        ] == "change.sanctioned.v1"
        assert all(state != "open" for _, state, _ in await owed(it, firm))


async def test_one_change_has_each_stage_once_when_the_draft_of_it_is_thrown_away(notifier):
    firm = Firm()
    async with notifier() as it:
        await it.hear(firm.registered(), occurrence(firm, OccurrenceRecorded), firm.report(ChangeDrafted))
        await it.day("2026-05-27T11:00")
        await it.hear(firm.report(ChangeDiscarded, 2))
        await it.day("2026-05-27T12:00")
        await it.day("2026-06-03T11:00")
        found = await it.items(f"/messages?credit_code={firm.code}&kind=change_report_due&state=sent")
        assert [each["stage"] for each in found] == ["7", "14"]
