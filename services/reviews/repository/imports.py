"""SQL on uploaded lists."""

from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer, undefer

from services.reviews.models import CertificationImport, ImportProgress
from services.reviews.vocabulary import ImportStatus

Found = tuple[CertificationImport, ImportProgress]


async def next_queued(session: AsyncSession) -> CertificationImport | None:
    """The list that has waited longest, locked; None where none waits or all are worked on."""
    query = select(CertificationImport).where(CertificationImport.status == ImportStatus.QUEUED)
    query = query.order_by(CertificationImport.id).limit(1).options(undefer(CertificationImport.content))
    return await session.scalar(query.with_for_update(skip_locked=True))


async def imported(session: AsyncSession, import_id: UUID, *, lock: bool = False) -> Found | None:
    """A list with its progress; with `lock`, held until the transaction ends."""
    query = _with_progress().where(CertificationImport.id == import_id)
    if lock:
        query = query.with_for_update(of=CertificationImport)
    row = (await session.execute(query)).first()
    return (row[0], row[1]) if row else None


async def uploaded(session: AsyncSession, *, before: UUID | None, limit: int) -> list[Found]:
    """Lists without what was found in them, the newest first."""
    query = _with_progress().order_by(CertificationImport.id.desc()).limit(limit)
    query = query.options(defer(CertificationImport.errors), defer(CertificationImport.good))
    if before is not None:
        query = query.where(CertificationImport.id < before)
    return [(job, progress) for job, progress in await session.execute(query)]


def _with_progress() -> Select[CertificationImport, ImportProgress]:
    return select(CertificationImport, ImportProgress).join(
        ImportProgress, ImportProgress.import_id == CertificationImport.id
    )


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
