"""Review applications as they are answered, with everything that happened to them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.reviews.assessments import AssessmentRecord
from services.reviews.commands.records import check_missing, check_required
from services.reviews.conditions import Condition
from services.reviews.domain.cases import DECISION, STEP_OF, basis_of, case_of, last_day, offered, time_basis, worklist
from services.reviews.models import Certification, Review
from services.reviews.repository.applications import History
from services.reviews.vocabulary import Act, ReviewOutcome, ReviewStatus
from shared.contracts import Citation, Correction
from shared.messaging import Work
from shared.regulation import Title, Worklist
from shared.web.caller import Caller, Role
from shared.web.cases import CorrectionTime, Handling


class CheckOrderView(BaseModel):
    """Why an officer ordered an on-site check."""

    reason: str
    at: datetime
    by_name: str


class OnSiteCheckView(BaseModel):
    """Whether an on-site check (实地抽查) is asked for: drawn by lot, or ordered; `result` is what it found last."""

    required: bool
    drawn: bool
    order: CheckOrderView | None
    result: str | None


class ReviewView(BaseModel):
    """A review application. `step` is who acts next; `reasons` are the conditions that it was refused for.

    `correction` is what the firm has to correct while it is returned; `notice_ends` the last day of public notice;
    `worklist` where officers find it while it is open; `assisted`: one of them filed it (代办). `days_left` counts to
    the last day of the present step, the office's, the firm's, or of the public notice; None where no time runs.
    """

    id: UUID
    version: int
    certification_id: UUID
    credit_code: str
    enterprise_name: str
    authority: str
    title: str
    title_name: str
    status: str
    step: str | None
    applied_at: datetime
    signatory: str
    statement: str | None
    valid_to: date
    profile_version: int | None
    reasons: list[Condition] | None
    assisted: bool
    on_site_check: OnSiteCheckView
    correction: Correction | None
    notice_ends: date | None
    worklist: Worklist | None
    handling: Handling
    days_left: int | None
    assignee: str | None
    assignee_name: str | None

    @classmethod
    def of(cls, review: Review, certification: Certification, work: Work) -> "ReviewView":
        return cls.model_validate(_review(review, certification, work))


class StepView(BaseModel):
    """One entry of an application's history."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    act: str
    status: str
    actor_name: str | None
    role: str
    opinion: str | None
    decided_on: date | None
    citation: Citation | None
    details: dict[str, Any] | None
    paper_reference: str | None


class CheckView(BaseModel):
    """What inspectors found at the firm."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    checked_on: date
    inspectors: list[str]
    result: str
    findings: str
    recorded_by_name: str


class ObjectionView(BaseModel):
    """An objection raised during public notice; `from_whom` is shown to officers alone."""

    model_config = ConfigDict(from_attributes=True)

    number: int
    at: datetime
    from_whom: str | None
    text: str
    upheld: bool | None
    finding: str | None
    found_at: datetime | None


class OutcomeView(BaseModel):
    """What can be decided now, the state that follows, and by which article."""

    outcome: ReviewOutcome
    status: ReviewStatus
    citation: Citation


class ReviewDetail(ReviewView):
    """A review application with its history, the copy of the profile that it was judged on, and the self-assessment.

    `allowed` is what the caller can do to it now: with `outcomes` to decide it, and `correction_time` to return it.
    `time_citation` is what the time of an office, or of the public notice, rests on; a correction tells its own.
    """

    profile: dict[str, Any] | None
    assessment: AssessmentRecord | None
    steps: list[StepView]
    checks: list[CheckView]
    objections: list[ObjectionView]
    allowed: list[Act]
    outcomes: list[OutcomeView]
    correction_time: CorrectionTime | None
    time_citation: Citation | None

    @classmethod
    def with_history(
        cls,
        review: Review,
        certification: Certification,
        history: History,
        work: Work,
        caller: Caller,
        allowed: list[Act],
    ) -> "ReviewDetail":
        basis = time_basis(review, work.regulation)
        objections = [ObjectionView.model_validate(each) for each in history.objections]
        if caller.role is Role.ENTERPRISE:
            objections = [each.model_copy(update={"from_whom": None}) for each in objections]
        return cls.model_validate(
            {
                **_review(review, certification, work),
                "profile": review.profile,
                "assessment": review.assessment,
                "steps": [StepView.model_validate(step) for step in history.steps],
                "checks": [CheckView.model_validate(check) for check in history.checks],
                "objections": objections,
                "allowed": allowed,
                "outcomes": _outcomes(review, allowed, work),
                "correction_time": CorrectionTime.of(work.regulation, work.today(), Title(review.title))
                if Act.RETURN in allowed
                else None,
                "time_citation": Citation.model_validate(basis) if basis else None,
            }
        )


def _outcomes(review: Review, allowed: list[Act], work: Work) -> list[OutcomeView]:
    title, today = Title(review.title), work.today()
    return [
        OutcomeView(
            outcome=outcome,
            status=status,
            citation=Citation.model_validate(basis_of(status, title, work.regulation, today)),
        )
        for step, act in DECISION.items()
        if act in allowed
        for outcome, status in offered(step, title, work.regulation).items()
        if not (status is ReviewStatus.AUTHORITY_PASSED and check_missing(review))
    ]


def _review(review: Review, certification: Certification, work: Work) -> dict[str, Any]:
    last = last_day(review)
    stored = (
        "id", "version", "certification_id", "credit_code", "title", "status", "applied_at", "signatory", "statement",
        "valid_to", "profile_version", "reasons", "assisted", "correction", "notice_ends", "assignee",
        "assignee_name",
    )  # fmt: skip
    return {name: getattr(review, name) for name in stored} | {
        "enterprise_name": certification.enterprise_name,
        "authority": certification.authority,
        "title_name": work.regulation.title_name(Title(review.title)),
        "step": STEP_OF.get(review.status),
        "worklist": worklist(case_of(review), work.today()),
        "days_left": None if last is None else (last - work.today()).days,
        "handling": Handling(due=review.handling_due, left=review.handling_left),
        "on_site_check": {
            "required": check_required(review),
            "drawn": review.check_drawn,
            "order": review.check_order,
            "result": review.check_result,
        },
    }
