"""What is compared of titles and applications, and of the copies of profiles and extensions."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Text, any_, case, literal, literal_column, null, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from services.reviews.models import Certification, DeadlineExtension, ProfileCopy, Review
from services.reviews.vocabulary import OPEN_REVIEWS, ReviewStatus
from shared.messaging.copies import selected, summed

# As titles are told: nothing is owed any more for one that has ended, and whether a duty is met every service sees for
# itself, by the firm's updates.
DUTIES = """(
    SELECT string_agg(concat_ws('/', year, nominal_due, due, extended_by), ' ' ORDER BY year)
    FROM update_duties AS duties
    WHERE duties.certification_id = certifications.id AND duties.state <> 'lapsed'
        AND duties.nominal_due > certifications.period_start AND certifications.status = 'valid'
)"""

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
    duties=literal_column(DUTIES, Text),
)

APPLICATIONS = selected(
    Review.id,
    Review.certification_id,
    Review.credit_code,
    Review.applied_at,
    outcome=case((Review.status.in_(OPEN_REVIEWS), null()), else_=Review.status),
    correction=summed("correction"),
).where(Review.status != ReviewStatus.CHECKING)

PROFILES = selected(
    ProfileCopy.credit_code,
    ProfileCopy.name,
    ProfileCopy.authority,
    updates=literal_column(
        "(SELECT string_agg(key || '=' || value::timestamptz, ' ' ORDER BY key::int) FROM jsonb_each_text(updates))",
        Text,
    ),
    latest_update=literal_column(
        "(latest_update->>'duty_year') || '=' || (latest_update->>'submitted_at')::timestamptz", Text
    ),
)

EXTENSIONS = selected(
    DeadlineExtension.extension_id,
    DeadlineExtension.duty,
    DeadlineExtension.year,
    DeadlineExtension.titles,
    DeadlineExtension.authorities,
    DeadlineExtension.due,
    DeadlineExtension.source,
    DeadlineExtension.declared_at,
    DeadlineExtension.withdrawn_at,
)


async def applications(session: AsyncSession, ids: Sequence[UUID]) -> list[tuple[Review, Certification]]:
    """Applications with their titles."""
    query = select(Review, Certification).join(Certification, Certification.id == Review.certification_id)
    rows = await session.execute(query.where(Review.id == any_(literal(list(ids), ARRAY(Review.id.type)))))
    return [(row[0], row[1]) for row in rows]
