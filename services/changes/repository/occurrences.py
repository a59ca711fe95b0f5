"""Recorded occurrences: found by firm, by change, by the report that reported them."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.changes.models import Occurrence, Report
from services.changes.vocabulary import MADE, OccurrenceState


async def occurrence(session: AsyncSession, occurrence_id: UUID, *, lock: bool = False) -> Occurrence | None:
    """An occurrence; with `lock`, held until the transaction ends."""
    query = select(Occurrence).where(Occurrence.id == occurrence_id)
    return await session.scalar(query.with_for_update().execution_options(populate_existing=True) if lock else query)


async def occurrences(
    session: AsyncSession,
    reach: ColumnElement[bool],
    *,
    filters: Mapping[str, str | None],
    state: OccurrenceState | None,
    today: date,
    due_from: date | None,
    due_to: date | None,
    before: UUID | None,
    limit: int,
) -> Sequence[Occurrence]:
    """Occurrences, the newest first; `filters` are equalities by column, `state` is that of `today`."""
    query = select(Occurrence).where(reach).order_by(Occurrence.id.desc()).limit(limit)
    for column, value in filters.items():
        if value is not None:
            query = query.where(getattr(Occurrence, column) == value)
    if state is not None:
        query = query.where(_in_state(state, today))
    if due_from is not None:
        query = query.where(Occurrence.due >= due_from)
    if due_to is not None:
        query = query.where(Occurrence.due <= due_to)
    if before is not None:
        query = query.where(Occurrence.id < before)
    return (await session.scalars(query)).all()


def _in_state(state: OccurrenceState, today: date) -> ColumnElement[bool]:
    match state:
        case OccurrenceState.OPEN:
            return and_(Occurrence.status == OccurrenceState.OPEN, Occurrence.due >= today)
        case OccurrenceState.OVERDUE:
            return and_(Occurrence.status == OccurrenceState.OPEN, Occurrence.due < today)
        case _:
            return Occurrence.status == state


async def of_change(session: AsyncSession, credit_code: str, type_: str, happened_on: date) -> Occurrence | None:
    """What is recorded of a firm's change already, unless it was dismissed."""
    return await session.scalar(
        select(Occurrence).where(
            Occurrence.credit_code == credit_code,
            Occurrence.type == type_,
            Occurrence.happened_on == happened_on,
            Occurrence.status != OccurrenceState.DISMISSED,
        )
    )


async def report_of_change(session: AsyncSession, credit_code: str, type_: str, happened_on: date) -> UUID | None:
    """The report that was made of a firm's change and stands."""
    return await session.scalar(
        select(Report.id)
        .where(
            Report.credit_code == credit_code,
            Report.type == type_,
            Report.happened_on == happened_on,
            Report.status.in_(MADE),
        )
        .limit(1)
    )


async def meant_by(session: AsyncSession, report: Report) -> Sequence[Occurrence]:
    """What a report reports, locked: the occurrence that it names, and those of the same type and day."""
    same = and_(Occurrence.type == report.type, Occurrence.happened_on == report.happened_on)
    query = select(Occurrence).where(
        Occurrence.credit_code == report.credit_code,
        or_(same, Occurrence.id == report.occurrence_id),
        Occurrence.status.in_((OccurrenceState.OPEN, OccurrenceState.SANCTIONED)),
    )
    query = query.order_by(Occurrence.id).with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(query)).all()


async def reported_by(session: AsyncSession, report_id: UUID) -> Sequence[Occurrence]:
    """The occurrences that a report has closed, locked."""
    query = select(Occurrence).where(Occurrence.report_id == report_id, Occurrence.status == OccurrenceState.REPORTED)
    query = query.order_by(Occurrence.id).with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(query)).all()
