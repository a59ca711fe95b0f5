"""After something happened: what is mailed, to whom, once, whatever the mail server does; and who may read it."""

import asyncio
import json
from collections import Counter

import pytest
from sqlalchemy import text

from services.notifier.handlers import handlers
from services.notifier.mail.errors import Disconnected
from shared.contracts import ChangeSubmitted, ReviewSubmitted
from shared.contracts.asyncapi import sample
from shared.contracts.subscriptions import SUBSCRIPTIONS
from shared.messaging import FailedMessages
from tests.conftest import eventually
from tests.integration.notifier.conftest import Firm


async def test_a_lost_right_is_told_once_with_the_article_and_ends_the_reminders(notifier):
    firm = Firm()
    async with notifier() as it:
        await it.hear(firm.registered(), firm.granted())
        it.move("2026-05-01T00:00")
        revoked = it.event(firm.revoked())
        await it.hear(revoked)
        await it.hear(revoked, firm.revoked())
        await it.day("2026-05-01T00:01")
        found = await it.items(f"/messages?credit_code={firm.code}")
        assert [(m["kind"], m["state"]) for m in found] == [("eligibility_revoked", "sent")]
        (mail,) = it.mail.sent_to(firm.email)
        for kind in ("plain", "html"):
            body = mail.get_body((kind,)).get_content()
            assert "第十二条" in body
            assert "2026年度信息更新逾期未提交" in body
        detail = await it.get(f"/messages/{found[0]['id']}", f"firm:{firm.code}")
        assert detail["text"]
        assert detail["html"].startswith("<!doctype html>")
        assert mail["Message-ID"] == f"<{found[0]['id']}@peiyu.example>"


async def test_titles_of_years_past_are_taken_over_in_silence(notifier):
    old, new = Firm(), Firm()
    async with notifier() as it:
        await it.hear(old.registered(), old.granted(), new.registered(), new.granted(valid_from="2026-03-10"))
        await it.day("2026-03-15T10:01")
        assert it.mail.sent_to(old.email) == []
        assert len(it.mail.sent_to(new.email)) == 1


async def test_officers_are_told_of_a_submission_too_and_the_firm_does_not_see_that(notifier):
    firm = Firm()
    async with notifier("2026-05-02T10:00") as it:
        await it.hear(firm.registered(), firm.report(ChangeSubmitted, 2), firm.review(ReviewSubmitted))
        await it.post()
        assert len(it.mail.sent_to("xm-sm@authority.example")) == 1
        theirs = await it.items("/messages?recipient=xm-sm@authority.example", "officer:XM-SM")
        assert {each["credit_code"] for each in theirs} == {None}
        assert firm.name in theirs[0]["subject"]
        for path in (f"/messages?credit_code={firm.code}", "/messages"):
            assert len(await it.items(path, f"firm:{firm.code}")) == 2
        await it.get(f"/messages/{theirs[0]['id']}", f"firm:{firm.code}", 404)


async def test_a_message_waits_for_an_address(notifier):
    firm = Firm()
    async with notifier("2026-05-01T00:00") as it:
        await it.hear(firm.revoked())
        await it.post()
        (message,) = await it.items(f"/messages?credit_code={firm.code}")
        assert (message["state"], message["reason"]) == ("suppressed", "no_address")
        await it.hear(firm.registered())
        await it.post()
        assert len(it.mail.sent_to(firm.email)) == 1


async def test_mail_follows_a_firm_to_its_new_authority(notifier):
    firm = Firm()
    async with notifier("2026-05-01T00:00") as it:
        await it.hear(firm.registered(), firm.revoked())
        firm.authority = "XM-HL"
        await it.hear(firm.registered(version=2))
        assert len(await it.items(f"/messages?credit_code={firm.code}", "officer:XM-HL")) == 1
        assert await it.items("/messages", "officer:XM-SM") == []


