"""SQL on deadline extensions."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.profile.models import DeadlineExtension
from shared import regulation
from shared.regulation import Title


async def extension(session: AsyncSession, extension_id: UUID, *, lock: bool = False) -> DeadlineExtension | None:
    """An extension; with `lock`, held until the transaction ends."""
    query = select(DeadlineExtension).where(DeadlineExtension.id == extension_id)
    return await session.scalar(query.with_for_update().execution_options(populate_existing=True) if lock else query)


async def extensions(
    session: AsyncSession, *, year: int | None, in_force: bool | None, before: UUID | None, limit: int
) -> Sequence[DeadlineExtension]:
    """Extensions, the newest first."""
    query = select(DeadlineExtension).order_by(DeadlineExtension.id.desc()).limit(limit)
    if year is not None:
        query = query.where(DeadlineExtension.year == year)
    if in_force is not None:
        withdrawn = DeadlineExtension.withdrawn_at
        query = query.where(withdrawn.is_(None) if in_force else withdrawn.is_not(None))
    if before is not None:
        query = query.where(DeadlineExtension.id < before)
    return (await session.scalars(query)).all()


async def in_force(session: AsyncSession, first_year: int) -> list[regulation.DeadlineExtension]:
    """The extensions of a year and of later ones that were not withdrawn, in the order of their declaration."""
    query = select(DeadlineExtension).where(
        DeadlineExtension.year >= first_year, DeadlineExtension.withdrawn_at.is_(None)
    )
    return [
        regulation.DeadlineExtension(
            id=str(each.id),
            duty=each.duty,
            year=each.year,
            titles=frozenset(map(Title, each.titles)),
            authorities=None if each.authorities is None else frozenset(each.authorities),
            due=each.due,
            source=each.source,
            declared_at=each.declared_at,
        )
        for each in await session.scalars(query.order_by(DeadlineExtension.id))
    ]
