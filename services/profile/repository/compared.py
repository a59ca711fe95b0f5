"""What is compared of firms, extensions, delegations and titles, here and where they are copied."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Text, any_, literal, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from services.profile.models import DeadlineExtension, Delegation, Enterprise, HeldTitle
from services.profile.repository.delegations import Found
from services.profile.vocabulary import DelegationStatus
from shared.messaging.copies import listed, selected, summed

UPDATES = """(
    SELECT string_agg(duty_year || '=' || first, ' ' ORDER BY duty_year)
    FROM (
        SELECT duty_year, min(submitted_at) AS first FROM annual_updates AS updates
        WHERE updates.credit_code = enterprises.credit_code GROUP BY duty_year
    ) AS firsts
)"""

# The figures follow from the update that it names, which is never changed.
LATEST = """(
    SELECT CASE WHEN form ?& '{ip,product}' AND jsonb_array_length(form->'years') > 0
        THEN duty_year || '=' || submitted_at END
    FROM annual_updates AS updates WHERE updates.credit_code = enterprises.credit_code
    ORDER BY duty_year DESC, submitted_at DESC LIMIT 1
)"""

CONTACT = "ROW({0}->>'name', {0}->>'mobile', {0}->>'email', COALESCE({0}->>'language', 'zh-CN'))"

PROFILES = selected(
    Enterprise.credit_code,
    Enterprise.name,
    Enterprise.authority,
    contact=summed(CONTACT.format("contact")),
    second_contact=summed(f"CASE WHEN second_contact IS NOT NULL THEN {CONTACT.format('second_contact')} END"),
    updates=literal_column(UPDATES, Text),
    latest_update=literal_column(LATEST, Text),
)

OF_AN_EXTENSION = (
    DeadlineExtension.duty,
    DeadlineExtension.year,
    DeadlineExtension.titles,
    DeadlineExtension.authorities,
    DeadlineExtension.due,
    DeadlineExtension.source,
    DeadlineExtension.declared_at,
    DeadlineExtension.withdrawn_at,
)
EXTENSIONS = selected(DeadlineExtension.id, *OF_AN_EXTENSION)

DELEGATIONS = selected(
    Delegation.id,
    Delegation.credit_code,
    Delegation.person,
    Delegation.until,
    ended=Delegation.ended_at.is_not(None),
).where(Delegation.decided_at.is_not(None), Delegation.status.in_((DelegationStatus.GRANTED, DelegationStatus.ENDED)))

TITLES = selected(
    HeldTitle.certification_id,
    HeldTitle.credit_code,
    HeldTitle.title,
    HeldTitle.status,
    HeldTitle.valid_to,
    duties=listed("duties", "year", "nominal_due", "due", "extended_by"),
)


async def delegations(session: AsyncSession, ids: Sequence[UUID]) -> list[Found]:
    """Delegations with their firms."""
    query = select(Delegation, Enterprise).join(Enterprise, Enterprise.credit_code == Delegation.credit_code)
    rows = await session.execute(query.where(Delegation.id == any_(literal(list(ids), ARRAY(Delegation.id.type)))))
    return [(row[0], row[1]) for row in rows]
