"""Asked for: messages by filter, why one was not sent, everything about one; and one more time, please."""

import asyncio

import pytest
from sqlalchemy import select, text

from services.notifier.mail.composing import compose
from services.notifier.models import Mail
from shared.contracts import ChangeSubmitted
from tests.infrastructure.reports import report
from tests.integration.notifier.conftest import Firm


@pytest.fixture
def resend(authorization):
    """`await resend(it, message)`: the answer."""

    async def again(it, message, who="bureau", status=201, reason="企业称未收到", **headers):
        answer = await it.http.post(
            f"/api/v1/messages/{message['id']}/resend",
            json={"reason": reason},
            headers=authorization(who) | headers,
        )
        assert status in (None, answer.status_code), answer.text
        return answer.json()

    return again


async def set_state(it, message, state, reason=None):
    async with it.backend.database.transaction() as session:
        await session.execute(
            text(f"UPDATE messages SET state = '{state}', reason = :reason WHERE id = '{message['id']}'"),
            {"reason": reason},
        )


async def test_messages_are_found_by_each_of_their_marks(notifier):
    ours, theirs = Firm(), Firm("XM-HL")
    async with notifier("2026-03-31T10:00") as it:
        await it.hear(ours.registered(), theirs.registered(), ours.granted(), theirs.granted())
        await it.day("2026-03-31T10:01")
        await it.hear(ours.report(ChangeSubmitted), theirs.registered(version=2, contact=False))
        await it.day("2026-04-16T10:00")
        everything = await it.items("/messages?limit=200")

        async def same(query, keep):
            found = [each["id"] for each in await it.items(f"/messages?limit=200&{query}")]
            assert found == [each["id"] for each in everything if keep(each)]
            assert found

        (obligation,) = await it.items(f"/obligations?credit_code={ours.code}&duty=update")
        await same("reason=no_address", lambda m: m["reason"] == "no_address")
        await same(
            "state=suppressed&reason=no_address", lambda m: m["credit_code"] == theirs.code and m["stage"] == "14"
        )
        await same("duty=update", lambda m: m["kind"] == "update_due")
        await same("duty=update&audience=officers", lambda m: m["kind"] == "update_due" and m["credit_code"] is None)
        await same("audience=firm", lambda m: m["credit_code"] is not None)
        await same(f"obligation_id={obligation['id']}", lambda m: m["obligation_id"] == obligation["id"])
        mail_id = next(m["mail_id"] for m in everything if m["kind"] == "change_submitted" and m["credit_code"])
        await same(f"mail_id={mail_id}", lambda m: m["mail_id"] == mail_id)
        await same("at_from=2026-04-16", lambda m: m["at"] >= "2026-04-15T16:00:00Z")
        await same("at_to=2026-04-15", lambda m: m["at"] < "2026-04-15T16:00:00Z")
        await same("at_from=2026-03-31&at_to=2026-03-31&kind=update_due", lambda m: m["stage"] == "30")
        officers = await it.items("/messages?duty=update&limit=200", "officer:XM-HL")
        assert {each["authority"] for each in officers} == {"XM-HL"}
        for query in ("reason=sleepy", "duty=none", "audience=all", "at_from=yesterday", "obligation_id=x"):
            await it.get(f"/messages?{query}", status=422)


async def test_a_message_that_was_not_sent_says_why_in_words(notifier):
    firm = Firm(email="somebody@xm.gov.cn")
    async with notifier("2026-05-01T00:00") as it:
        await it.hear(firm.registered(), firm.revoked())
        await it.post()
        (message,) = await it.items(f"/messages?credit_code={firm.code}&reason=not_allow_listed", f"firm:{firm.code}")
        assert message["reason_text"] == "该地址不在本环境允许发送的范围内。"
        assert message["reason_text_en"].startswith("The address is not among those")
        assert (message["mail_id"], message["message_id"], message["attempts"]) == (None, None, 0)


async def test_a_message_shows_its_mail_what_came_back_and_what_else_was_in_it(notifier, authorization):
    firm = Firm()
    async with notifier("2026-05-01T00:00") as it:
        await it.hear(firm.registered(), firm.revoked(), firm.report(ChangeSubmitted))
        await it.post()
        (mail,) = it.mail.sent_to(firm.email)
        for action, status in (("delayed", "4.4.1"), ("delivered", "2.0.0")):
            await it.http.post(
                "/api/v1/delivery_reports", content=report(mail, action, status), headers=authorization("bureau")
            )
        revoked, submitted = sorted(
            await it.items(f"/messages?credit_code={firm.code}"), key=lambda each: each["kind"], reverse=True
        )
        detail = await it.get(f"/messages/{revoked['id']}", f"firm:{firm.code}")
        assert detail["message_id"] == mail["Message-ID"]
        assert detail["subject"] == mail["Subject"]
        assert detail["state"] == "delivered"
        assert [each["action"] for each in detail["delivery_reports"]] == ["delayed", "delivered"]
        assert detail["delivery_reports"][0]["recipient"] == firm.email
        assert [(each["id"], each["kind"]) for each in detail["in_the_same_mail"]] == [
            (submitted["id"], submitted["kind"])
        ]
        masked = await it.get(f"/messages/{revoked['id']}", "operator")
        assert masked["delivery_reports"][0]["recipient"] != firm.email
        assert firm.email not in str(masked["delivery_reports"])


async def test_a_mail_is_composed_byte_for_byte_as_it_went_out(notifier):
    firm = Firm()
    async with notifier("2026-05-01T00:00") as it:
        await it.hear(firm.registered(), firm.revoked())
        await it.post()
        (received,) = [each for each in it.mail.received if firm.email in each.recipients]
        async with it.backend.work() as work:
            (mail,) = await work.session.scalars(select(Mail))
            assert compose(mail, mail.sender) == received.content


