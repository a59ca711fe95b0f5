"""Firms that officers must call: when they come on whose list, who is told, and how a call is closed."""

from datetime import date

import pytest

from services.notifier.commands.follow_ups import Refusal, escalate, open_unreached
from shared.contracts import ChangeDiscarded, ChangeDrafted, ChangeSubmitted
from tests.integration.notifier.conftest import Firm
from tests.integration.notifier.test_moved_deadlines import rescheduled
from tests.integration.notifier.test_what_a_page_costs import counted

SM, GXJ = "xm-sm@authority.example", "xm-gxj@authority.example"


async def follow_ups(it, firm, who="bureau", query=""):
    return await it.items(f"/follow_ups?credit_code={firm.code}{query}", who)


async def states(it, firm):
    return [(each["kind"], each["level"], each["state"]) for each in await follow_ups(it, firm)]


async def told(it, kind):
    found = await it.items(f"/messages?kind={kind}")
    return [(each["recipient"], each["stage"], each["state"], each["reason"]) for each in reversed(found)]


async def refuse(it, *firms, answer="550 5.1.1 no such user", mailbox=None):
    async with it.backend.work() as work:
        refused = [
            Refusal(
                firm.email,
                mailbox or f"firm:{firm.code}",
                None if mailbox else firm.code,
                firm.authority,
                answer,
                nobody=True,
            )
            for firm in firms
        ]
        await open_unreached(work, refused)
    await it.post()


@pytest.fixture
def called(notifier, authorization):
    """`call(it, id, note, who, status, key)`: an officer says how it was dealt with."""

    async def resolve(it, follow_up, who="officer:XM-SM", status=200, note="已电话联系", key=None):
        headers = authorization(who) | ({"Idempotency-Key": key} if key else {})
        answer = await it.http.post(f"/api/v1/follow_ups/{follow_up}/resolution", headers=headers, json={"note": note})
        assert answer.status_code == status, answer.text
        return answer.json()

    return resolve


async def test_a_firm_that_does_not_act_comes_on_its_authoritys_list_then_on_the_bureaus(notifier):
    late, timely = Firm(), Firm()
    async with notifier() as it:
        await it.hear(*(told for firm in (late, timely) for told in (firm.registered(), firm.granted())))
        await it.day("2026-04-27T09:30")
        assert await follow_ups(it, late) == []
        await it.hear(timely.updated("2026-04-27T12:00"))
        await it.day("2026-04-28T09:30")
        await it.day("2026-04-28T11:00")
        assert await follow_ups(it, timely) == []
        (item,) = await follow_ups(it, late, "officer:XM-SM")
        shown = ("kind", "level", "state", "duty", "year", "due", "days_left", "enterprise_name")
        assert [item[name] for name in shown] == [
            "unanswered", "authority", "open", "update", 2026, "2026-04-30", 2, late.name,
        ]  # fmt: skip
        assert item["contacts"] == [{"name": "林海燕", "mobile": "13959201234", "email": late.email}]
        assert item["sent"]["count"] == 1
        assert item["sent"]["last_at"]
        assert item["facts"]["titles"] == ["specialized"]
        assert await told(it, "firm_unanswered") == [(SM, "authority", "sent", None)]
        await it.day("2026-04-29T09:30")
        assert await states(it, late) == [("unanswered", "authority", "open")]
        await it.day("2026-04-30T09:30")
        assert await states(it, late) == [("unanswered", "bureau", "open")]
        (text,) = [m.get_body(("plain",)).get_content() for m in it.mail.sent_to(GXJ)]
        assert late.name in text
        assert "13959201234" in text
        await it.hear(late.updated("2026-04-30T12:00"))
        assert await states(it, late) == [("unanswered", "bureau", "met")]
        await it.day("2026-05-02T09:30")
        assert len(await told(it, "firm_unanswered")) == 2


async def test_after_a_stop_over_both_days_a_firm_comes_on_the_bureaus_list_at_once_and_nobody_is_told_twice(notifier):
    firm = Firm()
    async with notifier() as it:
        await it.hear(firm.registered(), firm.granted())
        await it.day("2026-04-30T09:30")
        await it.day("2026-04-30T12:00")
        assert await states(it, firm) == [("unanswered", "bureau", "open")]
        assert await told(it, "firm_unanswered") == [(GXJ, "bureau", "sent", None)]


