"""Reports of major changes."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.changes.domain.cases import case_of, days_left, worklist
from services.changes.models import Attachment, HeldTitle, Report, ReportStep
from services.changes.views.titles import SanctionView, TitleChoices
from services.changes.vocabulary import Act
from shared.contracts import Citation
from shared.regulation import DueDate, Regulation, Worklist, end_of_day
from shared.web.cases import CorrectionTime, Handling
from shared.web.problems import Defect


class DueDateView(BaseModel):
    """By when a change is reported: the three months' last day, the working day that decides, and the article.

    `deadline` is the instant at which the due day is over, `over` whether it is. `provisional`: the holidays of that
    year are not announced.
    """

    happened_on: date
    nominal_due: date
    due: date
    deadline: datetime
    over: bool
    provisional: bool
    citation: Citation

    @classmethod
    def of(cls, happened_on: date, due: DueDate, today: date) -> "DueDateView":
        return cls(
            happened_on=happened_on,
            nominal_due=due.nominal,
            due=due.due,
            deadline=due.deadline,
            over=today > due.due,
            provisional=due.provisional,
            citation=Citation.model_validate(due.basis),
        )


class Timeliness(DueDateView):
    """Whether a report was made in time, judged on its first submission; None before that, or once withdrawn.

    `consequence` is what a late report may cost; an officer decides on that, never the platform.
    """

    submitted_at: datetime | None
    on_time: bool | None
    consequence: Citation | None


class DecisionView(BaseModel):
    """The decision on one title. `decided_by_name` decided, or recorded the ministry's answer."""

    certification_id: UUID
    title: str
    title_name: str
    outcome: str
    reason: str
    decided_by: str
    decided_at: datetime
    decided_by_name: str | None = None
    answered_on: date | None = None
    citation: Citation


class DefectView(BaseModel):
    """One thing to be corrected: where in the form, and what is wrong there."""

    model_config = ConfigDict(from_attributes=True)

    field: str
    text: str


class CorrectionView(BaseModel):
    """What a returned report is to be corrected in, by when, and which office it goes back to."""

    defects: list[DefectView]
    due: date
    returned_by: str
    returned_at: datetime
    citation: Citation


class StepView(BaseModel):
    """One entry of a report's history. `late`: a resubmission after the day by which it was due."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    act: str
    status: str
    actor_name: str
    role: str
    words: str | None
    meets_criteria: bool | None
    defects: list[DefectView] | None
    due: date | None
    late: bool | None
    paper_reference: str | None


class ReportView(BaseModel):
    """A change report. `worklist` is where officers find it while open; `assisted`: one of them filed it (代办).

    `days_left` counts to the last day of the present step, the office's or the firm's; None where none runs.
    """

    id: UUID
    version: int
    credit_code: str
    enterprise_name: str
    authority: str
    type: str
    status: str
    happened_on: date
    before: str
    after: str
    reason: str
    details: dict[str, Any]
    impact: dict[str, Any]
    timeliness: Timeliness
    worklist: Worklist | None
    handling: Handling
    days_left: int | None
    assignee: str | None
    assignee_name: str | None
    assisted: bool
    correction: CorrectionView | None
    decisions: list[DecisionView]
    sanction: SanctionView | None
    occurrence_id: UUID | None

    @classmethod
    def of(cls, report: Report, regulation: Regulation, today: date) -> "ReportView":
        return cls.model_validate(_report(report, regulation, today))


class AttachmentView(BaseModel):
    """A file that belongs to a report; `media_type` is what its content says, `size` in bytes."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    file_name: str
    media_type: str
    size: int
    sha256: str
    uploaded_at: datetime
    uploaded_by_name: str


class ReportDetail(ReportView):
    """A change report with its attachments and history, and what a draft or a returned one still lacks.

    `allowed` is what the caller can do to it now: with `titles` to decide on, and `correction_time` to return it.
    """

    attachments: list[AttachmentView]
    steps: list[StepView]
    defects: list[Defect]
    allowed: list[Act]
    titles: list[TitleChoices]
    correction_time: CorrectionTime | None

    @classmethod
    def with_history(
        cls,
        report: Report,
        regulation: Regulation,
        today: date,
        attachments: Sequence[Attachment],
        steps: Sequence[ReportStep],
        defects: list[Defect],
        allowed: list[Act],
        titles: Sequence[HeldTitle],
    ) -> "ReportDetail":
        return cls.model_validate(
            {
                **_report(report, regulation, today),
                "attachments": [AttachmentView.model_validate(each) for each in attachments],
                "steps": [StepView.model_validate(step) for step in steps],
                "defects": defects,
                "allowed": allowed,
                "titles": [TitleChoices.of(each, regulation) for each in titles],
                "correction_time": CorrectionTime.of(regulation, today) if Act.RETURN in allowed else None,
            }
        )


class LimitsView(BaseModel):
    """How much a report takes: characters of a text; attachments, how many, of how many bytes, with which endings."""

    text: int
    attachments: int
    attachment_size: int
    endings: list[str]


def _report(report: Report, regulation: Regulation, today: date) -> dict[str, Any]:
    late = report.on_time is False
    return {
        **{
            name: getattr(report, name)
            for name in (
                "id",
                "version",
                "credit_code",
                "enterprise_name",
                "authority",
                "type",
                "status",
                "happened_on",
                "assignee",
                "assignee_name",
                "assisted",
                "correction",
                "occurrence_id",
            )
        },
        **report.form,
        "timeliness": Timeliness(
            happened_on=report.happened_on,
            nominal_due=report.nominal_due,
            due=report.due,
            deadline=end_of_day(report.due),
            over=today > report.due,
            provisional=report.provisional,
            citation=Citation.model_validate(report.citation),
            submitted_at=report.submitted_at,
            on_time=report.on_time,
            consequence=Citation.model_validate(regulation.late_change_report_basis) if late else None,
        ),
        "sanction": SanctionView.of(report, regulation),
        "worklist": worklist(case_of(report), today),
        "days_left": days_left(case_of(report), today),
        "handling": Handling(due=report.handling_due, left=report.handling_left),
        "decisions": [each | {"title_name": regulation.names[each["title"]]} for each in report.decisions],
    }
