"""What each event means here: a copy that is brought up to date, and what is to be told."""

from datetime import date, datetime
from typing import Any

from services.notifier.commands.taking_in import Batch, taking_in
from services.notifier.domain import recent
from services.notifier.vocabulary import Kind, ObligationState
from shared.contracts import (
    CertificationCancelled,
    CertificationExpired,
    CertificationExtended,
    CertificationGranted,
    CertificationState,
    ChangeDecided,
    ChangeDiscarded,
    ChangeDrafted,
    ChangeOpinionGiven,
    ChangeReportState,
    ChangeSubmitted,
    ChangeWithdrawn,
    Citation,
    EligibilityRestored,
    EligibilityRevoked,
    ProfileChanged,
    ProfileRegistered,
    ProfileUpdated,
    ReviewAdvanced,
    ReviewDecided,
    ReviewRefused,
    ReviewState,
    ReviewSubmitted,
    TitleOutcome,
)
from shared.messaging import Event, Handlers, Work
from shared.regulation import Basis, Rule, Title, shanghai_date

handlers = Handlers("notifier")


@handlers.on(ProfileRegistered, ProfileChanged)
async def profile_changed(work: Work, event: Event[ProfileRegistered | ProfileChanged]) -> None:
    taking_in(work, event).profile(event.data.profile)


@handlers.on(ProfileUpdated)
async def profile_updated(work: Work, event: Event[ProfileUpdated]) -> None:
    batch, data = taking_in(work, event), event.data
    batch.profile(data.profile)
    if recent(data.submitted_at, work.now()):
        batch.tell(
            data.credit_code,
            Kind.UPDATE_RECEIVED,
            str(data.update_id),
            year=data.duty_year,
            on=_day(data.submitted_at),
            citation=_cited(work.regulation.basis(Rule.UPDATE_DUE, None, date(data.duty_year, 1, 1))),
        )


# ---- titles


@handlers.on(CertificationGranted)
async def certification_granted(work: Work, event: Event[CertificationGranted]) -> None:
    batch, state = taking_in(work, event), event.data.certification
    batch.certification(state)
    if recent(state.valid_from, work.now()):
        basis = work.regulation.basis(Rule.REVIEW_WINDOW, Title(state.title), state.valid_to)
        duties = [{"year": each.year, "due": each.due.isoformat()} for each in state.duties if each.state == "open"]
        _tell_title(work, batch, event, Kind.CERTIFICATION_GRANTED, state, _cited(basis), duties=duties)


@handlers.on(CertificationExtended)
async def certification_extended(work: Work, event: Event[CertificationExtended]) -> None:
    batch, state = taking_in(work, event), event.data.certification
    batch.certification(state)
    previous = event.data.previous_valid_to
    basis = work.regulation.basis(Rule.REVIEW_EXTENSION, Title(state.title), previous)
    _tell_title(
        work, batch, event, Kind.CERTIFICATION_EXTENDED, state, _cited(basis), previous_valid_to=previous.isoformat()
    )


@handlers.on(CertificationCancelled)
async def certification_cancelled(work: Work, event: Event[CertificationCancelled]) -> None:
    batch, data = taking_in(work, event), event.data
    batch.certification(data.certification)
    _tell_title(
        work,
        batch,
        event,
        Kind.CERTIFICATION_CANCELLED,
        data.certification,
        _cited(data.citation),
        reason=data.reason,
        decided_by=data.decided_by,
    )


@handlers.on(CertificationExpired)
async def certification_expired(work: Work, event: Event[CertificationExpired]) -> None:
    batch, data = taking_in(work, event), event.data
    batch.certification(data.certification)
    _tell_title(
        work, batch, event, Kind.CERTIFICATION_EXPIRED, data.certification, _cited(data.citation), reason=data.reason
    )


@handlers.on(EligibilityRevoked)
async def eligibility_revoked(work: Work, event: Event[EligibilityRevoked]) -> None:
    batch, data = taking_in(work, event), event.data
    batch.certification(data.certification)
    _tell_title(
        work,
        batch,
        event,
        Kind.ELIGIBILITY_REVOKED,
        data.certification,
        _cited(data.citation),
        reason=data.reason,
        duty=data.duty,
        year=data.year,
        due=data.due.isoformat(),
    )


@handlers.on(EligibilityRestored)
async def eligibility_restored(work: Work, event: Event[EligibilityRestored]) -> None:
    batch, data = taking_in(work, event), event.data
    batch.certification(data.certification)
    _tell_title(
        work, batch, event, Kind.ELIGIBILITY_RESTORED, data.certification, _cited(data.citation), reason=data.reason
    )


def _tell_title(
    work: Work,
    batch: Batch,
    event: Event[Any],
    kind: Kind,
    state: CertificationState,
    citation: dict[str, Any],
    **facts: Any,
) -> None:
    if recent(event.time, work.now()):
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


