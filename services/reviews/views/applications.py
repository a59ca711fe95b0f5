"""Review applications as they are answered, with everything that happened to them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.reviews.assessments import AssessmentRecord
from services.reviews.commands.records import check_required
from services.reviews.conditions import Condition
from services.reviews.domain import STEP_OF, case_of, worklist
from services.reviews.models import Certification, Review
from services.reviews.repository.applications import History
from services.reviews.vocabulary import Act
from shared.contracts import Citation, Correction
from shared.messaging import Work
from shared.regulation import Title, Worklist
from shared.web.caller import Caller, Role
from shared.web.cases import Handling


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
    `worklist` where officers find it while it is open; `assisted`: one of them filed it (代办).
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


class ReviewDetail(ReviewView):
    """A review application with its history, the copy of the profile that it was judged on, and the self-assessment.

    `allowed` is what the caller can do to it now.
    """

    profile: dict[str, Any] | None
    assessment: AssessmentRecord | None
    steps: list[StepView]
    checks: list[CheckView]
    objections: list[ObjectionView]
    allowed: list[Act]

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
            }
        )


def _review(review: Review, certification: Certification, work: Work) -> dict[str, Any]:
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
        "handling": Handling(due=review.handling_due, left=review.handling_left),
        "on_site_check": {
            "required": check_required(review),
            "drawn": review.check_drawn,
            "order": review.check_order,
            "result": review.check_result,
        },
    }