async def test_a_duty_that_is_heard_of_late_leaves_its_firm_a_day_and_one_of_long_ago_calls_nobody(notifier):
    late, long_ago = Firm(), Firm()
    async with notifier("2026-04-29T10:00") as it:
        await it.hear(late.registered(), late.granted())
        await it.hear(long_ago.report(ChangeDrafted, happened_on="2025-11-30", due="2026-02-28"))
        await it.day("2026-04-29T11:00")
        assert await follow_ups(it, late) == []
        await it.day("2026-04-30T00:00")
        assert await states(it, late) == [("unanswered", "bureau", "open")]
        await it.day("2026-05-02T00:00")
        assert await follow_ups(it, long_ago) == []


async def test_a_call_ends_with_the_duty_and_begins_anew_with_another(notifier):
    moved, reported, dropped = Firm(), Firm(), Firm()
    async with notifier() as it:
        await it.hear(moved.registered(), moved.granted())
        for firm in (reported, dropped):
            await it.hear(firm.registered(), firm.report(ChangeDrafted))
        it.move("2026-04-28T09:30")
        await it.sweep()
        await it.hear(rescheduled(moved, date(2026, 6, 26)))
        await it.post()
        assert await states(it, moved) == [("unanswered", "authority", "moved")]
        assert await told(it, "firm_unanswered") == [(None, "authority", "suppressed", "moved")]
        await it.day("2026-06-10T00:00")
        assert await states(it, reported) == [("unanswered", "authority", "open")]
        await it.hear(reported.report(ChangeSubmitted, 2), dropped.report(ChangeDiscarded, 2))
        assert await states(it, reported) == [("unanswered", "authority", "met")]
        assert await states(it, dropped) == [("unanswered", "authority", "ended")]
        await it.day("2026-06-24T00:00")
        assert await states(it, moved) == [("unanswered", "authority", "open"), ("unanswered", "authority", "moved")]


async def test_what_an_officer_has_dealt_with_is_not_raised_nor_opened_again(notifier, called):
    firm = Firm()
    async with notifier() as it:
        await it.hear(firm.registered(), firm.granted())
        await it.day("2026-04-28T09:30")
        (item,) = await follow_ups(it, firm)
        closed = await called(it, item["id"], note="已联系法定代表人，承诺今日提交")
        assert (closed["state"], closed["note"]) == ("resolved", "已联系法定代表人，承诺今日提交")
        assert closed["closed_by"]
        problem = await called(it, item["id"], status=409)
        assert problem["type"].endswith("follow-up-closed")
        await it.hear(firm.granted(version=2))
        await it.day("2026-04-30T09:30")
        assert await states(it, firm) == [("unanswered", "authority", "resolved")]
        assert await told(it, "firm_unanswered") == [(SM, "authority", "sent", None)]


async def test_a_firm_is_called_by_the_authority_that_it_belongs_to_now(notifier, called):
    firm = Firm()
    async with notifier() as it:
        await it.hear(firm.registered(), firm.granted())
        await it.day("2026-04-28T09:30")
        firm.authority = "XM-HL"
        await it.hear(firm.registered(version=2))
        assert await it.items("/follow_ups", "officer:XM-SM") == []
        (item,) = await it.items("/follow_ups", "officer:XM-HL")
        await called(it, item["id"], "officer:XM-SM", 404)
        await called(it, item["id"], "officer:XM-HL")


async def test_officers_see_their_own_firms_by_every_filter_the_operator_no_numbers_and_firms_nothing(notifier, called):
    ours, theirs = Firm(), Firm("XM-HL")
    async with notifier() as it:
        for firm in (ours, theirs):
            await it.hear(firm.registered(), firm.granted())
        await it.day("2026-04-28T09:30")
        await refuse(it, ours)
        for query, count in {
            "": 3, "?authority=XM-HL": 1, "?kind=bad_address": 1, "?level=bureau": 0, "?state=open": 3, "?limit=2": 2,
            "?state=met": 0, f"?credit_code={ours.code}&kind=unanswered": 1,
        }.items():  # fmt: skip
            assert len(await it.items(f"/follow_ups{query}")) == count, query
        page = await it.get("/follow_ups?limit=2")
        assert len(await it.items(page["next"].removeprefix("/api/v1"))) == 1
        assert {each["credit_code"] for each in await it.items("/follow_ups", "officer:XM-SM")} == {ours.code}
        (item, other) = await follow_ups(it, ours, "operator")
        assert "13959201234" not in str(item) + str(other)
        assert ours.email not in str(item) + str(other)
        for who, status in ((f"firm:{ours.code}", 403), ("officer:XM-HL", 404)):
            await it.get(f"/follow_ups?credit_code={ours.code}", who, status)
            await called(it, item["id"], who, status)
        await called(it, item["id"], "operator", 403)
        await called(it, item["id"], note=" ", status=422)
        first = await called(it, item["id"], key="k")
        assert await called(it, item["id"], key="k") == first


