"""What the reviews service answers."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.reviews.assessments import AssessmentRecord, assessed
from services.reviews.commands.hindsight import Hypothesis
from services.reviews.commands.records import SHOWN_AS, check_required
from services.reviews.conditions import WINDOW_CODES, Condition, failing, window_of
from services.reviews.domain import STEP_OF, case_of, ends_at, standing, worklist
from services.reviews.models import (
    Campaign,
    Certification,
    CertificationImport,
    EligibilityStep,
    ImportProgress,
    ProfileCopy,
    Review,
    UpdateDuty,
)
from services.reviews.repository.applications import History
from services.reviews.vocabulary import DutyStatus, ImportStatus, Standing
from shared.contracts import Citation, Correction
from shared.messaging import Work
from shared.regulation import Title, Worklist
from shared.web.caller import Caller, Role
from shared.web.cases import Handling


class Revocation(BaseModel):
    """Why the right to the review was lost. `by` is platform, or bureau where an officer took it."""

    duty: str
    year: int | None
    nominal_due: date | None = None
    due: date | None
    reason: str
    reason_en: str
    citation: Citation
    by: str = "platform"
    at: datetime


class EligibilityStepView(BaseModel):
    """One loss or return of the right to the review: who did it, when, why. `role` is platform or bureau."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    act: str
    actor: str | None
    actor_name: str | None
    role: str
    duty: str | None
    year: int | None
    due: date | None
    reason: str
    citation: Citation


class Ending(BaseModel):
    """Why a title ended."""

    reason: str
    citation: Citation
    at: datetime


class CertificationView(BaseModel):
    """A title. `status` is what is stored; `standing` what it reads as now: an open application keeps it valid.

    `campaign_id` and `window_citation` are set where a campaign set the window, not the rule.
    """

    id: UUID
    version: int
    credit_code: str
    enterprise_name: str
    authority: str
    title: str
    title_name: str
    status: str
    standing: str
    eligibility: str
    valid_from: date
    valid_to: date
    window_opens: date
    window_closes: date
    campaign_id: UUID | None
    window_citation: Citation | None
    duties_from: date | None
    revocation: Revocation | None
    ending: Ending | None

    @classmethod
    def of(cls, certification: Certification, work: Work, *, under_review: bool) -> "CertificationView":
        return cls.model_validate(_certification(certification, work, under_review=under_review))


class DutyView(BaseModel):
    """One annual update that the title asks for: open, met, missed, forgiven, or lapsed with its title."""

    year: int
    nominal_due: date
    due: date
    state: str
    submitted_at: datetime | None


class CertificationDetail(CertificationView):
    """A title with its duties, by year, and what became of its right to the review, the oldest first."""

    duties: list[DutyView]
    eligibility_history: list[EligibilityStepView]

    @classmethod
    def with_duties(
        cls,
        certification: Certification,
        duties: list[UpdateDuty],
        history: Sequence[EligibilityStep],
        work: Work,
        *,
        under_review: bool,
    ) -> "CertificationDetail":
        shown = [
            DutyView(
                year=duty.year,
                nominal_due=duty.nominal_due,
                due=duty.due,
                state=SHOWN_AS.get(DutyStatus(duty.state), duty.state),
                submitted_at=duty.submitted_at,
            )
            for duty in duties
        ]
        return cls.model_validate(
            {
                **_certification(certification, work, under_review=under_review),
                "duties": shown,
                "eligibility_history": [EligibilityStepView.model_validate(step) for step in history],
            }
        )


def standing_of(certification: Certification, work: Work, *, under_review: bool) -> Standing:
    """What the title reads as now."""
    title = Title(certification.title)
    return standing(
        work.now(),
        status=certification.status,
        valid_to=certification.valid_to,
        ends=certification.ends_at,
        under_review=under_review,
        pending_is_valid=work.regulation.pending_is_valid(title, certification.valid_to),
    )


def _certification(certification: Certification, work: Work, *, under_review: bool) -> dict[str, Any]:
    stored = (
        "id", "version", "credit_code", "enterprise_name", "authority", "title", "status", "eligibility",
        "valid_from", "valid_to", "window_opens", "window_closes", "campaign_id", "window_citation", "duties_from",
        "revocation", "ending",
    )  # fmt: skip
    return {name: getattr(certification, name) for name in stored} | {
        "title_name": work.regulation.title_name(Title(certification.title)),
        "standing": standing_of(certification, work, under_review=under_review),
    }


class WindowView(BaseModel):
    """When applications are accepted, both days included."""

    opens: date
    closes: date


class FactView(BaseModel):
    """A fact that a hypothetical answer rests on: as it was `then`, or as it is known `today`."""

    model_config = ConfigDict(from_attributes=True)

    fact: str
    known: str
    text: str
    text_en: str


