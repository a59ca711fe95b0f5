"""What each event means here: a copy that is brought up to date, and what is to be told.

The events of a transaction are noted one by one, by the table `NOTES`, and have their effect together.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from services.notifier.commands.taking_in import Batch, settle
from services.notifier.domain import recent
from services.notifier.models import DeadlineExtension
from services.notifier.repository import copies
from services.notifier.vocabulary import Kind, ObligationState
from shared.contracts import (
    CertificationCancelled,
    CertificationExpired,
    CertificationExtended,
    CertificationGranted,
    CertificationRescheduled,
    CertificationState,
    ChangeDecided,
    ChangeDiscarded,
    ChangeDrafted,
    ChangeOpinionGiven,
    ChangeReportState,
    ChangeResubmitted,
    ChangeReturned,
    ChangeSanctioned,
    ChangeSubmitted,
    ChangeWithdrawn,
    Citation,
    DeadlineExtended,
    DeadlineExtensionWithdrawn,
    DelegationEnded,
    DelegationGranted,
    DelegationState,
    EligibilityRestored,
    EligibilityRevoked,
    EventData,
    OccurrenceClosed,
    OccurrenceRecorded,
    OccurrenceReopened,
    OccurrenceState,
    ProfileChanged,
    ProfileRegistered,
    ProfileUpdated,
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
    TitleOutcome,
)
from shared.messaging import Event, Handlers, Work, newest
from shared.regulation import Basis, Rule, Step, Title, shanghai_date

handlers = Handlers("notifier")

Note = Callable[[Batch, Event[Any]], None]
NOTES: dict[type[EventData], Note] = {}


def notes(*models: type[EventData]) -> Callable[[Note], Note]:
    """Register what notes the events whose data are `models`."""

    def register(note: Note) -> Note:
        NOTES.update(dict.fromkeys(models, note))
        return note

    return register


@notes(ProfileRegistered, ProfileChanged)
def profile_changed(batch: Batch, event: Event[ProfileRegistered | ProfileChanged]) -> None:
    batch.profile(event.data.profile)


@notes(ProfileUpdated)
def profile_updated(batch: Batch, event: Event[ProfileUpdated]) -> None:
    data = event.data
    batch.profile(data.profile)
    if recent(data.submitted_at, batch.work.now()):
        batch.tell(
            data.credit_code,
            Kind.UPDATE_RECEIVED,
            str(data.update_id),
            year=data.duty_year,
            on=_day(data.submitted_at),
            citation=_cited(batch.work.regulation.basis(Rule.UPDATE_DUE, None, date(data.duty_year, 1, 1))),
        )


# ---- titles


@notes(CertificationGranted)
def certification_granted(batch: Batch, event: Event[CertificationGranted]) -> None:
    state = event.data.certification
    batch.certification(state)
    if recent(state.valid_from, batch.work.now()):
        basis = batch.work.regulation.basis(Rule.REVIEW_WINDOW, Title(state.title), state.valid_to)
        duties = [{"year": each.year, "due": each.due.isoformat()} for each in state.duties if each.state == "open"]
        _tell_title(batch, event, Kind.CERTIFICATION_GRANTED, state, _cited(basis), duties=duties)


@notes(CertificationExtended)
def certification_extended(batch: Batch, event: Event[CertificationExtended]) -> None:
    state = event.data.certification
    batch.certification(state)
    previous = event.data.previous_valid_to
    basis = batch.work.regulation.basis(Rule.REVIEW_EXTENSION, Title(state.title), previous)
    _tell_title(batch, event, Kind.CERTIFICATION_EXTENDED, state, _cited(basis), previous_valid_to=previous.isoformat())


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
        _cited(data.citation),
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
        _cited(data.citation),
        reason=data.reason,
        decided_by=data.decided_by,
    )


@notes(CertificationExpired)
def certification_expired(batch: Batch, event: Event[CertificationExpired]) -> None:
    data = event.data
    batch.certification(data.certification)
    _tell_title(batch, event, Kind.CERTIFICATION_EXPIRED, data.certification, _cited(data.citation), reason=data.reason)


@notes(EligibilityRevoked)
def eligibility_revoked(batch: Batch, event: Event[EligibilityRevoked]) -> None:
    data = event.data
    batch.certification(data.certification)
    _tell_title(
        batch,
        event,
        Kind.ELIGIBILITY_REVOKED,
        data.certification,
        _cited(data.citation),
        reason=data.reason,
        duty=data.duty,
        year=data.year,
        due=data.due.isoformat() if data.due else None,
    )


@notes(EligibilityRestored)
def eligibility_restored(batch: Batch, event: Event[EligibilityRestored]) -> None:
    data = event.data
    batch.certification(data.certification)
    _tell_title(batch, event, Kind.ELIGIBILITY_RESTORED, data.certification, _cited(data.citation), reason=data.reason)


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
            on=_day(event.time),
            title=state.title,
            valid_from=state.valid_from.isoformat(),
            valid_to=state.valid_to.isoformat(),
            window_opens=state.window_opens.isoformat(),
            window_closes=state.window_closes.isoformat(),
            citation=citation,
            **facts,
        )


# ---- change reports


@notes(ChangeDrafted)
def change_drafted(batch: Batch, event: Event[ChangeDrafted]) -> None:
    batch.report(event.data.report, ObligationState.OPEN)


@notes(ChangeDiscarded, ChangeWithdrawn)
def change_dropped(batch: Batch, event: Event[ChangeDiscarded | ChangeWithdrawn]) -> None:
    """Nothing is owed under this report any more; a change that did happen is reported by another."""
    batch.report(event.data.report, ObligationState.ENDED)


@notes(ChangeSubmitted)
def change_submitted(batch: Batch, event: Event[ChangeSubmitted]) -> None:
    report = event.data.report
    batch.report(report, ObligationState.MET)
    _tell_report(
        batch,
        event,
        Kind.CHANGE_SUBMITTED,
        report,
        _cited(report.citation),
        officers_too=True,
        assisted=report.assisted,
    )


@notes(ChangeReturned)
def change_returned(batch: Batch, event: Event[ChangeReturned]) -> None:
    """The report was made; what is owed is its correction."""
    report = event.data.report
    batch.report(report, ObligationState.MET)
    if report.correction is not None:
        _tell_report(
            batch,
            event,
            Kind.CHANGE_RETURNED,
            report,
            _cited(report.correction.citation),
            by=report.correction.returned_by,
            correction_due=report.correction.due.isoformat(),
            defects=[each.model_dump() for each in report.correction.defects],
        )


@notes(ChangeResubmitted)
def change_resubmitted(batch: Batch, event: Event[ChangeResubmitted]) -> None:
    data = event.data
    batch.report(data.report, ObligationState.MET)
    basis = batch.work.regulation.basis(Rule.CASE_HANDLING)
    _tell_report(
        batch,
        event,
        Kind.CHANGE_RESUBMITTED,
        data.report,
        _cited(basis),
        officers_too=True,
        office=data.office,
        late=data.late,
    )


@notes(ChangeOpinionGiven)
def change_opinion_given(batch: Batch, event: Event[ChangeOpinionGiven]) -> None:
    batch.report(event.data.report, ObligationState.MET)


@notes(ChangeDecided)
def change_decided(batch: Batch, event: Event[ChangeDecided]) -> None:
    report = event.data.report
    batch.report(report, ObligationState.MET)
    decisions = event.data.decisions
    cancelled = [Title(each.title) for each in decisions if each.outcome is not TitleOutcome.RETAINED]
    basis = (
        batch.work.regulation.basis(Rule.CHANGE_REPORT_CANCELLED, cancelled[0])
        if cancelled
        else batch.work.regulation.basis(Rule.CHANGE_REPORT_RETAINED)
    )
    _tell_report(
        batch,
        event,
        Kind.CHANGE_DECIDED,
        report,
        _cited(basis),
        decisions=[each.model_dump(mode="json", include={"title", "outcome", "reason"}) for each in decisions],
    )


@notes(ChangeSanctioned)
def change_sanctioned(batch: Batch, event: Event[ChangeSanctioned]) -> None:
    data = event.data
    told: dict[str, Any] = {
        "choice": data.choice,
        "reason": data.reason,
        "sanctions": [each.model_dump(mode="json", include={"title", "outcome", "reason"}) for each in data.titles],
    }
    if data.report is not None:
        batch.report(data.report, ObligationState.MET)
        _tell_report(batch, event, Kind.CHANGE_SANCTIONED, data.report, _cited(data.citation), **told)
    if data.occurrence is not None:
        batch.occurrence(data.occurrence)
        _tell_occurrence(batch, event, Kind.CHANGE_SANCTIONED, data.occurrence, data.citation, **told)


@notes(OccurrenceRecorded, OccurrenceReopened)
def occurrence_recorded(batch: Batch, event: Event[OccurrenceRecorded | OccurrenceReopened]) -> None:
    occurrence = event.data.occurrence
    batch.occurrence(occurrence)
    reopened = isinstance(event.data, OccurrenceReopened)
    _tell_occurrence(batch, event, Kind.OCCURRENCE_RECORDED, occurrence, occurrence.citation, reopened=reopened)


@notes(OccurrenceClosed)
def occurrence_closed(batch: Batch, event: Event[OccurrenceClosed]) -> None:
    """What was reported is told by the report itself."""
    data = event.data
    batch.occurrence(data.occurrence)
    if data.reason is not None:
        citation = data.occurrence.citation
        _tell_occurrence(batch, event, Kind.OCCURRENCE_DISMISSED, data.occurrence, citation, reason=data.reason)


def _tell_occurrence(
    batch: Batch, event: Event[Any], kind: Kind, occurrence: OccurrenceState, citation: Citation, **facts: Any
) -> None:
    if recent(event.time, batch.work.now()):
        batch.tell(
            occurrence.credit_code,
            kind,
            f"{occurrence.occurrence_id}/{occurrence.version}",
            on=_day(event.time),
            type=occurrence.type,
            happened_on=occurrence.happened_on.isoformat(),
            nominal_due=occurrence.nominal_due.isoformat(),
            due=occurrence.due.isoformat(),
            passed=batch.work.today() > occurrence.due,
            evidence=occurrence.evidence,
            citation=_cited(citation),
            **facts,
        )


def _tell_report(
    batch: Batch,
    event: Event[Any],
    kind: Kind,
    report: ChangeReportState,
    citation: dict[str, Any],
    *,
    officers_too: bool = False,
    office: str = Step.AUTHORITY,
    **facts: Any,
) -> None:
    if recent(event.time, batch.work.now()):
        batch.tell(
            report.credit_code,
            kind,
            f"{report.report_id}/{report.version}",
            officers_too=officers_too,
            office=office,
            on=_day(event.time),
            type=report.type,
            happened_on=report.happened_on.isoformat(),
            due=report.due.isoformat(),
            on_time=report.on_time,
            citation=citation,
            **facts,
        )


# ---- reviews


@notes(ReviewSubmitted)
def review_submitted(batch: Batch, event: Event[ReviewSubmitted]) -> None:
    review = event.data.review
    batch.application(review, None)
    basis = _cited(batch.work.regulation.review_route(Title(review.title)).basis)
    _tell_review(batch, event, Kind.REVIEW_SUBMITTED, review, basis, officers_too=True)


@notes(ReviewRefused)
def review_refused(batch: Batch, event: Event[ReviewRefused]) -> None:
    review = event.data.review
    batch.application(review, "refused")
    reasons = [each.model_dump(mode="json") for each in event.data.reasons]
    citation = reasons[0]["citation"] if reasons else _cited(batch.work.regulation.basis(Rule.REVIEW_ELIGIBILITY))
    _tell_review(batch, event, Kind.REVIEW_REFUSED, review, citation, reasons=reasons)


@notes(ReviewAdvanced)
def review_advanced(batch: Batch, event: Event[ReviewAdvanced]) -> None:
    data = event.data
    batch.application(data.review, None)
    basis = _cited(batch.work.regulation.review_route(Title(data.review.title)).basis)
    _tell_review(batch, event, Kind.REVIEW_ADVANCED, data.review, basis, by=data.by, opinion=data.opinion)


@notes(ReviewCheckOrdered)
def review_check_ordered(batch: Batch, event: Event[ReviewCheckOrdered]) -> None:
    review = event.data.review
    batch.application(review, None)
    basis = _cited(batch.work.regulation.basis(Rule.REVIEW_ON_SITE_CHECK, Title(review.title)))
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
        _cited(correction.citation),
        by=correction.returned_by,
        correction_due=correction.due.isoformat(),
        defects=[each.model_dump() for each in correction.defects],
    )


@notes(ReviewResubmitted)
def review_resubmitted(batch: Batch, event: Event[ReviewResubmitted]) -> None:
    review = event.data.review
    batch.application(review, None)
    basis = _cited(batch.work.regulation.basis(Rule.CASE_RETURN, Title(review.title)))
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
        _cited(data.citation),
        opinion=data.opinion,
        begins=data.begins.isoformat(),
        ends=data.ends.isoformat(),
    )


@notes(ReviewObjected)
def review_objected(batch: Batch, event: Event[ReviewObjected]) -> None:
    data = event.data
    batch.application(data.review, None)
    basis = _cited(batch.work.regulation.basis(Rule.REVIEW_PUBLIC_NOTICE, Title(data.review.title)))
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
        _cited(data.citation),
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
            on=_day(event.time),
            title=review.title,
            step=review.step,
            assisted=review.assisted,
            citation=citation,
            **facts,
        )


# ---- who acts for a firm


@notes(DelegationGranted)
def delegation_granted(batch: Batch, event: Event[DelegationGranted]) -> None:
    _tell_delegation(batch, event, Kind.DELEGATION_GRANTED, event.data.delegation)


@notes(DelegationEnded)
def delegation_ended(batch: Batch, event: Event[DelegationEnded]) -> None:
    _tell_delegation(batch, event, Kind.DELEGATION_ENDED, event.data.delegation, reason=event.data.reason)


def _tell_delegation(batch: Batch, event: Event[Any], kind: Kind, state: DelegationState, **facts: Any) -> None:
    batch.delegation(state)
    if recent(event.time, batch.work.now()):
        batch.tell(
            state.credit_code,
            kind,
            f"{state.delegation_id}/{state.version}",
            on=_day(event.time),
            person=state.person_name,
            until=state.until.isoformat() if state.until else None,
            citation=_cited(batch.work.regulation.basis(Rule.ACCOUNT_DELEGATION)),
            **facts,
        )


@handlers.together(*NOTES)
async def take_in(work: Work, events: Sequence[Event[Any]]) -> None:
    """Let all events of a transaction have their effect."""
    batch = Batch(work)
    for event in events:
        batch.hear(event)
        NOTES[type(event.data)](batch, event)
    await settle(batch)


@handlers.together(DeadlineExtended, DeadlineExtensionWithdrawn)
async def take_extensions(work: Work, events: Sequence[Event[DeadlineExtended | DeadlineExtensionWithdrawn]]) -> None:
    """A notice moved a deadline, or does so no longer: nobody is reminded of the old date while the titles follow."""
    states = newest((event.data.extension for event in events), lambda state: state.extension_id)
    rows = [{"id": state.extension_id, **state.model_dump(exclude={"extension_id"})} for state in states]
    await copies.take(work.session, DeadlineExtension, rows)


def _cited(basis: Basis | Citation) -> dict[str, Any]:
    return Citation.model_validate(basis).model_dump()


def _day(instant: datetime) -> str:
    return shanghai_date(instant).isoformat()
