"""Before a date passes: who is reminded, when, how often."""

import asyncio
import itertools
import random
from collections import Counter

from shared.contracts import ChangeDiscarded, ChangeDrafted, ChangeSubmitted, ReviewSubmitted
from tests.conftest import eventually
from tests.integration.notifier.conftest import Firm

DAYS = ("2026-03-31", "2026-04-16", "2026-04-23", "2026-04-27", "2026-04-29", "2026-04-30")


async def test_each_of_the_six_stages_mails_a_firm_once_and_its_officers_once_until_it_updates(notifier):
    late, timely, other = Firm(), Firm(), Firm("XM-HL")
    async with notifier() as it:
        for firm in (late, timely, other):
            await it.hear(firm.registered(), firm.granted())
        for number, day in enumerate(DAYS, 1):
            await it.day(f"{day}T09:30")
            await it.day(f"{day}T11:00")
            assert len(it.mail.sent_to(late.email)) == number
            assert len(it.mail.sent_to("xm-sm@authority.example")) == number
            if number == 2:
                await it.hear(timely.updated("2026-04-16T12:00"))
                await it.post()
        reminders = await it.items(f"/messages?credit_code={late.code}&kind=update_due")
        assert [each["stage"] for each in reminders] == ["0", "1", "3", "7", "14", "30"]
        assert {each["state"] for each in reminders} == {"sent"}
        assert reminders[3]["subject"] == "【培育】还有7天：请于2026-04-30前提交2026年度信息更新"
        kinds = Counter(each["kind"] for each in await it.items(f"/messages?credit_code={timely.code}"))
        assert kinds == {"update_due": 2, "update_received": 1}
        first, *_, last = it.mail.sent_to("xm-sm@authority.example")
        assert timely.name in first.get_body(("plain",)).get_content()
        body = last.get_body(("plain",)).get_content()
        assert late.name in body
        assert timely.name not in body
        assert other.name not in body


async def test_after_a_long_stop_one_reminder_goes_out_and_none_when_the_date_is_long_past(notifier):
    firm, long_ago, asleep = Firm(), Firm(), Firm()
    async with notifier() as it:
        await it.hear(firm.registered(), firm.granted())
        await it.day("2026-04-28T09:30")
        assert await reasons(it, firm) == {
            "3": ("sent", None), "7": ("suppressed", "superseded"), "14": ("suppressed", "superseded"),
            "30": ("suppressed", "superseded"),
        }  # fmt: skip
        assert len(it.mail.sent_to(firm.email)) == 1
        await it.hear(asleep.registered(), asleep.granted())
        it.move("2026-06-15T09:30")
        await it.hear(long_ago.registered(), long_ago.granted())
        await it.day("2026-06-15T09:31")
        assert await reasons(it, long_ago) == {}
        assert await reasons(it, asleep) == {"0": ("suppressed", "too_old")}
        assert (await reasons(it, firm))["0"] == ("suppressed", "too_old")
        assert len(it.mail.sent_to(firm.email)) == 1


async def reasons(it, firm):
    found = await it.items(f"/messages?credit_code={firm.code}&kind=update_due")
    return {each["stage"]: (each["state"], each["reason"]) for each in found}


async def test_a_stage_that_could_not_be_sent_gives_way_to_the_next_one(notifier):
    firm = Firm()
    async with notifier() as it:
        it.mail.down()
        await it.hear(firm.registered(), firm.granted())
        for day in DAYS[:3]:
            it.move(f"{day}T09:30")
            await it.sweep()
        it.mail.up()
        await it.post()
        found = await it.items(f"/messages?credit_code={firm.code}")
        assert [(m["stage"], m["state"], m["reason"]) for m in found] == [
            ("7", "sent", None), ("14", "suppressed", "superseded"), ("30", "suppressed", "superseded"),
        ]  # fmt: skip
        assert len(it.mail.sent_to(firm.email)) == 1
        assert len(it.mail.sent_to("xm-sm@authority.example")) == 1


async def test_what_was_met_before_sending_is_not_sent(notifier):
    firm = Firm()
    async with notifier() as it:
        await it.hear(firm.registered(), firm.granted())
        it.move("2026-04-23T09:30")
        await it.sweep()
        await it.hear(firm.updated("2026-04-23T10:00"))
        await it.post()
        assert await reasons(it, firm) == {
            "7": ("suppressed", "met"), "14": ("suppressed", "superseded"), "30": ("suppressed", "superseded"),
        }  # fmt: skip
        (duty,) = await it.items(f"/obligations?credit_code={firm.code}&duty=update")
        assert duty["state"] == "met"
        assert it.mail.sent_to("xm-sm@authority.example") == []


