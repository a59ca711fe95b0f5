"""How titles and applications are told to others, and how an application's history is written."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import uuid_utils.compat as uuid7s

from services.reviews.domain import STEP_OF, Terms, ends_at
from services.reviews.models import Certification, Review, ReviewStep, UpdateDuty
from services.reviews.vocabulary import DutyStatus, ReviewStatus
from shared.contracts import CertificationState, Citation, DutyState, ReviewState
from shared.messaging import Work
from shared.regulation import Basis, Period
from shared.web.caller import Caller

SHOWN_AS = {DutyStatus.ASKED: DutyStatus.OPEN}
"""A duty whose owner was asked is not missed yet."""


def period_of(certification: Certification) -> Period:
    """The title's present period."""
    return Period(
        certification.period_start, certification.valid_to, certification.first_period, certification.valid_from
    )


def duty_rows(certification: Certification, terms: Terms, work: Work) -> list[dict[str, Any]]:
    """The duties of the title's present period, as rows."""
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
        }
        for year, due in terms.duties
    ]


def set_end(certification: Certification) -> None:
    """Compute anew from which instant the title ends."""
    certification.ends_at = ends_at(
        certification.valid_to,
        certification.window_closes,
        certification.eligibility,
        renewal_refused=certification.renewal_refused,
    )


def certification_state(certification: Certification, duties: Sequence[UpdateDuty]) -> CertificationState:
    """The title as it is told to other services; duties that lapsed are not told."""
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
        duties=tuple(
            DutyState(
                year=duty.year,
                nominal_due=duty.nominal_due,
                due=duty.due,
                state=SHOWN_AS.get(DutyStatus(duty.state), duty.state),
            )
            for duty in duties
            if duty.state != DutyStatus.LAPSED
        ),
    )


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
    )


def move(
    work: Work,
    review: Review,
    status: ReviewStatus,
    act: str,
    *,
    caller: Caller | None = None,
    opinion: str | None = None,
    decided_on: date | None = None,
    basis: Basis | Citation | None = None,
) -> None:
    """Bring an application into `status` and write that into its history; without a caller the platform did it."""
    review.status = status
    review.version += 1
    work.session.add(
        ReviewStep(
            id=uuid7s.uuid7(),
            review_id=review.id,
            at=work.now(),
            act=act,
            status=status,
            actor=caller.subject if caller else None,
            actor_name=caller.name if caller else None,
            role=caller.role if caller else "platform",
            opinion=opinion,
            decided_on=decided_on,
            citation=Citation.model_validate(basis).model_dump() if basis else None,
        )
    )
