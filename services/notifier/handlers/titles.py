"""Titles and the right to their review."""

from typing import Any

from services.notifier.commands.taking_in import Batch
from services.notifier.domain import recent
from services.notifier.handlers.notes import cited, day, notes
from services.notifier.vocabulary import Kind
from shared.contracts import (
    CertificationCancelled,
    CertificationExpired,
    CertificationExtended,
    CertificationGranted,
    CertificationRescheduled,
    CertificationState,
    EligibilityRestored,
    EligibilityRevoked,
)
from shared.messaging import Event
from shared.regulation import Rule, Title


@notes(CertificationGranted)
def certification_granted(batch: Batch, event: Event[CertificationGranted]) -> None:
    state = event.data.certification
    batch.certification(state)
    if recent(state.valid_from, batch.work.now()):
        basis = batch.work.regulation.basis(Rule.REVIEW_WINDOW, Title(state.title), state.valid_to)
        duties = [{"year": each.year, "due": each.due.isoformat()} for each in state.duties if each.state == "open"]
        _tell_title(batch, event, Kind.CERTIFICATION_GRANTED, state, cited(basis), duties=duties)


@notes(CertificationExtended)
def certification_extended(batch: Batch, event: Event[CertificationExtended]) -> None:
    state = event.data.certification
    batch.certification(state)
    previous = event.data.previous_valid_to
    basis = batch.work.regulation.basis(Rule.REVIEW_EXTENSION, Title(state.title), previous)
    _tell_title(batch, event, Kind.CERTIFICATION_EXTENDED, state, cited(basis), previous_valid_to=previous.isoformat())


@notes(CertificationRescheduled)
def certification_rescheduled(batch: Batch, event: Event[CertificationRescheduled]) -> None:
    """Obligations move with the copy."""
    data = event.data
    batch.certification(data.certification)
    duties = [{"year": each.year, "due": each.due.isoformat()} for each in data.certification.duties]
    _tell_title(
        batch,
        event,
        Kind.CERTIFICATION_RESCHEDULED,
        data.certification,
        cited(data.citation),
        reason=data.reason,
        duties=duties,
    )


@notes(CertificationCancelled)
def certification_cancelled(batch: Batch, event: Event[CertificationCancelled]) -> None:
    data = event.data
    batch.certification(data.certification)
    _tell_title(
        batch,
        event,
        Kind.CERTIFICATION_CANCELLED,
        data.certification,
        cited(data.citation),
        reason=data.reason,
        decided_by=data.decided_by,
    )


@notes(CertificationExpired)
def certification_expired(batch: Batch, event: Event[CertificationExpired]) -> None:
    data = event.data
    batch.certification(data.certification)
    _tell_title(batch, event, Kind.CERTIFICATION_EXPIRED, data.certification, cited(data.citation), reason=data.reason)


@notes(EligibilityRevoked)
def eligibility_revoked(batch: Batch, event: Event[EligibilityRevoked]) -> None:
    data = event.data
    batch.certification(data.certification)
    _tell_title(
        batch,
        event,
        Kind.ELIGIBILITY_REVOKED,
        data.certification,
        cited(data.citation),
        reason=data.reason,
        duty=data.duty,
        year=data.year,
        due=data.due.isoformat() if data.due else None,
    )


@notes(EligibilityRestored)
def eligibility_restored(batch: Batch, event: Event[EligibilityRestored]) -> None:
    data = event.data
    batch.certification(data.certification)
    _tell_title(batch, event, Kind.ELIGIBILITY_RESTORED, data.certification, cited(data.citation), reason=data.reason)


def _tell_title(
    batch: Batch,
    event: Event[Any],
    kind: Kind,
    state: CertificationState,
    citation: dict[str, Any],
    **facts: Any,
) -> None:
    if recent(event.time, batch.work.now()):
        batch.tell(
            state.credit_code,
            kind,
            f"{state.certification_id}/{state.version}",
            on=day(event.time),
            certification_id=str(state.certification_id),
            title=state.title,
            valid_from=state.valid_from.isoformat(),
            valid_to=state.valid_to.isoformat(),
            window_opens=state.window_opens.isoformat(),
            window_closes=state.window_closes.isoformat(),
            citation=citation,
            **facts,
        )
