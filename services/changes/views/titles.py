"""What a change reported late or not at all costs the titles, and what can be chosen for each."""

from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel

from services.changes.domain.titles import basis_of, consequence, offered
from services.changes.models import HeldTitle, Occurrence, Report
from shared.contracts import Citation, SanctionChoice, SanctionOutcome, TitleOutcome
from shared.regulation import Regulation, Title


class TitleSanctionView(BaseModel):
    """What an unreported or late change costs one title; a referred one waits for the ministry."""

    certification_id: UUID
    title: str
    title_name: str
    outcome: str
    reason: str
    decided_by: str
    decided_at: datetime
    answered_on: date | None = None


class SanctionView(BaseModel):
    """What an officer chose for a change that was not reported in time, why, and by which article."""

    choice: str
    reason: str
    decided_by: str
    decided_by_name: str
    decided_at: datetime
    citation: Citation
    titles: list[TitleSanctionView]

    @classmethod
    def of(cls, late: Report | Occurrence, regulation: Regulation) -> Self | None:
        if late.sanction is None:
            return None
        titles = [each | {"title_name": regulation.names[each["title"]]} for each in late.sanction["titles"]]
        return cls.model_validate(late.sanction | {"titles": titles})


class OutcomeView(BaseModel):
    """What the bureau can decide on a title, and by which article."""

    outcome: TitleOutcome
    citation: Citation


class TitleChoices(BaseModel):
    """A title that the firm holds: what the bureau can decide on it, and what each choice for lateness does to it."""

    certification_id: UUID
    title: str
    title_name: str
    outcomes: list[OutcomeView]
    sanctions: dict[SanctionChoice, SanctionOutcome]

    @classmethod
    def of(cls, held: HeldTitle, regulation: Regulation) -> Self:
        title = Title(held.title)
        return cls(
            certification_id=held.certification_id,
            title=title,
            title_name=regulation.title_name(title),
            outcomes=[
                OutcomeView(outcome=each, citation=Citation.model_validate(basis_of(each, title, regulation)))
                for each in offered(title, regulation)
            ],
            sanctions={choice: consequence(choice, title, regulation) for choice in SanctionChoice},
        )
