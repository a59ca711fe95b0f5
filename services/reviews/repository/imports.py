"""SQL on uploaded lists."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from services.reviews.models import CertificationImport, ImportProgress
from services.reviews.vocabulary import ImportStatus


async def next_queued(session: AsyncSession) -> CertificationImport | None:
    """The list that has waited longest, locked; None where none waits or all are worked on."""
    query = select(CertificationImport).where(CertificationImport.status == ImportStatus.QUEUED)
    query = query.order_by(CertificationImport.id).limit(1).options(undefer(CertificationImport.content))
    return await session.scalar(query.with_for_update(skip_locked=True))


async def imported(session: AsyncSession, import_id: UUID) -> tuple[CertificationImport, ImportProgress] | None:
    query = select(CertificationImport, ImportProgress).join(
        ImportProgress, ImportProgress.import_id == CertificationImport.id
    )
    row = (await session.execute(query.where(CertificationImport.id == import_id))).first()
    return (row[0], row[1]) if row else None


async def begin(session: AsyncSession, import_id: UUID) -> int:
    """Count one more try; how many there were with this one."""
    return (
        await session.scalars(
            update(ImportProgress)
            .where(ImportProgress.import_id == import_id)
            .values(attempts=ImportProgress.attempts + 1, done=0)
            .returning(ImportProgress.attempts)
        )
    ).one()


async def progress(session: AsyncSession, import_id: UUID, *, rows: int, done: int) -> None:
    await session.execute(
        update(ImportProgress).where(ImportProgress.import_id == import_id).values(rows=rows, done=done)
    )
