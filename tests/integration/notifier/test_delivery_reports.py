"""What comes back: reports posted or found in a folder, what they make of the mail, and dead addresses."""

import asyncio
import itertools
from uuid import uuid4

import pytest
from sqlalchemy import text

from shared.contracts import ChangeSubmitted
from tests.infrastructure.reports import report
from tests.integration.notifier.conftest import Firm

NOBODY = "550 5.1.1 no such mailbox"


@pytest.fixture
def posting(authorization):
    """`await post(it, content)`: a report is posted; what was taken in."""

    async def post(it, content, who="operator", status=201):
        headers = authorization(who) | {"Content-Type": "message/rfc822"}
        answer = await it.http.post("/api/v1/delivery_reports", content=content, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()["reports"] if status == 201 else answer.json()

    return post


async def told(it, firm):
    """The firm has lost a right and was told so: the mail that was sent, and its message."""
    await it.hear(firm.registered(), firm.revoked())
    await it.post()
    (message,) = await it.items(f"/messages?credit_code={firm.code}")
    return it.mail.sent_to(firm.email)[-1], message


async def state_of(it, message):
    detail = await it.get(f"/messages/{message['id']}")
    mail = await it.rows(f"SELECT state FROM mails WHERE id = '{detail['mail_id']}'")
    assert mail == [(detail["state"],)]
    return detail["state"]


async def follow_ups(it):
    return await it.rows("SELECT kind, about, credit_code, authority, state, facts ->> 'answer' FROM follow_ups")


async def test_a_posted_bounce_marks_the_mail_and_tells_the_officers_of_the_address(notifier, posting):
    firm = Firm()
    async with notifier("2026-05-01T00:00") as it:
        mail, message = await told(it, firm)
        (taken,) = await posting(it, report(mail, diagnostic=NOBODY))
        assert taken["mail_id"] == message["mail_id"]
        assert (taken["action"], taken["status"], taken["known"]) == ("failed", "5.1.1", False)
        assert taken["recipient"].endswith("***@firm.example")
        assert await state_of(it, message) == "bounced"
        answer = f"smtp; {NOBODY}"
        assert await follow_ups(it) == [("bad_address", firm.email, firm.code, "XM-SM", "open", answer)]
        audited = await it.rows("SELECT kind, act, actor_role FROM audit_pending WHERE act = 'take_delivery_report'")
        assert {each[0] for each in audited} == {"delivery_report", "message", "follow_up"}
        assert {each[1:] for each in audited} == {("take_delivery_report", "operator")}


async def test_the_same_report_again_changes_nothing_whichever_way_it_comes(notifier, posting, tmp_path):
    firm = Firm()
    async with notifier("2026-05-01T00:00", reports_maildir=tmp_path) as it:
        mail, message = await told(it, firm)
        content = report(mail, "delivered", "2.0.0")
        assert not (await posting(it, content))[0]["known"]
        received = b"Received: by another.example\r\nDelivered-To: x\r\n" + content.replace(b"\n", b"\r\n")
        assert (await posting(it, received, "bureau"))[0]["known"]
        drop(tmp_path, "1.other", content)
        assert await folder(it).round() == 1
        assert await it.rows("SELECT count(*) FROM delivery_reports") == [(1,)]
        assert await state_of(it, message) == "delivered"


@pytest.mark.parametrize("order", list(itertools.permutations(["delayed", "delivered", "failed", "relayed"])))
async def test_what_reports_make_of_a_mail_does_not_depend_on_their_order(notifier, posting, order):
    statuses = {"delayed": "4.4.1", "delivered": "2.0.0", "failed": "5.2.2", "relayed": "2.0.0"}
    async with notifier("2026-05-01T00:00") as it:
        mail, message = await told(it, Firm())
        seen = []
        for action in order:
            await posting(it, report(mail, action, statuses[action]))
            seen.append(await state_of(it, message))
        assert seen[-1] == "bounced"
        assert (
            seen[0] == {"delayed": "sent", "relayed": "sent", "delivered": "delivered", "failed": "bounced"}[order[0]]
        )
        assert [each[0] for each in await follow_ups(it)] == ["undelivered"]


@pytest.mark.parametrize(
    ("state", "action", "expected", "sent_again"),
    [
        ("sending", "delivered", "delivered", 0),
        ("sending", "failed", "bounced", 0),
        ("queued", "delivered", "delivered", 0),
        ("queued", "delayed", "sent", 1),
        ("failed", "delivered", "delivered", 0),
        ("failed", "failed", "failed", 0),
        ("suppressed", "failed", "suppressed", 0),
    ],
)
async def test_a_report_on_a_mail_whose_answer_was_lost_says_that_it_was_taken(
    notifier, posting, state, action, expected, sent_again
):
    async with notifier("2026-05-01T00:00") as it:
        firm = Firm()
        mail, message = await told(it, firm)
        before = len(it.mail.sent_to(firm.email))
        async with it.backend.database.transaction() as session:
            lease = "now()" if state == "queued" else "now() + interval '1 hour'"
            await session.execute(text(f"UPDATE mails SET state = '{state}', sent_at = null, next_try_at = {lease}"))
            await session.execute(text(f"UPDATE messages SET state = '{state}'"))
        await posting(it, report(mail, action, {"delivered": "2.0.0", "failed": "5.2.2", "delayed": "4.4.1"}[action]))
        await it.post()
        assert await state_of(it, message) == expected
        assert len(it.mail.sent_to(firm.email)) - before == sent_again
        taken = (await it.rows("SELECT sent_at IS NOT NULL FROM mails ORDER BY id"))[0][0]
        assert taken is (expected in ("delivered", "bounced", "sent"))


@pytest.mark.parametrize(
    "stranger",
    [{"message_id": f"<{uuid4()}@peiyu.example>"}, {"message_id": "<x@y>"}, {"recipient": "other@firm.example"}],
)
async def test_a_report_on_none_of_our_mails_or_on_another_recipient_is_noted_and_has_no_effect(
    notifier, posting, stranger
):
    async with notifier("2026-05-01T00:00") as it:
        mail, message = await told(it, Firm())
        (taken,) = await posting(it, report(mail, diagnostic=NOBODY, **stranger))
        assert taken["mail_id"] is None
        assert await state_of(it, message) == "sent"
        assert await follow_ups(it) == []
        assert await it.rows("SELECT mail_id, content FROM delivery_reports") == [(None, None)]


async def test_what_is_no_report_is_refused_and_so_is_who_may_not_post_one(notifier, posting):
    async with notifier() as it:
        problem = await posting(it, b"Subject: I am on holiday\n\n...", status=422)
        assert problem["errors"][0]["code"] == "no_delivery_report"
        assert "delivery-status" in problem["errors"][0]["detail"]
        await posting(it, b"", status=422)
        await posting(it, b"x" * (1 << 20) + b"x", status=413)
        firm = Firm()
        for who in (f"firm:{firm.code}", "officer:XM-SM"):
            await posting(it, b"", who, 403)


@pytest.mark.parametrize(
    ("status", "diagnostic", "opened"),
    [
        ("5.1.1", None, "bad_address"),
        ("5.2.2", None, "undelivered"),
        ("5.7.1", "554 5.7.1 spam", "undelivered"),
        ("5.0.0", "550 用户不存在", "bad_address"),
    ],
)
async def test_officers_hear_of_every_bounce_but_only_nobody_there_condemns_the_address(
    notifier, posting, status, diagnostic, opened
):
    async with notifier("2026-05-01T00:00") as it:
        mail, message = await told(it, Firm())
        await posting(it, report(mail, "failed", status, diagnostic=diagnostic))
        assert await state_of(it, message) == "bounced"
        assert [each[0] for each in await follow_ups(it)] == [opened]


async def test_a_bounce_of_an_address_that_the_firm_has_given_up_condemns_nothing(notifier, posting):
    firm = Firm()
    async with notifier("2026-05-01T00:00") as it:
        mail, message = await told(it, firm)
        firm.email = "new@firm.example"
        await it.hear(firm.registered(version=2))
        await posting(it, report(mail))
        assert await state_of(it, message) == "bounced"
        assert await follow_ups(it) == []


async def test_an_offices_dead_address_is_told_too(notifier, posting):
    firm = Firm()
    async with notifier("2026-04-29T10:00") as it:
        await it.hear(firm.registered(), firm.granted())
        await it.day("2026-04-29T10:01")
        (mail,) = it.mail.sent_to("xm-sm@authority.example")
        await posting(it, report(mail))
        assert [each[1:4] for each in await follow_ups(it)] == [("xm-sm@authority.example", None, "XM-SM")]


@pytest.mark.parametrize(
    ("answer", "opened"), [(NOBODY, "bad_address"), ("554 5.7.1 relay access denied", "undelivered")]
)
async def test_a_server_that_refuses_for_good_is_told_to_officers_too(notifier, answer, opened):
    firm = Firm()
    async with notifier("2026-05-01T00:00") as it:
        it.mail.refused[firm.email] = answer
        await it.hear(firm.registered(), firm.revoked())
        await it.post()
        (message,) = await it.items(f"/messages?credit_code={firm.code}")
        assert (message["state"], message["reason"], message["server_answer"]) == ("failed", "refused", answer)
        assert [each[:5] for each in await follow_ups(it)] == [(opened, firm.email, firm.code, "XM-SM", "open")]


# ---- the folder


def folder(it):
    return next(sweep for sweep in it.service.sweeps if sweep.name == "delivery_reports")


def drop(maildir, name, content):
    (maildir / "new").mkdir(exist_ok=True)
    (maildir / "new" / name).write_bytes(content)


def found(maildir):
    return sorted(f"{path.parent.name}/{path.name}" for path in maildir.rglob("*") if path.is_file())


async def test_reports_are_taken_from_a_folder_that_may_come_later(notifier, tmp_path):
    maildir = tmp_path / "returned"
    async with notifier("2026-05-01T00:00", reports_maildir=maildir) as it:
        mail, message = await told(it, Firm())
        assert await folder(it).round() == 0
        maildir.mkdir()
        drop(maildir, "1.a.host", report(mail, "delivered", "2.0.0"))
        drop(maildir, "2.b.host:2,", b"Subject: holiday\n\nback in May")
        drop(maildir, "3.c.host", b"x" * 300_000)
        drop(maildir, ".hidden", b"")
        assert await folder(it).round() == 3
        assert await state_of(it, message) == "delivered"
        assert found(maildir) == ["cur/1.a.host:2,S", "cur/2.b.host:2,F", "cur/3.c.host:2,F", "new/.hidden"]
        assert await folder(it).round() == 0
        assert await it.rows("SELECT act FROM audit_pending WHERE kind = 'delivery_report'") == [("delivery_reports",)]


async def test_two_replicas_that_watch_one_folder_take_a_report_once(notifier, tmp_path):
    async with notifier("2026-05-01T00:00", reports_maildir=tmp_path) as it, it.replica() as other:
        mail, message = await told(it, Firm())
        for number in range(20):
            drop(tmp_path, f"{number}.host", report(mail, "delayed", "4.4.1", number=number))
        await asyncio.gather(folder(it).round(), folder(other).round())
        assert await it.rows("SELECT count(*) FROM delivery_reports") == [(20,)]
        assert await state_of(it, message) == "sent"
        assert len(found(tmp_path)) == 20
        assert all(name.startswith("cur/") for name in found(tmp_path))


# ---- dead addresses


async def test_nothing_goes_to_a_dead_address_until_there_is_another(notifier, posting):
    firm = Firm()
    async with notifier("2026-04-01T00:00") as it:
        mail, _ = await told(it, firm)
        await posting(it, report(mail))
        await it.hear(firm.report(ChangeSubmitted))
        await it.post()
        second = (await it.items(f"/messages?credit_code={firm.code}"))[0]
        assert (second["state"], second["reason"], second["recipient"]) == ("suppressed", "address_dead", firm.email)
        await it.hear(firm.registered(version=2))
        await it.post()
        assert (await it.get(f"/messages/{second['id']}"))["state"] == "suppressed"
        firm.email = "new@firm.example"
        await it.hear(firm.registered(version=3))
        await it.post()
        assert [each["Message-ID"] for each in it.mail.sent_to("new@firm.example")] == [
            f"<{second['id']}@peiyu.example>"
        ]


async def test_a_reminder_comes_back_from_a_dead_address_only_while_its_duty_is_open(notifier, posting):
    open_, met = Firm(), Firm()
    async with notifier("2026-04-01T10:00") as it:
        for firm in (open_, met):
            await it.hear(firm.registered(), firm.granted())
            await it.day("2026-04-01T10:01")
            await posting(it, report(it.mail.sent_to(firm.email)[0]))
        await it.day("2026-04-16T10:00")
        for firm in (open_, met):
            (waiting,) = await it.items(f"/messages?credit_code={firm.code}&state=suppressed")
            assert (waiting["kind"], waiting["reason"], waiting["stage"]) == ("update_due", "address_dead", "14")
        await it.hear(met.updated("2026-04-17T10:00"))
        assert (await it.items(f"/messages?credit_code={met.code}&state=suppressed"))[-1]["reason"] == "met"
        for firm in (open_, met):
            firm.email = f"new.{firm.email}"
            await it.hear(firm.registered(version=3, updates=[(2026, "2026-04-17T10:00")] if firm is met else ()))
        await it.post()
        subjects = [mail["Subject"] for mail in it.mail.sent_to(open_.email)]
        assert len(subjects) == 1
        assert "信息更新" in subjects[0]
        assert all("截止" not in mail["Subject"] for mail in it.mail.sent_to(met.email))


async def test_a_mail_that_found_its_address_dead_while_it_was_tried_goes_out_to_the_next(notifier, posting):
    firm, same = Firm(), Firm()
    async with notifier("2026-05-01T00:00") as it:
        same.email = firm.email
        mail, _ = await told(it, same)
        it.mail.answers.append("451 4.3.0 try later")
        await it.hear(firm.registered(), firm.revoked())
        await it.deliverers[0].round()
        await posting(it, report(mail))
        await it.post()
        (message,) = await it.items(f"/messages?credit_code={firm.code}")
        assert (message["state"], message["reason"]) == ("suppressed", "address_dead")
        firm.email = "new@firm.example"
        await it.hear(firm.registered(version=2))
        await it.post()
        assert len(it.mail.sent_to("new@firm.example")) == 1
        assert await state_of(it, message) == "sent"
