"""Follow-ups: firms, and offices, whom officers must reach by other means."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifier.models import FollowUp
from services.notifier.vocabulary import FollowUpKind, FollowUpState

Row = dict[str, Any]
OPEN = FollowUp.state == FollowUpState.OPEN


async def add(session: AsyncSession, rows: Sequence[Row]) -> None:
    """Open follow-ups; where one of the same is open it stays as it is."""
    if rows:
        await session.execute(
            insert(FollowUp).on_conflict_do_nothing(index_elements=[FollowUp.kind, FollowUp.about], index_where=OPEN),
            rows,
        )


async def dead(session: AsyncSession, addresses: Collection[str]) -> set[str]:
    """Which of these addresses nothing is sent to, in lower case."""
    if not addresses:
        return set()
    about = {address.lower() for address in addresses}
    found = await session.scalars(
        select(func.lower(FollowUp.about)).where(
            FollowUp.kind == FollowUpKind.BAD_ADDRESS, FollowUp.about.in_(about), OPEN
        )
    )
    return set(found)
