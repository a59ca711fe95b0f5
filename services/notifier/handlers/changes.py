"""Change reports, and changes that officers saw."""

from typing import Any

from services.notifier.commands.taking_in import Batch
from services.notifier.domain import recent
from services.notifier.handlers.notes import cited, day, notes
from services.notifier.vocabulary import Kind, ObligationState
from shared.contracts import (
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
    OccurrenceClosed,
    OccurrenceRecorded,
    OccurrenceReopened,
    OccurrenceState,
    TitleOutcome,
)
from shared.messaging import Event
from shared.regulation import Rule, Step, Title


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
        cited(report.citation),
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
            cited(report.correction.citation),
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
        cited(basis),
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
        cited(basis),
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
        _tell_report(batch, event, Kind.CHANGE_SANCTIONED, data.report, cited(data.citation), **told)
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
            on=day(event.time),
            occurrence_id=str(occurrence.occurrence_id),
            type=occurrence.type,
            happened_on=occurrence.happened_on.isoformat(),
            nominal_due=occurrence.nominal_due.isoformat(),
            due=occurrence.due.isoformat(),
            passed=batch.work.today() > occurrence.due,
            evidence=occurrence.evidence,
            citation=cited(citation),
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
            on=day(event.time),
            report_id=str(report.report_id),
            type=report.type,
            happened_on=report.happened_on.isoformat(),
            due=report.due.isoformat(),
            on_time=report.on_time,
            citation=citation,
            **facts,
        )
