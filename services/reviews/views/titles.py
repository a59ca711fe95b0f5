"""Titles as they are answered, with their duties and their eligibility for review."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.reviews.assessments import AssessmentRecord, assessed
from services.reviews.commands.hindsight import Hypothesis
from services.reviews.commands.records import SHOWN_AS
from services.reviews.conditions import WINDOW_CODES, Condition, failing, window_of
from services.reviews.domain.titles import ends_at, standing
from services.reviews.models import Certification, EligibilityStep, ProfileCopy, UpdateDuty
from services.reviews.rights import possible
from services.reviews.views.rights import EligibilityStepView, Ground
from services.reviews.vocabulary import DutyStatus, EligibilityAct, Standing
from shared.contracts import Citation
from shared.messaging import Work
from shared.regulation import Title
from shared.web.caller import Caller, Role


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


class Ending(BaseModel):
    """Why a title ended, and who did or caused it: `role` is platform where its time was over."""

    reason: str
    citation: Citation
    actor_name: str | None = None
    role: str | None = None
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
    """A title with its duties, by year, and what became of its right to the review, the oldest first.

    `allowed` is what the caller can do to the right now, `grounds` by which rules.
    """

    duties: list[DutyView]
    eligibility_history: list[EligibilityStepView]
    allowed: list[EligibilityAct]
    grounds: list[Ground]

    @classmethod
    def with_duties(
        cls,
        certification: Certification,
        duties: list[UpdateDuty],
        history: Sequence[EligibilityStep],
        work: Work,
        caller: Caller,
        *,
        under_review: bool,
    ) -> "CertificationDetail":
        act = possible(certification) if caller.role is Role.BUREAU else None
        return cls.model_validate(
            {
                **_certification(certification, work, under_review=under_review),
                "duties": [_duty(each) for each in duties],
                "eligibility_history": [EligibilityStepView.model_validate(step) for step in history],
                "allowed": [act] if act else [],
                "grounds": Ground.of(act, Title(certification.title), work) if act else [],
            }
        )


def _duty(duty: UpdateDuty) -> DutyView:
    return DutyView(
        year=duty.year,
        nominal_due=duty.nominal_due,
        due=duty.due,
        state=SHOWN_AS.get(DutyStatus(duty.state), duty.state),
        submitted_at=duty.submitted_at,
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


class TitleOverview(BaseModel):
    """A title with its duties, by year, and whether its review can be applied for now, as its firm needs them."""

    certification: CertificationView
    duties: list[DutyView]
    review: EligibilityView

    @classmethod
    def of(
        cls,
        certification: Certification,
        duties: Sequence[UpdateDuty],
        judged: tuple[Condition, ...],
        copy: ProfileCopy | None,
        work: Work,
    ) -> "TitleOverview":
        under_review = any(condition.code == "application_open" for condition in failing(judged))
        return cls(
            certification=CertificationView.of(certification, work, under_review=under_review),
            duties=[_duty(each) for each in duties],
            review=EligibilityView.of(certification, judged, copy, work),
        )


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