class EligibilityView(BaseModel):
    """Whether a review can be applied for, and every condition with what it rests on; `rules` names the rules file.

    `needs_check`: what speaks against it is only the kept copy of the profile; an application is then taken, checked
    with the profile's owner, and decided by its answer. `hypothetical`: it answers for another instant or other rules,
    and `facts` says of when each fact is that it rests on.
    """

    certification_id: UUID
    can_apply: bool
    needs_check: bool
    standing: str
    as_of: datetime
    rules: str
    hypothetical: bool = False
    profile_version: int | None
    window: WindowView
    conditions: list[Condition]
    facts: list[FactView] = []

    @classmethod
    def of(
        cls, certification: Certification, judged: tuple[Condition, ...], copy: ProfileCopy | None, work: Work
    ) -> "EligibilityView":
        failed = failing(judged)
        under_review = any(condition.code == "application_open" for condition in failed)
        return cls(
            certification_id=certification.id,
            can_apply=not failed,
            needs_check=bool(failed) and all(condition.rests_on_copy for condition in failed),
            standing=standing_of(certification, work, under_review=under_review),
            as_of=work.now(),
            rules=work.regulation.id,
            profile_version=copy.version if copy else None,
            window=WindowView.model_validate(next(each.inputs for each in judged if each.code in WINDOW_CODES)),
            conditions=list(judged),
        )

    @classmethod
    def supposed(cls, certification: Certification, hypothesis: Hypothesis) -> "EligibilityView":
        facts, failed = hypothesis.facts, failing(hypothesis.conditions)
        window = window_of(facts)
        ends = ends_at(facts.period.end, window.closes, facts.eligibility, renewal_refused=facts.renewal_refused)
        return cls(
            certification_id=certification.id,
            can_apply=not failed,
            needs_check=bool(failed) and all(condition.rests_on_copy for condition in failed),
            standing=standing(
                facts.at,
                status=facts.status,
                valid_to=facts.period.end,
                ends=ends,
                under_review=facts.open_application is not None,
                pending_is_valid=facts.regulation.pending_is_valid(facts.title, facts.period.end),
            ),
            as_of=facts.at,
            rules=facts.regulation.id,
            hypothetical=True,
            profile_version=hypothesis.copy.version if hypothesis.copy else None,
            window=WindowView(opens=window.opens, closes=window.closes),
            conditions=list(hypothesis.conditions),
            facts=[FactView.model_validate(source) for source in hypothesis.sources],
        )


class CampaignView(BaseModel):
    """A review campaign. `spreading`: its titles are still being brought in line with it, or with its end."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    titles: list[str]
    expires_from: date
    expires_to: date
    opens: date
    closes: date
    source: str
    declared_at: datetime
    declared_by_name: str
    ended_at: datetime | None
    ended_by_name: str | None
    end_reason: str | None
    spreading: bool

    @classmethod
    def of(cls, campaign: Campaign) -> "CampaignView":
        return cls.model_validate(campaign)


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


class AssessmentView(AssessmentRecord):
    """The self-assessment (自评) that an application would come with now, from the kept copy of the profile."""

    certification_id: UUID
    profile_version: int | None

    @classmethod
    def of(cls, certification: Certification, copy: ProfileCopy | None, work: Work) -> "AssessmentView | None":
        """None where the rules have no self-assessment for the title."""
        record = assessed(
            work.regulation,
            Title(certification.title),
            copy.latest_update if copy else None,
            work.today(),
            submitted=bool(copy and copy.updates),
        )
        if record is None:
            return None
        return cls(**dict(record), certification_id=certification.id, profile_version=copy.version if copy else None)


class ReviewDetail(ReviewView):
    """A review application with its history, the copy of the profile that it was judged on, and the self-assessment."""

    profile: dict[str, Any] | None
    assessment: AssessmentRecord | None
    steps: list[StepView]
    checks: list[CheckView]
    objections: list[ObjectionView]

    @classmethod
    def with_history(
        cls, review: Review, certification: Certification, history: History, work: Work, caller: Caller
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


class RowDefectView(BaseModel):
    """One thing that is wrong with a row: its line in the file (from 1), the column, the value, and why."""

    line: int
    column: str | None
    value: str
    reason: str
    reason_en: str


class ImportView(BaseModel):
    """An uploaded list: how far it has come (`done` of `rows`), what it created, and every bad row."""

    id: UUID
    status: str
    file_name: str
    keep_good: bool
    duties_from: date | None
    uploaded_at: datetime
    finished_at: datetime | None
    rows: int
    done: int
    created: int
    unchanged: int
    errors: list[RowDefectView]

    @classmethod
    def of(cls, job: CertificationImport, progress: ImportProgress) -> "ImportView":
        waiting = job.status == ImportStatus.QUEUED
        begun = waiting and progress.attempts > 0
        return cls.model_validate(
            {
                "id": job.id,
                "status": ImportStatus.RUNNING if begun else job.status,
                "file_name": job.file_name,
                "keep_good": job.keep_good,
                "duties_from": job.duties_from,
                "uploaded_at": job.uploaded_at,
                "finished_at": job.finished_at,
                "rows": progress.rows if waiting else job.rows,
                "done": progress.done if waiting else job.rows,
                "created": job.created,
                "unchanged": job.unchanged,
                "errors": job.errors,
            }
        )
