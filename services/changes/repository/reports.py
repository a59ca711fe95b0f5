"""Reports with their history."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.changes.models import Attachment, Report, ReportStep


async def report(session: AsyncSession, report_id: UUID, *, lock: bool = False) -> Report | None:
    """A report; with `lock`, held until the transaction ends."""
    query = select(Report).where(Report.id == report_id)
    return await session.scalar(query.with_for_update().execution_options(populate_existing=True) if lock else query)


async def reports(
    session: AsyncSession,
    *wanted: ColumnElement[bool],
    filters: Mapping[str, str | UUID | None],
    happened_from: date | None,
    happened_to: date | None,
    before: UUID | None,
    limit: int,
) -> Sequence[Report]:
    """Reports that fulfil every condition, the newest first; `filters` are equalities by column."""
    query = select(Report).where(*wanted).order_by(Report.id.desc()).limit(limit)
    for column, value in filters.items():
        if value is not None:
            query = query.where(getattr(Report, column) == value)
    if happened_from is not None:
        query = query.where(Report.happened_on >= happened_from)
    if happened_to is not None:
        query = query.where(Report.happened_on <= happened_to)
    if before is not None:
        query = query.where(Report.id < before)
    return (await session.scalars(query)).all()


async def remove(session: AsyncSession, report_id: UUID) -> None:
    """Delete a draft with its history and what is attached to it."""
    await session.execute(delete(Attachment).where(Attachment.report_id == report_id))
    await session.execute(delete(ReportStep).where(ReportStep.report_id == report_id))
    await session.execute(delete(Report).where(Report.id == report_id))


async def steps(session: AsyncSession, report_id: UUID) -> Sequence[ReportStep]:
    """A report's history, the oldest first."""
    return (
        await session.scalars(select(ReportStep).where(ReportStep.report_id == report_id).order_by(ReportStep.id))
    ).all()
