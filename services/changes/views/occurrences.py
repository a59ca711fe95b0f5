"""Changes that officers saw."""

from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel

from services.changes.domain.cases import state_of
from services.changes.models import Occurrence
from services.changes.views.titles import SanctionView, TitleChoices
from services.changes.vocabulary import OccurrenceAct, OccurrenceState
from shared.contracts import Citation
from shared.regulation import Regulation, end_of_day


class OccurrenceView(BaseModel):
    """A major change that an officer saw and its firm is to report.

    `state` is overdue once its time is over without a report; what that costs an officer decides, never the platform:
    `consequence` is what it may be.
    """

    id: UUID
    version: int
    credit_code: str
    enterprise_name: str
    authority: str
    type: str
    state: OccurrenceState
    happened_on: date
    evidence: str
    nominal_due: date
    due: date
    deadline: datetime
    provisional: bool
    citation: Citation
    consequence: Citation | None
    recorded_at: datetime
    recorded_by_name: str
    report_id: UUID | None
    closed_at: datetime | None
    closed_by_name: str | None
    closed_for: str | None
    sanction: SanctionView | None

    @classmethod
    def of(cls, occurrence: Occurrence, regulation: Regulation, today: date) -> Self:
        state = state_of(occurrence, today)
        late = state in (OccurrenceState.OVERDUE, OccurrenceState.SANCTIONED)
        shown = {name: getattr(occurrence, name) for name in cls.model_fields if hasattr(occurrence, name)}
        return cls.model_validate(
            shown
            | {
                "state": state,
                "deadline": end_of_day(occurrence.due),
                "consequence": Citation.model_validate(regulation.late_change_report_basis) if late else None,
                "sanction": SanctionView.of(occurrence, regulation),
            }
        )


class OccurrenceDetail(OccurrenceView):
    """The same with what the caller can do to it now (`allowed`), and the `titles` that it could cost."""

    allowed: list[OccurrenceAct] = []
    titles: list[TitleChoices] = []
