"""What firms owe, as it is answered."""

from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from services.notifier.models import Firm, Obligation
from services.notifier.views.base import View
from services.notifier.vocabulary import ObligationState
from shared.contracts import Citation
from shared.regulation import Duty, shanghai_date


class ObligationView(View):
    """Something a firm owes by a date.

    `due` decides, `nominal_due` is the rule's own date; `provisional`: it was computed before the holidays of its year
    were announced. `days_left` counts from today, less than zero once it is over; `overdue`: it is over and the duty
    still open. The firm can act from `acts_from` on. `stage` is the last stage that was reminded of, in days before the
    date, `start` or `overdue`; `next_stage_at` when the next one comes. `facts` tells the titles that ask for it,
    or the change, and by what ids to act: `report_id`, `occurrence_id`, `certification_id`, `review_id`.
    """

    id: UUID
    credit_code: str
    enterprise_name: str
    authority: str
    duty: Duty
    year: int | None
    nominal_due: date
    due: date
    provisional: bool
    days_left: int
    overdue: bool
    acts_from: datetime
    can_act: bool
    state: ObligationState
    stage: str | None
    next_stage_at: datetime | None
    facts: dict[str, Any]
    citation: Citation

    @classmethod
    def of(cls, obligation: Obligation, firm: Firm, now: datetime) -> Self:
        shown = {name: getattr(obligation, name) for name in cls.model_fields if hasattr(obligation, name)}
        is_open, days_left = obligation.state == ObligationState.OPEN, (obligation.due - shanghai_date(now)).days
        return cls.model_validate(
            shown
            | {
                "enterprise_name": firm.name,
                "authority": firm.authority,
                "provisional": obligation.facts.get("provisional", False),
                "days_left": days_left,
                "overdue": is_open and days_left < 0,
                "can_act": is_open and obligation.acts_from <= now,
            }
        )
