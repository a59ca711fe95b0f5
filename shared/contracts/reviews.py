"""Events of the reviews service: titles (称号), review eligibility (复核资格) and review applications (复核申请)."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BeforeValidator, JsonValue

from shared.contracts.base import Citation, Correction, EventData, Part, event


class DutyState(Part):
    """One annual update that the title's present period asks for. `state` is open, met, missed or forgiven.

    `extended_by` is the notice that moved `due` away from the rule's own date.
    """

    year: int
    nominal_due: date
    due: date
    state: str
    extended_by: str | None = None


class CertificationState(Part):
    """A title of a firm at `version`.

    `status` is valid, cancelled or expired; `eligibility` is held or revoked. The review window and the duties are
    those of the present period; `window_citation` is set where a campaign set the window, not the rule.
    """

    certification_id: UUID
    credit_code: str
    version: int
    enterprise_name: str
    authority: str
    title: str
    status: str
    eligibility: str
    valid_from: date
    valid_to: date
    period_start: date
    window_opens: date
    window_closes: date
    window_citation: Citation | None = None
    duties: tuple[DutyState, ...] = ()


@event("certification.granted.v1")
class CertificationGranted(EventData):
    """A title was granted, or taken over from a published list."""

    certification: CertificationState


@event("certification.extended.v1")
class CertificationExtended(EventData):
    """A passed review moved the validity by three years from the old expiry."""

    certification: CertificationState
    previous_valid_to: date
    review_id: UUID


@event("certification.cancelled.v1")
class CertificationCancelled(EventData):
    """A title was cancelled before its expiry."""

    certification: CertificationState
    reason: str
    citation: Citation
    decided_by: str


@event("certification.expired.v1")
class CertificationExpired(EventData):
    """A title ended: its review was refused, or its window closed without an application."""

    certification: CertificationState
    reason: str
    citation: Citation


@event("certification.rescheduled.v1")
class CertificationRescheduled(EventData):
    """A notice moved due dates or the review window of a title: a deadline extension (延期), a campaign (复核批次)."""

    certification: CertificationState
    reason: str
    citation: Citation


@event("eligibility.revoked.v1")
class EligibilityRevoked(EventData):
    """The right to the review was lost. `duty` is update or change_report; `year` is set for a missed update.

    `by` is platform, or bureau where an officer did it; then there may be no date that was missed.
    """

    certification: CertificationState
    duty: str
    year: int | None = None
    due: date | None = None
    reason: str
    citation: Citation
    by: str = "platform"


@event("eligibility.restored.v1")
class EligibilityRestored(EventData):
    """The right to the review was given back: `by` the platform, where its loss was wrong, or by the bureau."""

    certification: CertificationState
    reason: str
    citation: Citation
    by: str = "platform"


class Input(Part):
    """One of the facts that a condition was judged by."""

    name: str
    value: JsonValue


def _named(inputs: Any) -> Any:
    """Inputs by name, as a condition keeps them, one after the other."""
    if isinstance(inputs, Mapping):
        return tuple(Input(name=name, value=value) for name, value in inputs.items())
    return inputs


class FailedCondition(Part):
    """A condition of acceptance that does not hold.

    It has a stable code, a sentence in Chinese and English, what it rests on, and what it was judged by.
    """

    code: str
    text: str
    text_en: str
    citation: Citation
    inputs: Annotated[tuple[Input, ...], BeforeValidator(_named)] = ()


class ReviewState(Part):
    """A review application at `version`.

    `step` names who acts next: profile, authority, bureau, ministry, enterprise while it is returned, platform while
    it is in public notice, or none. `assisted`: an officer filed it for the firm (代办). `on_site_check`: it was drawn
    for an on-site check (实地抽查), or one was ordered.
    """

    review_id: UUID
    credit_code: str
    version: int
    certification_id: UUID
    title: str
    enterprise_name: str
    authority: str
    status: str
    step: str | None
    applied_at: AwareDatetime
    profile_version: int | None = None
    assisted: bool = False
    on_site_check: bool = False


@event("profile.freshness_requested.v1")
class FreshnessRequested(EventData):
    """The profile's owner is asked what it knows; it answers with `profile.freshness_reported.v1`.

    Name and authority let the owner enter a firm whose grant it has not heard of yet, instead of not knowing it.
    """

    request_id: UUID
    reason: str
    enterprise_name: str | None = None
    authority: str | None = None


@event("review.submitted.v1")
class ReviewSubmitted(EventData):
    """An application was accepted and lies with the authority."""

    review: ReviewState


@event("review.refused.v1")
class ReviewRefused(EventData):
    """An application was refused at the door, with every condition that failed."""

    review: ReviewState
    reasons: tuple[FailedCondition, ...]


@event("review.advanced.v1")
class ReviewAdvanced(EventData):
    """One step was passed and the next begins. `by` is authority or bureau."""

    review: ReviewState
    by: str
    opinion: str


@event("review.on_site_check_ordered.v1")
class ReviewCheckOrdered(EventData):
    """An officer ordered an on-site check (实地抽查) for a reason."""

    review: ReviewState
    reason: str


@event("review.on_site_check_recorded.v1")
class ReviewCheckRecorded(EventData):
    """What an on-site check found: `result` is conforms or deviates."""

    review: ReviewState
    checked_on: date
    result: str


@event("review.returned.v1")
class ReviewReturned(EventData):
    """An office gave an application back to its firm, to be corrected and resubmitted."""

    review: ReviewState
    correction: Correction


@event("review.resubmitted.v1")
class ReviewResubmitted(EventData):
    """The firm resubmitted a returned application: it lies with `office` again."""

    review: ReviewState
    office: str


@event("review.noticed.v1")
class ReviewNoticed(EventData):
    """The bureau means to approve, and public notice (公示) is given of it from `begins` to `ends`, both included."""

    review: ReviewState
    opinion: str
    begins: date
    ends: date
    citation: Citation


@event("review.objected.v1")
class ReviewObjected(EventData):
    """An objection (异议) was raised during public notice; who raised it is not told."""

    review: ReviewState
    number: int
    text: str


@event("review.objection_settled.v1")
class ReviewObjectionSettled(EventData):
    """The bureau found on an objection: upheld it rejects the application, dismissed the notice goes on."""

    review: ReviewState
    number: int
    upheld: bool
    finding: str


@event("review.decided.v1")
class ReviewDecided(EventData):
    """The end of an application: `outcome` is approved, rejected, stopped, withdrawn or lapsed."""

    review: ReviewState
    outcome: str
    by: str
    reason: str
    citation: Citation
