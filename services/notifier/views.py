"""What the notifier's API shows."""

from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.notifier.models import Firm, HeardEvent, Mail, Message, Obligation
from services.notifier.vocabulary import Audience, CaseKind, Kind, MessageState, ObligationState, Reason
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


OF_THE_MAIL = ("subject", "text", "html", "sent_at", "server_answer")


class MessageView(View):
    """One thing that was told, and what became of the mail that carries it, which may carry others too.

    `credit_code` is null where it went to an authority's officers. `at` is the business instant of its writing;
    `sent_at` is real time.
    """

    id: UUID
    kind: Kind
    state: MessageState
    reason: Reason | None
    mail_id: UUID | None
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
    def of(cls, message: Message, mail: Mail | None, *, mask: bool) -> Self:
        shown = {name: getattr(message, name, None) for name in cls.model_fields}
        shown |= {name: getattr(mail, name, None) for name in OF_THE_MAIL if name in cls.model_fields}
        shown |= {"stage": message.stage or None, "attempts": mail.attempts if mail else 0}
        if mask:
            shown |= {name: masked(str(shown[name])) for name in ("recipient", "server_answer") if shown[name]}
        return cls.model_validate(shown)


class MessageDetail(MessageView):
    """A mail with what it says; null until it was put into words."""

    text: str | None
    html: str | None


class ActorView(BaseModel):
    """Who did it, or caused it: an account's name and role; the platform where a date or a rule did."""

    name: str
    role: str


class CaseView(BaseModel):
    """The case that an event belongs to, by the id it has at its own service."""

    kind: CaseKind
    id: UUID


class Why(BaseModel):
    """What an event rests on: the article, the rule's own date, the date that decides, and the inputs."""

    citation: Citation | None
    nominal_due: date | None
    due: date | None
    inputs: dict[str, Any]


class TimelineView(BaseModel):
    """Something that happened to a firm, whichever service told it, with who did it and why.

    What was heard before these were kept has its type for a text.
    """

    id: UUID
    at: datetime
    type: str
    sequence: int
    credit_code: str
    case: CaseView | None
    certification_id: UUID | None
    actor: ActorView | None
    text: str
    text_en: str
    why: Why | None

    @classmethod
    def of(cls, event: HeardEvent) -> Self:
        return cls.model_validate(
            {
                **{name: getattr(event, name) for name in ("id", "at", "type", "sequence", "credit_code", "why")},
                "certification_id": event.certification_id,
                "case": {"kind": event.case_kind, "id": event.case_id} if event.case_id else None,
                "actor": {"name": event.actor_name, "role": event.actor_role} if event.actor else None,
                "text": event.text or event.type,
                "text_en": event.text_en or event.type,
            }
        )


class EventView(View):
    """An event about a firm that was taken in here: its id, type, the version it tells of, and when it happened."""

    id: UUID
    type: str
    sequence: int
    at: datetime