async def test_every_kind_of_event_that_is_subscribed_to_is_taken(notifier):
    assert handlers.types == SUBSCRIPTIONS["notifier"]
    async with notifier("2026-09-20T10:00") as it:
        await it.hear(*(json.dumps(sample(type_)).encode() for type_ in sorted(SUBSCRIPTIONS["notifier"])))
        heard = await it.items("/events?credit_code=91350203MA31F1331W&limit=200")
        assert {each["type"] for each in heard} <= SUBSCRIPTIONS["notifier"]


@pytest.mark.parametrize("valid_from", ["2025-01-01", "2026-03-10"])
async def test_an_event_that_cannot_be_taken_is_kept_and_leaves_no_trace_when_it_is_tried_again(notifier, valid_from):
    bad, good = Firm(), Firm()
    async with notifier() as it:
        told = it.event(bad.granted(title="unheard_of", valid_from=valid_from))
        await it.consumer.receive([it.event(good.registered()), told])
        retries = FailedMessages(it.consumer, attempts=3)
        while await retries.retry_one():
            pass
        failed = await it.rows("SELECT state, attempts FROM failed_messages")
        assert failed == [("dead", 3)]
        assert len(await it.items(f"/events?credit_code={good.code}")) == 1
        assert await it.items(f"/events?credit_code={bad.code}") == []
        assert await it.rows("SELECT 1 FROM certifications") == []


async def test_outside_production_nobody_real_gets_mail(notifier):
    firm = Firm(email="somebody@xm.gov.cn")
    async with notifier("2026-05-01T00:00") as it:
        await it.hear(firm.registered(), firm.revoked())
        await it.post()
        (message,) = await it.items(f"/messages?credit_code={firm.code}")
        assert (message["state"], message["reason"]) == ("suppressed", "not_allow_listed")
        assert it.mail.messages == []


async def test_while_the_mail_server_is_down_messages_wait_and_then_go_out_once(notifier):
    firms = [Firm() for _ in range(10)]
    async with notifier("2026-05-01T00:00", mail_interval=0.05) as it:
        it.mail.down()
        await it.hear(*(told for firm in firms for told in (firm.registered(), firm.revoked())))
        for each in it.deliverers:
            with pytest.raises(Disconnected):
                await each.round()
        assert await states(it) == {"queued": 10}
        it.mail.up()
        stopping = asyncio.Event()
        loops = [asyncio.create_task(each.run(stopping)) for each in it.deliverers]
        await eventually(lambda: all_sent(it, 10))
        stopping.set()
        await asyncio.gather(*loops)
        assert Counter(m["To"] for m in it.mail.messages) == {firm.email: 1 for firm in firms}
        assert {m["attempts"] for m in await it.items("/messages")} == {1}


async def test_two_deliverers_at_once_send_each_message_once(notifier):
    firms = [Firm() for _ in range(60)]
    async with notifier("2026-05-01T00:00", mail_batch=7) as it:
        await it.hear(*(told for firm in firms for told in (firm.registered(), firm.revoked())))

        async def drain(deliverer):
            while await deliverer.round():
                pass

        await asyncio.gather(*(drain(each) for each in it.deliverers))
        assert Counter(m["To"] for m in it.mail.messages) == {firm.email: 1 for firm in firms}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (["451 4.3.0 try later", "452 4.3.1 full"], ("sent", None, 3, 1)),
        (["554 5.7.1 no spam"], ("failed", "refused", 1, 0)),
    ],
)
async def test_a_refusal_for_now_is_tried_again_and_one_for_good_is_kept_with_the_answer(notifier, answer, expected):
    firm = Firm()
    async with notifier("2026-05-01T00:00") as it:
        it.mail.answers += answer
        await it.hear(firm.registered(), firm.revoked())
        await it.post()
        (message,) = await it.items(f"/messages?credit_code={firm.code}")
        assert (message["state"], message["reason"], message["attempts"], len(it.mail.sent_to(firm.email))) == expected
        if message["state"] == "failed":
            assert message["server_answer"] == answer[0]


