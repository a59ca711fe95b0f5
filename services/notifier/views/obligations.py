"""What firms owe, as it is answered."""

from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from services.notifier.models import Firm, Obligation
from services.notifier.views.base import View
from services.notifier.vocabulary import ObligationState
from shared.contracts import Citation
from shared.regulation import Duty


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
