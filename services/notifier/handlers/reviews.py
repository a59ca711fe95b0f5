"""Review applications."""

from typing import Any

from services.notifier.commands.taking_in import Batch
from services.notifier.domain import recent
from services.notifier.handlers.notes import cited, day, notes
from services.notifier.vocabulary import Kind
from shared.contracts import (
    ReviewAdvanced,
    ReviewCheckOrdered,
    ReviewCheckRecorded,
    ReviewDecided,
    ReviewNoticed,
    ReviewObjected,
    ReviewObjectionSettled,
    ReviewRefused,
    ReviewResubmitted,
    ReviewReturned,
    ReviewState,
    ReviewSubmitted,
)
from shared.messaging import Event
from shared.regulation import Rule, Step, Title


@notes(ReviewSubmitted)
def review_submitted(batch: Batch, event: Event[ReviewSubmitted]) -> None:
    review = event.data.review
    batch.application(review, None)
    basis = cited(batch.work.regulation.review_route(Title(review.title)).basis)
    _tell_review(batch, event, Kind.REVIEW_SUBMITTED, review, basis, officers_too=True)


@notes(ReviewRefused)
def review_refused(batch: Batch, event: Event[ReviewRefused]) -> None:
    review = event.data.review
    batch.application(review, "refused")
    reasons = [each.model_dump(mode="json") for each in event.data.reasons]
    citation = reasons[0]["citation"] if reasons else cited(batch.work.regulation.basis(Rule.REVIEW_ELIGIBILITY))
    _tell_review(batch, event, Kind.REVIEW_REFUSED, review, citation, reasons=reasons)


@notes(ReviewAdvanced)
def review_advanced(batch: Batch, event: Event[ReviewAdvanced]) -> None:
    data = event.data
    batch.application(data.review, None)
    basis = cited(batch.work.regulation.review_route(Title(data.review.title)).basis)
    _tell_review(batch, event, Kind.REVIEW_ADVANCED, data.review, basis, by=data.by, opinion=data.opinion)


@notes(ReviewCheckOrdered)
def review_check_ordered(batch: Batch, event: Event[ReviewCheckOrdered]) -> None:
    review = event.data.review
    batch.application(review, None)
    basis = cited(batch.work.regulation.basis(Rule.REVIEW_ON_SITE_CHECK, Title(review.title)))
    _tell_review(batch, event, Kind.REVIEW_CHECK_ORDERED, review, basis, reason=event.data.reason)


@notes(ReviewCheckRecorded)
def review_check_recorded(batch: Batch, event: Event[ReviewCheckRecorded]) -> None:
    batch.application(event.data.review, None)


@notes(ReviewReturned)
def review_returned(batch: Batch, event: Event[ReviewReturned]) -> None:
    """The application was made; what is owed is its correction."""
    review, correction = event.data.review, event.data.correction
    batch.application(review, None, correction)
    _tell_review(
        batch,
        event,
        Kind.REVIEW_RETURNED,
        review,
        cited(correction.citation),
        by=correction.returned_by,
        correction_due=correction.due.isoformat(),
        defects=[each.model_dump() for each in correction.defects],
    )


@notes(ReviewResubmitted)
def review_resubmitted(batch: Batch, event: Event[ReviewResubmitted]) -> None:
    review = event.data.review
    batch.application(review, None)
    basis = cited(batch.work.regulation.basis(Rule.CASE_RETURN, Title(review.title)))
    _tell_review(batch, event, Kind.REVIEW_RESUBMITTED, review, basis, officers_too=True, office=event.data.office)


@notes(ReviewNoticed)
def review_noticed(batch: Batch, event: Event[ReviewNoticed]) -> None:
    data = event.data
    batch.application(data.review, None)
    _tell_review(
        batch,
        event,
        Kind.REVIEW_NOTICED,
        data.review,
        cited(data.citation),
        opinion=data.opinion,
        begins=data.begins.isoformat(),
        ends=data.ends.isoformat(),
    )


@notes(ReviewObjected)
def review_objected(batch: Batch, event: Event[ReviewObjected]) -> None:
    data = event.data
    batch.application(data.review, None)
    basis = cited(batch.work.regulation.basis(Rule.REVIEW_PUBLIC_NOTICE, Title(data.review.title)))
    _tell_review(
        batch,
        event,
        Kind.REVIEW_OBJECTED,
        data.review,
        basis,
        officers_too=True,
        office=Step.BUREAU,
        number=data.number,
        objection=data.text,
    )


@notes(ReviewObjectionSettled)
def review_objection_settled(batch: Batch, event: Event[ReviewObjectionSettled]) -> None:
    """What an upheld objection means for the firm is told by the decision that follows from it."""
    batch.application(event.data.review, "rejected" if event.data.upheld else None)


@notes(ReviewDecided)
def review_decided(batch: Batch, event: Event[ReviewDecided]) -> None:
    data = event.data
    batch.application(data.review, data.outcome)
    _tell_review(
        batch,
        event,
        Kind.REVIEW_DECIDED,
        data.review,
        cited(data.citation),
        outcome=data.outcome,
        by=data.by,
        reason=data.reason,
    )


def _tell_review(
    batch: Batch,
    event: Event[Any],
    kind: Kind,
    review: ReviewState,
    citation: dict[str, Any],
    *,
    officers_too: bool = False,
    office: str = Step.AUTHORITY,
    **facts: Any,
) -> None:
    if recent(event.time, batch.work.now()):
        batch.tell(
            review.credit_code,
            kind,
            f"{review.review_id}/{review.version}",
            officers_too=officers_too,
            office=office,
            on=day(event.time),
            review_id=str(review.review_id),
            certification_id=str(review.certification_id),
            title=review.title,
            step=review.step,
            assisted=review.assisted,
            citation=citation,
            **facts,
        )
