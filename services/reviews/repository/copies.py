"""SQL on the copies of profiles."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Text, any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from services.reviews.models import ProfileCopy
from shared.contracts import ProfileState
from shared.messaging.copies import keep_states


def copy_of(profile: ProfileState) -> ProfileCopy:
    """The copy of a profile's state, not yet kept."""
    return ProfileCopy(credit_code=profile.credit_code, **_copied(profile))


async def copy_profiles(session: AsyncSession, profiles: Sequence[ProfileState], *, anew: bool = False) -> list[str]:
    """Keep profiles' states, one of each, except where a newer one is kept already; credit codes of those kept.

    With `anew` a state replaces one of its version too.
    """
    states = [{"credit_code": profile.credit_code, **_copied(profile)} for profile in profiles]
    return await keep_states(session, ProfileCopy, states, anew=anew)


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