async def test_a_mailbox_that_does_not_exist_fails_and_the_others_get_their_mail(notifier):
    gone, fine = Firm(), Firm()
    async with notifier("2026-05-01T00:00") as it:
        it.mail.refused[gone.email] = "550 5.1.1 no such mailbox"
        await it.hear(gone.registered(), gone.revoked(), fine.registered(), fine.revoked())
        await it.post()
        found = [(await it.items(f"/messages?credit_code={firm.code}"))[0]["state"] for firm in (gone, fine)]
        assert found == ["failed", "sent"]


async def test_a_message_whose_sender_died_is_sent_again_with_the_same_id_when_the_lease_ends(notifier):
    firm = Firm()
    async with notifier("2026-05-01T00:00") as it:
        await it.hear(firm.registered(), firm.revoked())
        from services.notifier.commands import posting

        async with it.backend.work() as work:
            found, _ = await posting.claim(work, it.service.settings, it.deliverers[0]._renderer)
        assert found == 1
        assert await it.deliverers[1].round() == 0
        async with it.backend.work() as work:
            await work.session.execute(text("UPDATE mails SET next_try_at = now() WHERE state = 'sending'"))
        assert await it.deliverers[1].round() == 1
        (message,) = await it.items(f"/messages?credit_code={firm.code}")
        assert (message["state"], message["attempts"]) == ("sent", 2)


async def test_each_account_reads_what_is_within_its_reach(notifier):
    ours, theirs = Firm(), Firm("XM-HL")
    async with notifier("2026-05-01T00:00") as it:
        for firm in (ours, theirs):
            await it.hear(firm.registered(), firm.granted(), firm.revoked())
        await it.post()
        for path in ("/obligations", "/messages", "/events"):
            for who in (f"firm:{ours.code}", "officer:XM-SM"):
                assert await it.items(f"{path}?credit_code={ours.code}", who)
                await it.get(f"{path}?credit_code={theirs.code}", who, 404)
            if path != "/events":
                for who in (f"firm:{ours.code}", "officer:XM-SM"):
                    assert {each["credit_code"] for each in await it.items(path, who)} == {ours.code}
                assert len({each["credit_code"] for each in await it.items(path, "operator")}) == 2
                await it.get(f"{path}?authority=XM-HL", "officer:XM-SM", 404)
        other = (await it.items(f"/messages?credit_code={theirs.code}"))[0]
        assert other["recipient"] == theirs.email
        await it.get(f"/messages/{other['id']}", "officer:XM-SM", 404)
        masked = await it.get(f"/messages/{other['id']}", "operator")
        assert masked["recipient"] == "9***@firm.example"


async def test_lists_are_paged_by_key_without_gaps(notifier):
    firms = [Firm() for _ in range(5)]
    async with notifier("2026-05-01T00:00") as it:
        await it.hear(*(told for firm in firms for told in (firm.registered(), firm.granted(), firm.revoked())))
        for path in ("/obligations", "/messages"):
            seen, link = [], f"{path}?limit=2"
            while link:
                page = await it.get(link.removeprefix("/api/v1"))
                seen += [each["credit_code"] for each in page["items"]]
                link = page["next"]
            assert sorted(set(seen)) == sorted(firm.code for firm in firms)
            assert len(seen) == len(set(seen))
        await it.get("/obligations?cursor=WzFd", status=422)


async def states(it):
    return Counter(each["state"] for each in await it.items("/messages"))


async def all_sent(it, count):
    return await states(it) == {"sent": count}


async def test_what_became_of_a_mail_is_recorded_and_not_each_try(notifier):
    async with notifier() as it:
        firm = Firm()
        await it.hear(firm.registered(), firm.granted(valid_from="2026-03-01"))
        await it.post()
        entries = await it.rows("SELECT kind, operation, credit_code, after::jsonb ->> 'state' FROM audit_pending")
        assert entries == [("message", "update", firm.code, "sent")]
