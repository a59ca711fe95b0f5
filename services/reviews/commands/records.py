"""How applications are held and moved, how their history is written, and how they and titles are told to others."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuid7s

from services.reviews.domain.cases import MACHINE, STEP_OF, case_of, moved, require
from services.reviews.domain.titles import ends_at
from services.reviews.models import Certification, Review, ReviewStep, UpdateDuty
from services.reviews.repository import applications
from services.reviews.vocabulary import Act, DutyStatus, ReviewStatus
from shared.contracts import CertificationState, Citation, Correction, DutyState, ReviewDecided, ReviewState
from shared.messaging import Work
from shared.regulation import Basis, DueDate, Period, Title, Window
from shared.web.caller import Caller
from shared.web.problems import NotFound

Found = tuple[Review, Certification]

SHOWN_AS = {DutyStatus.ASKED: DutyStatus.OPEN}
"""A duty whose owner was asked is not missed yet."""


def period_of(certification: Certification) -> Period:
    """The title's present period."""
    return Period(
        certification.period_start, certification.valid_to, certification.first_period, certification.valid_from
    )


def duty_rows(certification: Certification, dues: Iterable[tuple[int, DueDate]], work: Work) -> list[dict[str, Any]]:
    """Duties of the title's present period, as rows."""
    return [
        {
            "certification_id": certification.id,
            "year": year,
            "credit_code": certification.credit_code,
            "nominal_due": due.nominal,
            "due": due.due,
            "opens": work.regulation.update_opens(year),
            "deadline": due.deadline,
            "state": DutyStatus.OPEN,
            "extended_by": due.source,
        }
        for year, due in dues
    ]


def set_end(certification: Certification) -> None:
    """Compute anew from which instant the title ends."""
    certification.ends_at = ends_at(
        certification.valid_to,
        certification.window_closes,
        certification.eligibility,
        renewal_refused=certification.renewal_refused,
    )


def set_window(certification: Certification, window: Window) -> None:
    """Let applications be accepted within a window; one that a campaign set says so by its own citation."""
    certification.window_opens, certification.window_closes = window.opens, window.closes
    certification.campaign_id = UUID(window.campaign_id) if window.campaign_id else None
    cited = Citation.model_validate(window.basis).model_dump()
    certification.window_citation = cited if window.campaign_id else None
    set_end(certification)


def certification_state(certification: Certification, duties: Sequence[UpdateDuty]) -> CertificationState:
    """The title as it is told to other services; duties that lapsed or are of earlier periods are not told."""
    return CertificationState(
        certification_id=certification.id,
        credit_code=certification.credit_code,
        version=certification.version,
        enterprise_name=certification.enterprise_name,
        authority=certification.authority,
        title=certification.title,
        status=certification.status,
        eligibility=certification.eligibility,
        valid_from=certification.valid_from,
        valid_to=certification.valid_to,
        period_start=certification.period_start,
        window_opens=certification.window_opens,
        window_closes=certification.window_closes,
        window_citation=Citation.model_validate(certification.window_citation)
        if certification.window_citation
        else None,
        duties=tuple(
            DutyState(
                year=duty.year,
                nominal_due=duty.nominal_due,
                due=duty.due,
                state=SHOWN_AS.get(DutyStatus(duty.state), duty.state),
                extended_by=duty.extended_by,
            )
            for duty in duties
            if duty.state != DutyStatus.LAPSED and duty.nominal_due > certification.period_start
        ),
    )


async def held(work: Work, review_id: UUID) -> Found:
    """An application and its title, locked until the transaction ends. Raises `NotFound`."""
    found = await applications.locked(work.session, review_id)
    if found is None:
        raise NotFound("There is no such application")
    return found


def review_state(review: Review, certification: Certification) -> ReviewState:
    """The application as it is told to other services."""
    return ReviewState(
        review_id=review.id,
        credit_code=review.credit_code,
        version=review.version,
        certification_id=review.certification_id,
        title=review.title,
        enterprise_name=certification.enterprise_name,
        authority=certification.authority,
        status=review.status,
        step=STEP_OF.get(review.status),
        applied_at=review.applied_at,
        profile_version=review.profile_version,
        assisted=review.assisted,
        on_site_check=check_required(review),
    )


def check_required(review: Review) -> bool:
    """Whether an on-site check (实地抽查) is asked for, made or not."""
    return review.check_drawn or review.check_order is not None


def check_missing(review: Review) -> bool:
    """Whether it is asked for and has no result yet: until then the authority cannot pass the application."""
    return check_required(review) and review.check_result is None


def tell_end(
    work: Work, review: Review, certification: Certification, by: str, reason: str, basis: Basis | Citation
) -> None:
    """Tell how an application ended, and who ended it."""
    work.emit(
        ReviewDecided(
            credit_code=review.credit_code,
            review=review_state(review, certification),
            outcome=review.status,
            by=by,
            reason=reason,
            citation=Citation.model_validate(basis),
        ),
        sequence=review.version,
    )


def move(
    work: Work,
    review: Review,
    act: Act,
    status: ReviewStatus | None = None,
    *,
    caller: Caller | None = None,
    opinion: str | None = None,
    decided_on: date | None = None,
    basis: Basis | Citation | None = None,
    details: dict[str, Any] | None = None,
    correction: Correction | None = None,
    paper_reference: str | None = None,
) -> ReviewStep:
    """Let an act bring an application into `status`, or leave it where it is, and write that step into its history.

    Without a caller the platform did it; with a `correction` it lies with its firm. Raises `NotInThisState`.
    """
    require(act, review.status)
    before = case_of(review)
    to = status or before.status
    if to not in MACHINE[act][before.status]:
        raise AssertionError(f"{act} does not lead from {before.status} to {to}")
    due = correction.due if correction else None
    after = moved(before, act, to, Title(review.title), work.regulation, work.today(), due)
    if after != before:
        review.handling_due, review.handling_left = after.clock.due, after.clock.left
        review.correction, review.return_due = correction.model_dump(mode="json") if correction else None, due
    if act is Act.DECIDE_AS_AUTHORITY:  # the bureau's officers find it free
        review.assignee = review.assignee_name = None
    review.status = to
    review.version += 1
    step = ReviewStep(
        id=uuid7s.uuid7(),
        review_id=review.id,
        at=work.now(),
        act=act,
        status=to,
        actor=caller.subject if caller else None,
        actor_name=caller.name if caller else None,
        role=caller.role if caller else "platform",
        opinion=opinion,
        decided_on=decided_on,
        citation=Citation.model_validate(basis).model_dump() if basis else None,
        details=details,
        paper_reference=paper_reference,
    )
    work.session.add(step)
    return step
