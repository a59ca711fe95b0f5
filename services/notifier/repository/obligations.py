"""Obligations: written anew by what is known, taken by their next stage."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifier.models import Firm, Obligation
from services.notifier.vocabulary import ObligationState

Row = dict[str, Any]


async def add(session: AsyncSession, rows: Sequence[Row]) -> None:
    if rows:
        await session.execute(insert(Obligation), rows)


async def change(session: AsyncSession, rows: Sequence[Row]) -> None:
    """Set what each row names of the obligation with its `id`; all rows name the same."""
    if rows:
        await session.execute(update(Obligation), rows)


async def at_a_stage(session: AsyncSession, now: datetime, limit: int) -> Sequence[tuple[Obligation, Firm]]:
    """Open obligations whose next stage has come, the longest waiting first; locked, and none that others hold.

    So are their firms: news of a firm that is being taken in, such as its first address, must not be missed.
    """
    rows = await session.execute(
        select(Obligation, Firm)
        .join(Firm, Firm.credit_code == Obligation.credit_code)
        .where(Obligation.state == ObligationState.OPEN, Obligation.next_stage_at <= now)
        .order_by(Obligation.next_stage_at, Obligation.id)
        .limit(limit)
        .with_for_update(of=(Obligation, Firm), skip_locked=True)
    )
    return [(obligation, firm) for obligation, firm in rows]


async def by_id(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Obligation]:
    found = await session.scalars(select(Obligation).where(Obligation.id.in_(ids)))
    return {obligation.id: obligation for obligation in found}
