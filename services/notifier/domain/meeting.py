"""What meets a duty: an update in time, an application that stands, a report that was made."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from services.notifier.models import Application, Obligation, Occurrence, Report
from services.notifier.vocabulary import ObligationState
from shared.regulation import Duty, end_of_day

UNSUCCESSFUL = frozenset({"refused", "withdrawn", "stopped", "lapsed"})
"""Outcomes of an application that leave the firm without one."""


def updated_in_time(updates: Mapping[int, datetime], year: int, opens: datetime, due: date) -> bool:
    """Whether the first update of a year was submitted from `opens` until the end of the due day."""
    submitted_at = updates.get(year)
    return submitted_at is not None and opens <= submitted_at < end_of_day(due)


def updated_late(updates: Mapping[int, datetime], year: int, due: date) -> bool:
    """Whether the first update of a year was submitted when the due day was over."""
    submitted_at = updates.get(year)
    return submitted_at is not None and submitted_at >= end_of_day(due)


def applied_for(
    certification: str, opens: datetime, applications: Iterable[Application], closes: date | None = None
) -> bool:
    """Whether an application that stands was filed for a title since `opens`, and not after `closes`.

    One that is open counts whenever it was filed: a campaign may have moved the window since.
    """
    return any(
        str(each.certification_id) == certification
        and each.outcome not in UNSUCCESSFUL
        and (each.outcome is None or each.applied_at >= opens)
        and (closes is None or each.applied_at < end_of_day(closes))
        for each in applications
    )


def closed_as(
    obligation: Obligation,
    updates: Mapping[int, datetime],
    applications: Iterable[Application],
    reports: Iterable[Report],
    occurrences: Iterable[Occurrence] = (),
    *,
    lives_on: bool = False,
) -> ObligationState:
    """What became of an obligation that the copies no longer show, whatever was heard of first.

    `lives_on`: the same is owed by another date. A report whose day was corrected is made by the corrected one.
    """
    corrected = lives_on and obligation.duty == Duty.CHANGE_REPORT
    if not corrected and _met(obligation, updates, applications, reports, occurrences):
        return ObligationState.MET
    return ObligationState.MOVED if lives_on else ObligationState.ENDED


def _met(
    obligation: Obligation,
    updates: Mapping[int, datetime],
    applications: Iterable[Application],
    reports: Iterable[Report],
    occurrences: Iterable[Occurrence],
) -> bool:
    match obligation.duty:
        case Duty.UPDATE if obligation.year is not None:
            return updated_in_time(updates, obligation.year, obligation.acts_from, obligation.due)
        case Duty.REVIEW:
            return applied_for(obligation.subject, obligation.acts_from, applications, obligation.due)
        case Duty.RETURNED_CASE:
            return any(
                str(each.id) == obligation.subject and each.outcome not in UNSUCCESSFUL for each in applications
            ) or any(
                str(report.id) == obligation.subject and report.standing == ObligationState.MET for report in reports
            )
        case _:
            made = {str(report.id): report.standing for report in reports}
            told = {str(occurrence.id): occurrence.standing for occurrence in occurrences}
            return (made | told).get(obligation.subject) == ObligationState.MET
