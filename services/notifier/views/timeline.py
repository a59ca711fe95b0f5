"""What happened to a firm, as it is answered."""

from datetime import date, datetime
from typing import Any, Self
from urllib.parse import urlencode
from uuid import UUID

from pydantic import BaseModel

from services.notifier.models import HeardEvent
from services.notifier.repository.proofs import SANCTIONS
from services.notifier.views.base import View
from services.notifier.vocabulary import CaseKind
from shared.contracts import Citation, EligibilityRevoked


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

    What was heard before these were kept has its type for a text. Of a sanction, `proof_of_notice` is the path of the
    record of what the firm was told before and after.
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
    proof_of_notice: str | None

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
                "proof_of_notice": _proof_of_notice(event),
            }
        )


def _proof_of_notice(event: HeardEvent) -> str | None:
    if event.type not in SANCTIONS:
        return None
    inputs = (event.why or {}).get("inputs", {})
    if event.type == EligibilityRevoked.type and inputs.get("duty") and inputs.get("year"):
        asked = {"credit_code": event.credit_code, "duty": inputs["duty"], "year": inputs["year"]}
    elif event.case_id is not None:
        asked = {"case": str(event.case_id)}
    else:
        return None
    return f"/api/v1/proofs_of_notice?{urlencode(asked)}"


class EventView(View):
    """An event about a firm that was taken in here: its id, type, the version it tells of, and when it happened."""

    id: UUID
    type: str
    sequence: int
    at: datetime
