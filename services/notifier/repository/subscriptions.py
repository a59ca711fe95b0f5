"""Subscriptions: what officers want to be told."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifier.models import Subscription


async def subscription(
    session: AsyncSession, reach: ColumnElement[bool], subscription_id: UUID, *, lock: bool = False
) -> Subscription | None:
    """A subscription; with `lock`, held until the transaction ends."""
    query = select(Subscription).where(reach, Subscription.id == subscription_id)
    return await session.scalar(query.with_for_update() if lock else query)


async def subscriptions(
    session: AsyncSession,
    reach: ColumnElement[bool],
    *,
    authority: str | None,
    in_force: bool | None,
    before: UUID | None,
    limit: int,
) -> Sequence[Subscription]:
    """Subscriptions, the newest first."""
    query = select(Subscription).where(reach).order_by(Subscription.id.desc()).limit(limit)
    if authority is not None:
        query = query.where(Subscription.authority == authority)
    if in_force is not None:
        query = query.where(Subscription.ended_at.is_(None) if in_force else Subscription.ended_at.is_not(None))
    if before is not None:
        query = query.where(Subscription.id < before)
    return (await session.scalars(query)).all()


async def in_force_of(session: AsyncSession, offices: Collection[str]) -> Sequence[Subscription]:
    """The subscriptions of these offices that have not ended, the oldest first."""
    return (
        await session.scalars(
            select(Subscription)
            .where(Subscription.authority.in_(offices), Subscription.ended_at.is_(None))
            .order_by(Subscription.id)
        )
    ).all()


async def by_id(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Subscription]:
    found = await session.scalars(select(Subscription).where(Subscription.id.in_(ids)))
    return {subscription.id: subscription for subscription in found}