@handlers.on(ChangeDrafted)
async def change_drafted(work: Work, event: Event[ChangeDrafted]) -> None:
    taking_in(work, event).report(event.data.report, ObligationState.OPEN)


@handlers.on(ChangeDiscarded, ChangeWithdrawn)
async def change_dropped(work: Work, event: Event[ChangeDiscarded | ChangeWithdrawn]) -> None:
    """Nothing is owed under this report any more; a change that did happen is reported by another."""
    taking_in(work, event).report(event.data.report, ObligationState.ENDED)


@handlers.on(ChangeSubmitted)
async def change_submitted(work: Work, event: Event[ChangeSubmitted]) -> None:
    batch, report = taking_in(work, event), event.data.report
    batch.report(report, ObligationState.MET)
    _tell_report(work, batch, event, Kind.CHANGE_SUBMITTED, report, _cited(report.citation), officers_too=True)


@handlers.on(ChangeOpinionGiven)
async def change_opinion_given(work: Work, event: Event[ChangeOpinionGiven]) -> None:
    taking_in(work, event).report(event.data.report, ObligationState.MET)


@handlers.on(ChangeDecided)
async def change_decided(work: Work, event: Event[ChangeDecided]) -> None:
    batch, report = taking_in(work, event), event.data.report
    batch.report(report, ObligationState.MET)
    decisions = event.data.decisions
    cancelled = [Title(each.title) for each in decisions if each.outcome is not TitleOutcome.RETAINED]
    basis = (
        work.regulation.basis(Rule.CHANGE_REPORT_CANCELLED, cancelled[0])
        if cancelled
        else work.regulation.basis(Rule.CHANGE_REPORT_RETAINED)
    )
    _tell_report(
        work,
        batch,
        event,
        Kind.CHANGE_DECIDED,
        report,
        _cited(basis),
        decisions=[each.model_dump(mode="json", include={"title", "outcome", "reason"}) for each in decisions],
    )


def _tell_report(
    work: Work,
    batch: Batch,
    event: Event[Any],
    kind: Kind,
    report: ChangeReportState,
    citation: dict[str, Any],
    *,
    officers_too: bool = False,
    **facts: Any,
) -> None:
    if recent(event.time, work.now()):
        batch.tell(
            report.credit_code,
            kind,
            f"{report.report_id}/{report.version}",
            officers_too=officers_too,
            on=_day(event.time),
            type=report.type,
            happened_on=report.happened_on.isoformat(),
            due=report.due.isoformat(),
            on_time=report.on_time,
            citation=citation,
            **facts,
        )


# ---- reviews


@handlers.on(ReviewSubmitted)
async def review_submitted(work: Work, event: Event[ReviewSubmitted]) -> None:
    batch, review = taking_in(work, event), event.data.review
    batch.application(review, None)
    basis = _cited(work.regulation.review_route(Title(review.title)).basis)
    _tell_review(work, batch, event, Kind.REVIEW_SUBMITTED, review, basis, officers_too=True)


@handlers.on(ReviewRefused)
async def review_refused(work: Work, event: Event[ReviewRefused]) -> None:
    batch, review = taking_in(work, event), event.data.review
    batch.application(review, "refused")
    reasons = [each.model_dump(mode="json") for each in event.data.reasons]
    citation = reasons[0]["citation"] if reasons else _cited(work.regulation.basis(Rule.REVIEW_ELIGIBILITY))
    _tell_review(work, batch, event, Kind.REVIEW_REFUSED, review, citation, reasons=reasons)


@handlers.on(ReviewAdvanced)
async def review_advanced(work: Work, event: Event[ReviewAdvanced]) -> None:
    batch, data = taking_in(work, event), event.data
    batch.application(data.review, None)
    basis = _cited(work.regulation.review_route(Title(data.review.title)).basis)
    _tell_review(work, batch, event, Kind.REVIEW_ADVANCED, data.review, basis, by=data.by, opinion=data.opinion)


@handlers.on(ReviewDecided)
async def review_decided(work: Work, event: Event[ReviewDecided]) -> None:
    batch, data = taking_in(work, event), event.data
    batch.application(data.review, data.outcome)
    _tell_review(
        work,
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
    work: Work,
    batch: Batch,
    event: Event[Any],
    kind: Kind,
    review: ReviewState,
    citation: dict[str, Any],
    *,
    officers_too: bool = False,
    **facts: Any,
) -> None:
    if recent(event.time, work.now()):
        batch.tell(
            review.credit_code,
            kind,
            f"{review.review_id}/{review.version}",
            officers_too=officers_too,
            on=_day(event.time),
            title=review.title,
            step=review.step,
            citation=citation,
            **facts,
        )


def _cited(basis: Basis | Citation) -> dict[str, Any]:
    return Citation.model_validate(basis).model_dump()


def _day(instant: datetime) -> str:
    return shanghai_date(instant).isoformat()