async def test_two_sweeps_at_once_remind_of_each_duty_once(notifier):
    firms = [Firm() for _ in range(30)]
    async with notifier(reminder_page=7) as it:
        await it.hear(*(told for firm in firms for told in (firm.registered(), firm.granted())))
        it.move("2026-04-23T09:30")
        await asyncio.gather(it.sweep(), it.sweep(), it.sweep())
        await it.post()
        assert {len(it.mail.sent_to(firm.email)) for firm in firms} == {1}
        (digest,) = it.mail.sent_to("xm-sm@authority.example")
        assert "30家企业" in digest["Subject"]


async def test_a_change_is_reminded_of_from_its_draft_until_it_is_submitted_or_discarded(notifier):
    submitted, discarded = Firm(), Firm()
    async with notifier("2026-05-08T10:00") as it:
        for firm in (submitted, discarded):
            drafted = firm.report(ChangeDrafted, happened_on="2026-05-01", due="2026-08-03")
            await it.hear(firm.registered(), drafted)
        await it.day("2026-05-08T10:01")
        await it.day("2026-07-05T10:00")
        for firm, kind in ((submitted, ChangeSubmitted), (discarded, ChangeDiscarded)):
            await it.hear(firm.report(kind, 2, happened_on="2026-05-01", due="2026-08-03"))
        await it.day("2026-08-01T10:00")
        for firm, state in ((submitted, "met"), (discarded, "ended")):
            found = await it.items(f"/messages?credit_code={firm.code}&kind=change_report_due")
            assert [(m["stage"], m["state"]) for m in found] == [("30", "sent"), ("start", "sent")]
            (duty,) = await it.items(f"/obligations?credit_code={firm.code}")
            assert duty["state"] == state


async def test_obligations_are_the_same_in_whatever_order_and_how_often_events_arrive(notifier):
    async with notifier("2026-05-02T12:00") as it:

        def story(firm):
            window = {"window_opens": "2026-05-01", "window_closes": "2026-07-31"}
            return [
                firm.registered(),
                firm.granted(**window),
                firm.updated("2026-04-20T10:00"),
                firm.granted(version=3, duty="met", **window),
                firm.report(ChangeDrafted),
                firm.report(ChangeSubmitted, 2),
                firm.review(ReviewSubmitted),
            ]

        outcomes = set()
        for order in itertools.islice(itertools.permutations(range(7)), 0, 5040, 311):
            firm = Firm()
            told = [it.event(each) for each in story(firm)]
            for number in order:
                await it.hear(told[number])
                await it.hear(told[number], told[0])
            duties = await it.items(f"/obligations?credit_code={firm.code}")
            outcomes.add(tuple(sorted((each["duty"], each["due"], each["state"]) for each in duties)))
            kinds = Counter(m["kind"] for m in await it.items(f"/messages?credit_code={firm.code}"))
            assert kinds == {"update_received": 1, "change_submitted": 1, "review_submitted": 1}
            assert len(await it.items(f"/events?credit_code={firm.code}", f"firm:{firm.code}")) == 7
            assert len(await it.items(f"/events?credit_code={firm.code}")) == 6, "a draft is its firm's alone"
        assert outcomes == {
            (("change_report", "2026-06-10", "met"), ("review", "2026-07-31", "met"), ("update", "2026-04-30", "met"))
        }


async def test_with_everything_running_at_once_in_two_replicas_each_firm_gets_each_mail_once(notifier):
    firms = [Firm() for _ in range(40)]
    quick = {"sweep_interval": 0.1, "mail_interval": 0.1, "reminder_page": 9, "digest_quiet": 0.5}
    async with notifier("2026-04-22T10:00", **quick) as it, it.replica() as other:
        async with it.app.router.lifespan_context(it.app), other.app.router.lifespan_context(other.app):
            told = [it.event(each) for firm in firms for each in (firm.granted(), firm.registered())]
            random.Random(7).shuffle(told)
            await asyncio.gather(
                *(each.consumer.receive(told[start : start + 25]) for start in range(0, 80, 20) for each in (it, other))
            )
            await eventually(lambda: sent(it, 41), within=20)
            it.move("2026-04-23T09:30")
            other.clock.move(it.clock.now())
            await eventually(lambda: sent(it, 82), within=20)
            revoked = [it.event(firm.revoked()) for firm in firms]
            await asyncio.gather(it.consumer.receive(revoked), other.consumer.receive(revoked[::-1]))
            await eventually(lambda: sent(it, 122), within=20)
        assert await it.rows("SELECT * FROM failed_messages") == []
        to_firms = await it.rows("SELECT credit_code, kind, stage FROM messages WHERE audience = 'firm'")
        assert len(to_firms) == len(set(to_firms)) == 120
        assert {len(it.mail.sent_to(firm.email)) for firm in firms} == {3}
        assert len(it.mail.sent_to("xm-sm@authority.example")) == 2


async def sent(it, count):
    return await it.rows("SELECT count(*) FROM messages WHERE state = 'sent'") == [(count,)]