# ---- one more time


@pytest.mark.parametrize("state", ["sent", "delivered", "bounced", "failed", "suppressed"])
async def test_a_message_is_sent_anew_whatever_became_of_it(notifier, resend, state):
    firm = Firm()
    async with notifier("2026-05-01T00:00") as it:
        await it.hear(firm.registered(), firm.revoked())
        await it.post()
        (message,) = await it.items(f"/messages?credit_code={firm.code}")
        await set_state(it, message, state, "superseded" if state == "suppressed" else None)
        it.move("2026-05-04T09:00")
        again = await resend(it, message, "officer:XM-SM")
        assert (again["state"], again["again"], again["resend_reason"]) == ("queued", 1, "企业称未收到")
        assert again["id"] != message["id"]
        await it.post()
        first, second = it.mail.sent_to(firm.email)
        assert first["Message-ID"] != second["Message-ID"]
        assert first["Subject"] == second["Subject"]
        assert (await it.get(f"/messages/{again['id']}"))["state"] == "sent"
        assert (await it.get(f"/messages/{message['id']}"))["state"] == state
        third = await resend(it, message)
        assert third["again"] == 2
        acts = await it.rows(
            "SELECT act, actor_role, after::jsonb ->> 'resend_reason' FROM audit_pending WHERE act = 'resend_message'"
        )
        assert acts == [("resend_message", "authority", "企业称未收到"), ("resend_message", "bureau", "企业称未收到")]


@pytest.mark.parametrize("state", ["queued", "sending"])
async def test_a_message_that_is_on_its_way_is_not_sent_anew(notifier, resend, state):
    firm = Firm()
    async with notifier("2026-05-01T00:00") as it:
        await it.hear(firm.registered(), firm.revoked())
        (message,) = await it.items(f"/messages?credit_code={firm.code}")
        await set_state(it, message, state)
        problem = await resend(it, message, status=409)
        assert problem["type"] == "/problems/message-on-its-way"


async def test_two_who_ask_at_once_get_one_mail(notifier, resend):
    firm = Firm()
    async with notifier("2026-05-01T00:00") as it:
        await it.hear(firm.registered(), firm.revoked())
        await it.post()
        (message,) = await it.items(f"/messages?credit_code={firm.code}")
        asked = await asyncio.gather(*(resend(it, message, status=None) for _ in range(4)))
        assert sorted(each.get("status", 201) for each in asked) == [201, 409, 409, 409]


async def test_the_same_key_is_the_same_mail(notifier, resend):
    firm = Firm()
    async with notifier("2026-05-01T00:00") as it:
        await it.hear(firm.registered(), firm.revoked())
        await it.post()
        (message,) = await it.items(f"/messages?credit_code={firm.code}")
        one, two = [await resend(it, message, **{"Idempotency-Key": "1"}) for _ in range(2)]
        assert one == two


async def test_what_would_be_untrue_now_is_not_sent_anew(notifier, resend):
    met, ended, old = Firm(), Firm(), Firm()
    async with notifier("2026-04-16T10:00") as it:
        for firm in (met, ended, old):
            await it.hear(firm.registered(), firm.granted())
        await it.day("2026-04-16T10:01")
        reminder = {
            firm: (await it.items(f"/messages?credit_code={firm.code}&kind=update_due"))[0]
            for firm in (met, ended, old)
        }
        (digest, *_) = await it.items("/messages?audience=officers&kind=update_due")
        await resend(it, reminder[met])
        await it.post()
        assert len(it.mail.sent_to(met.email)) == 2
        await it.hear(met.updated("2026-04-17T10:00"), ended.granted(version=2, status="cancelled"))
        assert (await resend(it, reminder[met], status=409))["reason"] == "met"
        problem = await resend(it, reminder[ended], status=409)
        assert problem["reason"] in ("ended", "moved")
        assert problem["detail_zh"]
        assert "list" in (await resend(it, digest, status=409))["detail"]
        it.move("2026-06-10T10:00")
        assert (await resend(it, reminder[old], status=409))["reason"] == "too_old"


@pytest.mark.parametrize(
    ("email", "reason"),
    [("dead@firm.example", "address_dead"), ("x@xm.gov.cn", "not_allow_listed"), (None, "no_address")],
)
async def test_what_would_reach_nobody_is_not_sent_anew(notifier, resend, authorization, email, reason):
    firm = Firm()
    async with notifier("2026-05-01T00:00") as it:
        await it.hear(firm.registered(), firm.revoked())
        await it.post()
        (message,) = await it.items(f"/messages?credit_code={firm.code}")
        if reason == "address_dead":
            content = report(it.mail.sent_to(firm.email)[0])
            await it.http.post("/api/v1/delivery_reports", content=content, headers=authorization("bureau"))
        else:
            firm.email = email
            await it.hear(firm.registered(version=2, contact=email is not None))
        assert (await resend(it, message, status=409))["reason"] == reason


async def test_who_may_ask_for_it(notifier, resend):
    ours, theirs = Firm(), Firm("XM-HL")
    async with notifier("2026-05-01T00:00") as it:
        for firm in (ours, theirs):
            await it.hear(firm.registered(), firm.revoked())
        await it.post()
        (our,) = await it.items(f"/messages?credit_code={ours.code}")
        (their,) = await it.items(f"/messages?credit_code={theirs.code}")
        await resend(it, our, f"firm:{ours.code}", 403)
        await resend(it, their, "officer:XM-SM", 404)
        await resend(it, {"id": ours.title_id}, status=404)
        await resend(it, our, status=422, reason=" ")
        answer = await resend(it, our, "operator")
        assert answer["recipient"] != ours.email
        assert (answer["state"], answer["kind"]) == ("queued", "eligibility_revoked")
