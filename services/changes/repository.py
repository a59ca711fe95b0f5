"""All SQL of the changes service."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.changes.models import Firm, HeldTitle, Report, ReportStep


async def report(session: AsyncSession, report_id: UUID, *, lock: bool = False) -> Report | None:
    """A report; with `lock`, held until the transaction ends."""
    query = select(Report).where(Report.id == report_id)
    return await session.scalar(query.with_for_update().execution_options(populate_existing=True) if lock else query)


async def reports(
    session: AsyncSession,
    reach: ColumnElement[bool],
    *,
    filters: Mapping[str, str | None],
    happened_from: date | None,
    happened_to: date | None,
    before: UUID | None,
    limit: int,
) -> Sequence[Report]:
    """Reports, the newest first; `filters` are equalities by column."""
    query = select(Report).where(reach).order_by(Report.id.desc()).limit(limit)
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
    """Delete a draft with its history."""
    await session.execute(delete(ReportStep).where(ReportStep.report_id == report_id))
    await session.execute(delete(Report).where(Report.id == report_id))


async def steps(session: AsyncSession, report_id: UUID) -> Sequence[ReportStep]:
    """A report's history, the oldest first."""
    return (
        await session.scalars(select(ReportStep).where(ReportStep.report_id == report_id).order_by(ReportStep.id))
    ).all()


async def firm(session: AsyncSession, credit_code: str) -> Firm | None:
    return await session.scalar(select(Firm).where(Firm.credit_code == credit_code))


async def held_titles(session: AsyncSession, credit_code: str) -> Sequence[HeldTitle]:
    """The titles that a firm holds now, as far as is known here."""
    query = select(HeldTitle).where(HeldTitle.credit_code == credit_code, HeldTitle.status == "valid")
    return (await session.scalars(query.order_by(HeldTitle.certification_id))).all()


async def copy_firms(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep firms' states, one of each, except where a newer one is kept already."""
    await _copy(session, Firm, "credit_code", rows)


async def copy_titles(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep titles' states, one of each, except where a newer one is kept already."""
    await _copy(session, HeldTitle, "certification_id", rows)


async def _copy(
    session: AsyncSession, kind: type[Firm | HeldTitle], key: str, rows: Sequence[Mapping[str, Any]]
) -> None:
    statement = insert(kind).values(rows)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[key],
            set_={name: statement.excluded[name] for name in rows[0] if name != key},
            where=statement.excluded.version > kind.version,
        )
    )
