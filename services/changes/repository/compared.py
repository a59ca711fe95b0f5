"""What is compared of reports and occurrences, and of the copies of firms and titles."""

from sqlalchemy import case

from services.changes.models import Firm, HeldTitle, Occurrence, Report
from services.changes.vocabulary import OccurrenceState, Status
from shared.messaging.copies import selected, summed

PROFILES = selected(Firm.credit_code, Firm.name, Firm.authority)

TITLES = selected(
    HeldTitle.certification_id, HeldTitle.credit_code, HeldTitle.title, HeldTitle.status, HeldTitle.valid_to
)

# Under a draft that was deleted or a report that was withdrawn nothing is owed, and copies need not keep it.
REPORTS = selected(
    Report.id,
    Report.credit_code,
    Report.type,
    Report.happened_on,
    Report.nominal_due,
    Report.due,
    Report.provisional,
    Report.occurrence_id,
    standing=case((Report.status == Status.DRAFT, "open"), else_="met"),
    citation=summed("citation"),
    correction=summed("correction"),
).where(Report.status != Status.WITHDRAWN)

OCCURRENCES = selected(
    Occurrence.id,
    Occurrence.credit_code,
    Occurrence.type,
    Occurrence.happened_on,
    Occurrence.nominal_due,
    Occurrence.due,
    Occurrence.provisional,
    Occurrence.evidence,
    Occurrence.recorded_at,
    standing=case(
        (Occurrence.status == OccurrenceState.OPEN, "open"),
        (Occurrence.status == OccurrenceState.REPORTED, "met"),
        else_="ended",
    ),
    citation=summed("citation"),
)
