"""What is compared of the copies of other services' things."""

from sqlalchemy import Text, literal_column

from services.notifier.models import Application, Certification, DeadlineExtension, Firm, Occurrence, Report
from services.notifier.vocabulary import ObligationState
from shared.messaging.copies import listed, selected, summed

PROFILES = selected(
    Firm.credit_code,
    Firm.name,
    Firm.authority,
    contact=summed("ROW(contact_name, contact_mobile, contact_email, language)"),
    second_contact=summed(
        "CASE WHEN second_email IS NOT NULL THEN ROW(second_name, second_mobile, second_email, second_language) END"
    ),
    updates=literal_column(
        """(
            SELECT string_agg((each->>'year') || '=' || (each->>'submitted_at')::timestamptz, ' '
                ORDER BY (each->>'year')::int)
            FROM jsonb_array_elements(updates) each
        )""",
        Text,
    ),
)

TITLES = selected(
    Certification.id,
    Certification.credit_code,
    Certification.title,
    Certification.status,
    Certification.eligibility,
    Certification.valid_to,
    Certification.window_opens,
    Certification.window_closes,
    window_citation=summed("window_citation"),
    duties=listed("duties", "year", "nominal_due", "due", "extended_by"),
)

APPLICATIONS = selected(
    Application.id,
    Application.certification_id,
    Application.credit_code,
    Application.applied_at,
    Application.outcome,
    correction=summed("correction - 'facts'"),
)

REPORTS = selected(
    Report.id,
    Report.credit_code,
    Report.type,
    Report.happened_on,
    Report.nominal_due,
    Report.due,
    Report.provisional,
    Report.occurrence_id,
    Report.standing,
    citation=summed("citation"),
    correction=summed("correction - 'facts'"),
).where(Report.standing != ObligationState.ENDED)

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
    Occurrence.standing,
    citation=summed("citation"),
)

EXTENSIONS = selected(
    DeadlineExtension.id,
    DeadlineExtension.duty,
    DeadlineExtension.year,
    DeadlineExtension.titles,
    DeadlineExtension.authorities,
    DeadlineExtension.due,
    DeadlineExtension.source,
    DeadlineExtension.declared_at,
    DeadlineExtension.withdrawn_at,
)