async def test_a_dead_address_is_one_item_for_its_authority_and_after_three_working_days_the_bureaus(notifier):
    firm = Firm()
    async with notifier("2026-04-29T10:00") as it:
        await it.hear(firm.registered())
        await refuse(it, firm)
        await refuse(it, firm, answer="550 5.1.1 still no such user")
        (item,) = await follow_ups(it, firm, "officer:XM-SM")
        assert (item["kind"], item["level"], item["address"], item["answer"]) == (
            "bad_address", "authority", firm.email, "550 5.1.1 no such user",
        )  # fmt: skip
        assert await told(it, "firm_unreached") == [(SM, "authority", "sent", None)]
        await it.day("2026-05-07T23:59")  # 30 April, 6 and 7 May are worked
        assert await states(it, firm) == [("bad_address", "authority", "open")]
        await it.day("2026-05-08T00:00")
        assert await states(it, firm) == [("bad_address", "bureau", "open")]
        assert await told(it, "firm_unreached") == [
            (SM, "authority", "sent", None), (GXJ, "bureau", "sent", None),
        ]  # fmt: skip


async def test_a_dead_address_is_closed_when_nobody_has_it_any_more(notifier):
    agent = "agent@firm.example"
    one, other = Firm(email=agent), Firm("XM-HL", email=agent)
    async with notifier("2026-04-29T10:00") as it:
        await it.hear(one.registered(), other.registered())
        await refuse(it, one)
        one.email = "new@firm.example"
        await it.hear(one.registered(version=2))
        assert await follow_ups(it, one) == []
        assert await states(it, other) == [("bad_address", "authority", "open")]
        other.email = "other@firm.example"
        await it.hear(other.registered(version=2))
        assert await states(it, other) == [("bad_address", "authority", "readdressed")]
        other.email = agent
        await it.hear(other.registered(version=3))
        await refuse(it, other)
        assert [each[2] for each in await states(it, other)] == ["open", "readdressed"]


async def test_an_address_that_is_right_after_all_gets_what_was_held_back_of_duties_still_open(notifier, called):
    firm = Firm()
    async with notifier("2026-04-16T09:00") as it:
        await it.hear(firm.registered(), firm.granted())
        await it.sweep()
        await refuse(it, firm)
        async with it.backend.database.transaction() as session:
            from sqlalchemy import text

            await session.execute(
                text("UPDATE messages SET state = 'suppressed', reason = 'address_dead', recipient = :to, mail_id = NULL"
                     " WHERE audience = 'firm'"), {"to": firm.email},
            )  # fmt: skip
        before = len(it.mail.sent_to(firm.email))
        (item,) = await follow_ups(it, firm)
        await called(it, item["id"])
        (reminder, *_) = await it.items(f"/messages?credit_code={firm.code}&kind=update_due")
        assert (reminder["state"], reminder["reason"]) == ("queued", None)
        assert len(it.mail.sent_to(firm.email)) == before


async def test_an_offices_own_dead_address_is_the_bureaus_to_see_to(notifier):
    async with notifier("2026-04-29T10:00") as it:
        office = Firm()
        office.email = SM
        await refuse(it, office, mailbox="office:XM-SM")
        (item,) = await it.items("/follow_ups")
        assert (item["level"], item["credit_code"], item["contacts"], item["address"]) == ("bureau", None, [], SM)
        (mail,) = it.mail.sent_to(GXJ)
        assert SM in mail.get_body(("plain",)).get_content()
        await it.day("2026-06-01T10:00")
        assert await told(it, "firm_unreached") == [(GXJ, "bureau", "sent", None)]


async def test_putting_many_on_a_list_and_raising_them_takes_as_many_statements_as_a_few(notifier):
    costs = {}
    async with notifier() as it:
        for count, authority in ((2, "XM-SM"), (11, "XM-HL")):
            it.move("2026-03-15T10:00")
            firms = [Firm(authority) for _ in range(count)]
            await it.hear(*(told for firm in firms for told in (firm.registered(), firm.granted())))
            for day in ("2026-04-28", "2026-04-30"):
                it.move(f"{day}T09:30")
                with counted(it) as sent:
                    async with it.backend.work() as work:
                        assert await escalate(work, it.service.settings) == count
                costs.setdefault(count, []).append(len(sent))
            assert await it.items(f"/follow_ups?authority={authority}&level=authority") == []
    assert costs[2] == costs[11], costs
