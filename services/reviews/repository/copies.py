"""SQL on the copies of profiles."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Text, any_, column, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.reviews.models import ProfileCopy
from shared.contracts import ProfileState
from shared.messaging.copies import outranks

COPIED = ("version", "name", "authority", "updates", "latest_update")


def copy_of(profile: ProfileState) -> ProfileCopy:
    """The copy of a profile's state, not yet kept."""
    return ProfileCopy(credit_code=profile.credit_code, **_copied(profile))


async def copy_profiles(session: AsyncSession, profiles: Sequence[ProfileState], *, anew: bool = False) -> list[str]:
    """Keep profiles' states, one of each, except where a newer one is kept already; credit codes of those kept.

    With `anew` a state replaces one of its version too. They are handed over as one document: with a parameter for
    every column of every row the statement is another one each time, which takes longer to prepare than to carry out.
    """
    columns = ProfileCopy.__table__.columns
    states = [{"credit_code": profile.credit_code, **_copied(profile)} for profile in profiles]
    told = (
        func.jsonb_to_recordset(literal(states, JSONB))
        .table_valued(*(column(each.key, each.type) for each in columns))
        .render_derived("told", with_types=True)
    )
    statement = insert(ProfileCopy).from_select(columns.keys(), select(told))
    kept = await session.scalars(
        statement.on_conflict_do_update(
            index_elements=[ProfileCopy.credit_code],
            set_={name: statement.excluded[name] for name in COPIED},
            where=outranks(statement.excluded.version, ProfileCopy.version, anew=anew),
        ).returning(ProfileCopy.credit_code)
    )
    return list(kept)


async def profile_copy(session: AsyncSession, credit_code: str) -> ProfileCopy | None:
    query = select(ProfileCopy).where(ProfileCopy.credit_code == credit_code)
    return await session.scalar(query.execution_options(populate_existing=True))


async def profile_copies(session: AsyncSession, credit_codes: Collection[str]) -> dict[str, ProfileCopy]:
    rows = await session.scalars(
        select(ProfileCopy).where(ProfileCopy.credit_code == any_(literal(list(credit_codes), ARRAY(Text))))
    )
    return {row.credit_code: row for row in rows}


def _copied(profile: ProfileState) -> dict[str, Any]:
    return {
        "version": profile.version,
        "name": profile.name,
        "authority": profile.authority,
        "updates": {str(each.year): each.submitted_at.isoformat() for each in profile.updates},
        "latest_update": profile.latest_update.model_dump(mode="json") if profile.latest_update else None,
    }
