"""What the notifier's API shows."""

from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.notifier.models import Firm, Message, Obligation
from services.notifier.vocabulary import Audience, Kind, MessageState, ObligationState, Reason
from shared.contracts import Citation
from shared.regulation import Duty
from shared.runtime.logs import masked


class View(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class ObligationView(View):
    """Something a firm owes by a date.

    `due` decides, `nominal_due` is the rule's own date. `stage` is the last stage that was reminded of, in days
    before the date or `start`; `next_stage_at` when the next one comes. `facts` tells the titles that ask for it, or
    the change.
    """

    id: UUID
    credit_code: str
    enterprise_name: str
    authority: str
    duty: Duty
    year: int | None
    nominal_due: date
    due: date
    state: ObligationState
    stage: str | None
    next_stage_at: datetime | None
    facts: dict[str, Any]
    citation: Citation

    @classmethod
    def of(cls, obligation: Obligation, firm: Firm) -> Self:
        shown = {name: getattr(obligation, name) for name in cls.model_fields if hasattr(obligation, name)}
        return cls.model_validate(shown | {"enterprise_name": firm.name, "authority": firm.authority})


class MessageView(View):
    """One mail and what became of it. `credit_code` is null where it went to an authority's officers.

    `at` is the business instant of its writing; `sent_at` is real time.
    """

    id: UUID
    kind: Kind
    state: MessageState
    reason: Reason | None
    subject: str | None
    recipient: str | None
    audience: Audience
    credit_code: str | None
    authority: str
    stage: str | None
    due: date | None
    at: datetime
    sent_at: datetime | None
    attempts: int
    server_answer: str | None

    @classmethod
    def of(cls, message: Message, *, mask: bool) -> Self:
        shown = {name: getattr(message, name) for name in cls.model_fields}
        shown["stage"] = message.stage or None
        if mask:
            shown |= {name: masked(shown[name]) for name in ("recipient", "server_answer") if shown[name]}
        return cls.model_validate(shown)


class MessageDetail(MessageView):
    """A mail with what it says; null until it was put into words."""

    text: str | None
    html: str | None


class EventView(View):
    """An event about a firm that was taken in here: its id, type, the version it tells of, and when it happened."""

    id: UUID
    type: str
    sequence: int
    at: datetime
