"""Whom officers must reach, as it is answered."""

from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from services.notifier.models import Firm, FollowUp
from services.notifier.repository.follow_ups import Sent
from services.notifier.views.base import View
from services.notifier.vocabulary import FollowUpKind, FollowUpState, Level
from shared.regulation import Duty
from shared.runtime.logs import masked


class ContactView(View):
    """Whom to call."""

    name: str | None
    mobile: str | None
    email: str | None


class SentView(View):
    """How many mails went out, about the duty or to the address, and when the last one did."""

    count: int
    last_at: datetime | None


class FollowUpView(View):
    """A firm that officers must reach by other means (催办).

    `unanswered`: it does not act, though `due` comes near; `bad_address`: no mail arrives at `address`, whose server
    said `answer`. `level` is whose list it is on; at `escalates_at` it comes to the bureau. `closed_by` names the
    officer who dealt with it, as the `note` says. An office's own address has no firm.
    """

    id: UUID
    kind: FollowUpKind
    level: Level
    state: FollowUpState
    authority: str
    credit_code: str | None
    enterprise_name: str | None
    contacts: tuple[ContactView, ...]
    obligation_id: UUID | None
    duty: Duty | None
    year: int | None
    due: date | None
    days_left: int | None
    address: str | None
    answer: str | None
    facts: dict[str, Any]
    sent: SentView
    opened_at: datetime
    escalates_at: datetime | None
    closed_at: datetime | None
    closed_by: str | None
    note: str | None

    @classmethod
    def of(cls, follow_up: FollowUp, firm: Firm | None, sent: Sent, today: date, *, mask: bool) -> Self:
        shown = {name: getattr(follow_up, name) for name in cls.model_fields if hasattr(follow_up, name)}
        facts = dict(follow_up.facts)
        told = {name: facts.pop(name, None) for name in ("duty", "year", "due", "address", "answer")}
        if mask:
            told |= {name: masked(told[name]) for name in ("address", "answer") if told[name]}
        days_left = (date.fromisoformat(told["due"]) - today).days if told["due"] else None
        return cls.model_validate(
            shown
            | told
            | {
                "facts": facts,
                "enterprise_name": firm.name if firm else None,
                "contacts": _contacts(firm, mask=mask) if firm else (),
                "days_left": days_left,
                "sent": sent,
            }
        )


def _contacts(firm: Firm, *, mask: bool) -> tuple[ContactView, ...]:
    people = (
        (firm.contact_name, firm.contact_mobile, firm.contact_email),
        (firm.second_name, firm.second_mobile, firm.second_email),
    )
    return tuple(
        ContactView(
            name=name,
            mobile=masked(mobile) if mask and mobile else mobile,
            email=masked(email) if mask and email else email,
        )
        for name, mobile, email in people
        if name or mobile or email
    )
