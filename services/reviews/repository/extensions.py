"""SQL on deadline extensions."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import exists, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.reviews import models
from services.reviews.models import Certification
from services.reviews.vocabulary import CertificationStatus
from shared.messaging.copies import keep_states
from shared.regulation import DeadlineExtension, Title

LOCK = "hashtextextended('peiyu deadline extensions', 0)"


async def take(session: AsyncSession, rows: Sequence[Mapping[str, Any]], *, anew: bool = False) -> None:
    """Keep extensions, one state of each, unless a newer one is kept; the duties have to follow what is new.

    Waits until all have finished who compute dates with the extensions that they know; before that for who lets duties
    follow these very ones, so that nobody waits in a circle.
    """
    kept = models.DeadlineExtension
    ids = sorted(row["extension_id"] for row in rows)
    await session.execute(
        select(kept.extension_id).where(kept.extension_id.in_(ids)).order_by(kept.extension_id).with_for_update()
    )
    await session.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
    await keep_states(session, kept, [{**row, "settled": False, "reached": None} for row in rows], anew=anew)


async def in_force(
    session: AsyncSession, at: datetime | None = None, *, hold: bool = False
) -> tuple[DeadlineExtension, ...]:
    """The extensions that hold now, or held at an instant, in the order of their declaration.

    With `hold` no other is taken until the transaction ends, so that what it enters with these dates is found by the
    next one.
    """
    if hold:
        await session.execute(text(f"SELECT pg_advisory_xact_lock_shared({LOCK})"))
    kept = models.DeadlineExtension
    query = select(kept).order_by(kept.declared_at, kept.extension_id)
    if at is None:
        query = query.where(kept.withdrawn_at.is_(None))
    else:
        query = query.where(kept.declared_at <= at, or_(kept.withdrawn_at.is_(None), kept.withdrawn_at > at))
    rows = await session.scalars(query)
    return tuple(
        DeadlineExtension(
            id=str(row.extension_id),
            duty=row.duty,
            year=row.year,
            titles=frozenset(map(Title, row.titles)),
            authorities=None if row.authorities is None else frozenset(row.authorities),
            due=row.due,
            source=row.source,
            declared_at=row.declared_at,
        )
        for row in rows
    )


async def unsettled(session: AsyncSession) -> models.DeadlineExtension | None:
    """The extension that the duties have longest to follow, locked; None where none is left or others are at it."""
    kept = models.DeadlineExtension
    query = select(kept).where(kept.settled.is_(False)).order_by(kept.extension_id).limit(1)
    return await session.scalar(query.with_for_update(skip_locked=True))


async def unsettled_remain(session: AsyncSession) -> bool:
    """Whether duties have an extension to follow yet."""
    return bool(await session.scalar(select(exists().where(models.DeadlineExtension.settled.is_(False)))))


async def titles_to_move(
    session: AsyncSession, extension: models.DeadlineExtension, limit: int
) -> Sequence[Certification]:
    """The next held titles that an extension may move, by id, locked."""
    query = select(Certification).where(
        Certification.status == CertificationStatus.VALID, Certification.title.in_(extension.titles)
    )
    if extension.authorities is not None:
        query = query.where(Certification.authority.in_(extension.authorities))
    if extension.reached is not None:
        query = query.where(Certification.id > extension.reached)
    query = query.order_by(Certification.id).limit(limit).with_for_update()
    return (await session.scalars(query.execution_options(populate_existing=True))).all()
