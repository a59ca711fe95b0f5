"""The date in a reader's own calendar: it comes with the reminder, moves with the notice, and goes with the update."""

from datetime import date

from icalendar import Calendar
from sqlalchemy import text

from services.notifier.delivery import Deliverer
from shared.contracts import ChangeSubmitted, OccurrenceRecorded
from tests.integration.notifier.conftest import Firm
from tests.integration.notifier.test_moved_deadlines import rescheduled
from tests.integration.notifier.test_reminders_of_occurrences import occurrence
from tests.integration.notifier.test_reminders_of_returned_cases import returned

APRIL, JUNE = date(2026, 4, 30), date(2026, 6, 26)


def dates(mail):
    """What the iCalendar objects of a mail tell: method, uid, sequence, day."""
    told = []
    for part in mail.iter_attachments():
        calendar = Calendar.from_ical(part.get_payload(decode=True))
        assert part["Content-Type"].params["method"] == calendar["METHOD"]
        told += [
            (str(calendar["METHOD"]), str(each["UID"]), int(each["SEQUENCE"]), each["DTSTART"].dt)
            for each in calendar.walk("VEVENT")
        ]
    return told


async def test_a_date_is_told_moved_and_taken_out_again_by_the_mails_that_a_firm_gets_anyhow(notifier):
    firm = Firm()
    uid = f"update.{firm.code}.2026@peiyu"
    async with notifier("2026-04-10T10:00") as it:
        await it.hear(firm.registered(), firm.granted())
        for day in ("2026-04-16", "2026-04-23"):
            await it.day(f"{day}T09:00")
        await it.hear(rescheduled(firm, JUNE))
        await it.post()
        await it.day("2026-05-27T09:00")
        await it.hear(firm.updated("2026-06-01T10:00"))
        await it.post()
        first, second, moved, reminder, receipt = it.mail.sent_to(firm.email)
        assert dates(first) == dates(second) == [("PUBLISH", uid, 0, APRIL)]
        assert "调整" in moved["Subject"]
        assert dates(moved) == dates(reminder) == [("PUBLISH", uid, 1, JUNE)]
        assert "已收到" in receipt["Subject"]
        assert dates(receipt) == [("CANCEL", uid, 2, JUNE)]
        thread = f"<update.{firm.code}.2026@peiyu.example>"
        assert [each["In-Reply-To"] for each in (first, reminder, receipt)] == [thread] * 3
        assert await it.rows("SELECT mailbox, uid, sequence, due, cancelled FROM calendar_entries") == [
            (f"firm:{firm.code}", uid, 2, JUNE, True)
        ]
        for mail in it.mail.sent_to("xm-sm@authority.example"):
            assert dates(mail) == []


async def test_news_that_asks_for_something_by_a_day_brings_the_day_with_it(notifier):
    firm, other = Firm(), Firm()
    async with notifier("2026-03-13T10:00") as it:
        await it.hear(firm.registered(), returned(firm), other.registered(), occurrence(other, OccurrenceRecorded))
        await it.post()
        (mail,) = it.mail.sent_to(firm.email)
        ((method, uid, sequence, _),) = dates(mail)
        assert (method, uid, sequence) == ("PUBLISH", f"returned_case.{firm.report_id}@peiyu", 0)
        (mail,) = it.mail.sent_to(other.email)
        assert [each[0] for each in dates(mail)] == ["PUBLISH"]


async def test_what_was_never_told_is_not_taken_back(notifier):
    firm = Firm()
    async with notifier("2026-03-15T10:00") as it:
        await it.hear(
            firm.registered(), firm.granted(), firm.updated("2026-03-15T10:00"), firm.report(ChangeSubmitted, 2)
        )
        await it.post()
        assert [dates(mail) for mail in it.mail.sent_to(firm.email)] == [[]]
        assert await it.rows("SELECT 1 FROM calendar_entries") == []


async def test_a_mail_that_is_tried_again_has_the_same_calendars(notifier):
    firm = Firm()
    async with notifier("2026-04-10T10:00") as it:
        it.mail.answers.append("451 4.3.0 try later")
        await it.hear(firm.registered(), firm.granted())
        await it.day("2026-04-16T09:00")
        (mail,) = it.mail.sent_to(firm.email)
        assert [each[2:] for each in dates(mail)] == [(0, APRIL)]
        assert await it.rows("SELECT sequence FROM calendar_entries") == [(0,)]


async def test_each_message_keeps_the_version_of_the_template_that_worded_it(notifier):
    firm = Firm()
    async with notifier("2026-04-10T10:00") as it:
        await it.hear(firm.registered(), firm.granted())
        await it.day("2026-04-16T09:00")
        renderer = Deliverer(it.backend, it.service.settings)._renderer
        found = await it.rows("SELECT audience, template FROM messages ORDER BY audience")
        assert found == [(who, renderer.version("update_due", who, "zh-CN")) for who in ("firm", "officers")]


async def test_what_a_mail_that_did_not_get_there_would_have_told_is_told_by_the_next_one(notifier):
    firm = Firm()
    uid = f"update.{firm.code}.2026@peiyu"
    async with notifier("2026-04-10T10:00") as it:
        await it.hear(firm.registered(), firm.granted())
        await it.day("2026-04-16T09:00")
        it.mail.refused[firm.email] = "550 5.7.1 refused"
        await it.hear(firm.updated("2026-04-17T10:00"))
        await it.post()
        assert len(it.mail.sent_to(firm.email)) == 1
        it.mail.refused.clear()
        await it.hear(firm.report(ChangeSubmitted, 2))
        await it.post()
        _, later = it.mail.sent_to(firm.email)
        assert dates(later) == [("CANCEL", uid, 1, APRIL)]


async def test_a_mail_is_not_kept_back_by_a_date_that_cannot_be_told(notifier):
    firm = Firm()
    async with notifier("2026-03-13T10:00") as it:
        await it.hear(firm.registered(), returned(firm))
        async with it.backend.database.transaction() as session:
            await session.execute(text("UPDATE obligations SET facts = facts - 'case'"))
        await it.post()
        (mail,) = it.mail.sent_to(firm.email)
        assert dates(mail) == []
        assert await it.rows("SELECT 1 FROM calendar_entries") == []
