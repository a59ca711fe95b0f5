"""A deadline that a notice moved: reminders follow it, and nothing goes out about the old one."""

from datetime import date
from uuid import UUID

from shared.contracts import CertificationRescheduled, DeadlineExtended, ExtensionState
from tests.integration.notifier.conftest import CITED, Firm, instant

NOTICE = "厦工信企业〔2026〕36号"


def rescheduled(firm, due, version=2, extended_by=NOTICE, state="open"):
    """The firm's title once its update of 2026 is due on another day."""
    title = firm.certification(version)
    duty = title.duties[0].model_copy(update={"due": due, "extended_by": extended_by, "state": state})
    return CertificationRescheduled(
        credit_code=firm.code, certification=title.model_copy(update={"duties": (duty,)}), reason="延期。", citation=CITED
    ), version  # fmt: skip


async def obligations(it, firm):
    found = await it.items(f"/obligations?credit_code={firm.code}&duty=update")
    return [(each["due"], each["state"], each["citation"]["rule"]) for each in found]


async def test_after_a_deadline_moved_no_reminder_of_the_old_one_goes_out(notifier):
    async with notifier("2026-03-15T10:00") as it:
        firm = Firm()
        await it.hear(firm.registered(), firm.granted())
        await it.day("2026-04-16T09:00")
        sent = len(it.mail.messages)
        await it.hear(rescheduled(firm, date(2026, 6, 26)))
        assert await obligations(it, firm) == [
            ("2026-04-30", "moved", "update.due"), ("2026-06-26", "open", "update.extended"),
        ]  # fmt: skip
        await it.post()
        for day in ("2026-04-23", "2026-04-27", "2026-04-29", "2026-04-30", "2026-05-01"):
            await it.day(f"{day}T09:00")
        told = it.mail.messages[sent:]
        assert all("2026-04-30" not in each["Subject"] for each in told)
        reminders = await it.items(f"/messages?credit_code={firm.code}&kind=update_due")
        assert [(each["stage"], each["state"]) for each in reminders] == [("14", "sent"), ("30", "suppressed")]
        await it.day("2026-05-27T09:00")
        (newest, *_) = await it.items(f"/messages?credit_code={firm.code}&kind=update_due")
        assert (newest["due"], newest["state"]) == ("2026-06-26", "sent")


async def test_a_reminder_that_waits_is_let_go_when_its_deadline_moves(notifier):
    async with notifier("2026-04-16T09:00") as it:
        firm = Firm()
        await it.hear(firm.registered(), firm.granted())
        await it.sweep()
        await it.hear(rescheduled(firm, date(2026, 6, 26)))
        await it.post()
        reminders = await it.items(f"/messages?credit_code={firm.code}&kind=update_due")
        assert [(each["state"], each["reason"]) for each in reminders] == [("suppressed", "moved")]


async def test_news_of_a_move_that_comes_late_changes_nothing(notifier):
    async with notifier("2026-04-16T09:00") as it:
        firm = Firm()
        await it.hear(firm.registered(), rescheduled(firm, date(2026, 4, 30), version=3, extended_by=None))
        await it.hear(rescheduled(firm, date(2026, 6, 26)), firm.granted())
        assert [each[:2] for each in await obligations(it, firm)] == [("2026-04-30", "open")]


def extended(due=date(2026, 6, 26), version=1, withdrawn_at=None, **changes):
    state = {
        "extension_id": UUID(int=1), "version": version, "duty": "update", "year": 2026, "titles": ("specialized",),
        "authorities": None, "due": due, "source": NOTICE, "declared_at": instant("2026-04-15T10:00"),
        "withdrawn_at": withdrawn_at,
    } | changes  # fmt: skip
    return DeadlineExtended(extension=ExtensionState(**state)), version


async def test_while_the_news_of_its_title_is_on_its_way_a_firm_is_not_reminded_of_the_old_date(notifier):
    async with notifier("2026-04-16T08:00") as it:
        firm, other = Firm(), Firm("XM-HL")
        await it.hear(firm.registered(), firm.granted(), other.registered(), other.granted())
        await it.hear(extended(authorities=("XM-SM",)))
        await it.day("2026-04-16T09:00")
        assert await it.items(f"/messages?credit_code={firm.code}") == []
        assert [each["stage"] for each in await it.items(f"/messages?credit_code={other.code}")] == ["14"]
        assert await it.sweep() == 0
        await it.hear(rescheduled(firm, date(2026, 6, 26)))
        await it.day("2026-05-27T09:00")
        (reminder,) = await it.items(f"/messages?credit_code={firm.code}&kind=update_due")
        assert reminder["due"] == "2026-06-26"


async def test_a_withdrawn_notice_holds_no_reminder_back(notifier):
    async with notifier("2026-04-16T08:00") as it:
        firm = Firm()
        await it.hear(firm.registered(), firm.granted())
        await it.hear(extended(version=2, withdrawn_at=instant("2026-04-16T07:00")), extended())
        await it.day("2026-04-16T09:00")
        assert [each["stage"] for each in await it.items(f"/messages?credit_code={firm.code}")] == ["14"]
