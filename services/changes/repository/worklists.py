"""Worklists as queries: each says in SQL what `domain.worklist` says of one case."""

from datetime import date

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.changes.models import Report
from services.changes.vocabulary import OFFICE, TO_REVIEW, Status
from shared.regulation import Worklist
from shared.runtime.database import counted_up_to


def in_worklist(name: Worklist, today: date, office: str | None = None) -> ColumnElement[bool]:
    """Reports in a worklist; of those to review an `office` finds its own step alone."""
    late = and_(Report.status.in_(TO_REVIEW), Report.handling_due < today)
    uncorrected = and_(Report.status == Status.RETURNED, Report.correction_due < today)
    match name:
        case Worklist.OVERDUE:
            return or_(late, uncorrected)
        case Worklist.TO_REVIEW:
            own = [status for status in TO_REVIEW if office is None or OFFICE[status] == office]
            return and_(Report.status.in_(own), or_(Report.handling_due.is_(None), Report.handling_due >= today))
        case Worklist.RETURNED:
            return and_(
                Report.status == Status.RETURNED,
                or_(Report.correction_due.is_(None), Report.correction_due >= today),
            )
        case Worklist.AWAITING_MINISTRY:
            return or_(
                Report.status == Status.REFERRED, and_(Report.status == Status.DECIDED, Report.sanction_referred)
            )
        case _:
            return false()  # reports are neither checked against a profile nor put on public notice


async def sizes(
    session: AsyncSession, reach: ColumnElement[bool], today: date, office: str | None, most: int
) -> dict[Worklist, int]:
    """How many reports are in each worklist, counted no further than `most`."""
    within = select(Report.id).where(reach)
    return await counted_up_to(
        session, {name: within.where(in_worklist(name, today, office)) for name in Worklist}, most
    )
