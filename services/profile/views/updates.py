"""What is answered about annual updates: drafts, submissions, freshness."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.profile.domain import YearAnswer
from services.profile.models import (
    AnnualUpdate,
    UpdateDraft,
)
from shared.contracts import Citation
from shared.web.problems import Defect


class DraftView(BaseModel):
    """A draft as it was saved, and what it still lacks for its submission."""

    duty_year: int
    version: int
    saved_at: datetime
    form: dict[str, Any]
    defects: list[Defect]

    @classmethod
    def of(cls, draft: UpdateDraft, defects: list[Defect]) -> "DraftView":
        return cls(
            duty_year=draft.duty_year, version=draft.version, saved_at=draft.saved_at, form=draft.form, defects=defects
        )


class TitleYear(BaseModel):
    """A duty year as one title judges it. `on_time` is None while nothing was submitted."""

    title: str
    title_name: str
    nominal_due: date
    due: date
    state: str
    on_time: bool | None
    submitted_at: datetime | None
    citation: Citation

    @classmethod
    def of(cls, answer: YearAnswer, title_name: str) -> "TitleYear":
        return cls(
            title=answer.title,
            title_name=title_name,
            nominal_due=answer.nominal_due,
            due=answer.due,
            state=answer.state,
            on_time=answer.on_time,
            submitted_at=answer.submitted_at,
            citation=Citation.model_validate(answer.basis),
        )


class FreshnessView(BaseModel):
    """A duty year of a firm for every title that asks for it, as of an instant."""

    credit_code: str
    year: int
    as_of: datetime
    titles: list[TitleYear]


class UpdateView(BaseModel):
    """A submitted annual update, without its form. `assisted`: an officer entered it from the signed paper form."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    credit_code: str
    duty_year: int
    submitted_at: datetime
    submitted_by_name: str
    signatory: str
    assisted: bool
    paper_reference: str | None
    enterprise_name: str


class UpdateDetail(UpdateView):
    """A submitted annual update with its form, and what it does for each title."""

    form: dict[str, Any]
    titles: list[TitleYear]

    @classmethod
    def of(cls, update: AnnualUpdate, titles: list[TitleYear]) -> "UpdateDetail":
        return cls.model_validate(
            {**UpdateView.model_validate(update).model_dump(), "form": update.form, "titles": titles}
        )
