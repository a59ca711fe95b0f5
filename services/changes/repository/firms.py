"""Copies of firms and of the titles they hold."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.changes.models import Firm, HeldTitle


async def firm(session: AsyncSession, credit_code: str, *, lock: bool = False) -> Firm | None:
    """A firm's copy; with `lock`, held until the transaction ends: its reports and occurrences meet one at a time."""
    query = select(Firm).where(Firm.credit_code == credit_code)
    return await session.scalar(query.with_for_update().execution_options(populate_existing=True) if lock else query)


async def held_titles(session: AsyncSession, credit_code: str) -> Sequence[HeldTitle]:
    """The titles that a firm holds now, as far as is known here."""
    query = select(HeldTitle).where(HeldTitle.credit_code == credit_code, HeldTitle.status == "valid")
    return (await session.scalars(query.order_by(HeldTitle.certification_id))).all()
