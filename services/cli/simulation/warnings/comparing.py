"""What arrived, held against what the rules of warning expect."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.cli.simulation.oracle.days import day_of
from services.cli.simulation.oracle.titles import Updated
from services.cli.simulation.oracle.warnings import (
    CHANGE_REPORT,
    RETURNED_CASE,
    REVIEW,
    UPDATE,
    Reminder,
    Silence,
    warn,
)
from services.cli.simulation.stage import LARGEST_PAGE, Firm, Stage
from services.cli.simulation.warnings.notifier import Arrived
from services.cli.tour.forms import contact

REMINDERS = {
    "update_due": UPDATE,
    "change_report_due": CHANGE_REPORT,
    "review_window": REVIEW,
    "returned_case_due": RETURNED_CASE,
}
"""The kinds of messages that remind, and the duties of which they do."""

ARRIVED = ("sent", "delivered")
ENDED = (*ARRIVED, "suppressed")

Message = Mapping[str, Any]


@dataclass(frozen=True)
class Contacts:
    """Where a firm's mail goes: the address with which it moved in, until an update gives another; a second one."""

    moved_in: datetime
    first: str
    second: str | None

    def first_at(self, firm: Firm, at: datetime) -> str:
        for act in firm.acts:
            if isinstance(act, Updated) and self.moved_in <= act.at <= at and act.year <= day_of(act.at).year:
                return contact(firm.code)["email"]
        return self.first


async def compare(
    stage: Stage,
    contacts: Mapping[str, Contacts],
    arrived: Sequence[Arrived],
    looks: Sequence[datetime],
    silence: Silence | None,
) -> int:
    """Compare what arrived for every firm with what it must have got, and with the list of messages.

    How many reminders arrived.
    """
    told: dict[str, list[Message]] = {}
    for message in await _messages(stage):
        told.setdefault(message["credit_code"], []).append(message)
    for mail_id, count in Counter(each.mail_id for each in arrived).items():
        stage.compare(None, f"mail {mail_id} to {_recipients(arrived, mail_id)}", 1, count)
    by_mail = {each.mail_id: each for each in arrived}
    reminders = 0
    for firm in stage.firms:
        messages = told.get(firm.code, [])
        reminders += sum(map(_reminds, messages))
        if not firm.differs:
            expected = warn(stage.rules, firm.name, firm.authority, firm.acts, looks, silence)
            _compare_firm(stage, firm, contacts[firm.code], messages, by_mail, expected, looks[-1])
    return reminders


def _compare_firm(
    stage: Stage,
    firm: Firm,
    contacts: Contacts,
    messages: Sequence[Message],
    by_mail: Mapping[str, Arrived],
    expected: Sequence[Reminder],
    last_look: datetime,
) -> None:
    """Each contact got exactly the reminders, one mail a day; nothing still waits."""
    stages = Counter(_said(each.duty, each.due, each.stage, day_of(each.at)) for each in expected)
    for name, second in {"reminders": False, "reminders of the second contact": True}.items():
        if not second or contacts.second:
            theirs = [each for each in messages if (each["recipient"] == contacts.second) is second]
            got = Counter(_reminder(each, by_mail) for each in theirs if _reminds(each))
            stage.compare(firm, name, stages, got)
    for message in messages:
        if message["state"] not in ENDED and datetime.fromisoformat(message["at"]) <= last_look:
            stage.compare(firm, f"what became of {message['kind']}", ENDED, message["state"])
    carried: dict[str, set[str]] = {}
    for message in messages:
        if message["state"] in ARRIVED:
            carried.setdefault(message["mail_id"], set()).add(message["kind"])
    mails = {mail_id: by_mail.get(mail_id) for mail_id in carried}
    for mail_id, mail in mails.items():
        stage.compare(firm, f"what arrived of mail {mail_id}", sorted(carried[mail_id]), mail and list(mail.kinds))
        if mail is not None:
            mailboxes = (contacts.first_at(firm, mail.at), contacts.second)
            stage.compare(firm, f"recipient {mail.recipient}", True, mail.recipient in mailboxes)
    a_day = Counter((str(day_of(mail.at)), mail.recipient) for mail in mails.values() if mail)
    stage.compare(firm, "mails a day", dict.fromkeys(a_day, 1), dict(a_day))


def _reminds(message: Message) -> bool:
    return message["kind"] in REMINDERS and message["state"] in ARRIVED


def _reminder(message: Message, by_mail: Mapping[str, Arrived]) -> str:
    mail = by_mail.get(message["mail_id"])
    due = date.fromisoformat(message["due"])
    return _said(REMINDERS[message["kind"]], due, message["stage"], day_of(mail.at) if mail else None)


def _said(duty: str, due: date, stage: str, day: date | None) -> str:
    return f"{duty} by {due}, stage {stage}, on {day or 'no day'}"


def _recipients(arrived: Iterable[Arrived], mail_id: str) -> str:
    return ", ".join(sorted({each.recipient for each in arrived if each.mail_id == mail_id}))


async def _messages(stage: Stage) -> list[Message]:
    """Everything that was told to firms."""
    found: list[Message] = []
    path: str | None = f"/messages?limit={LARGEST_PAGE}"
    while path is not None:
        page = (await stage.world.request("bureau", "GET", path)).json()
        found += [message for message in page["items"] if message["audience"] == "firm"]
        path = page["next"].removeprefix("/api/v1") if page["next"] else None
    return found
