"""Worklists as queries: each says in SQL what `domain.worklist` says of one case."""

from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.reviews.models import Review
from services.reviews.vocabulary import OFFICE, TO_REVIEW, ReviewStatus
from shared.regulation import Worklist
from shared.runtime.database import counted_up_to


def in_worklist(name: Worklist, today: date, office: str | None = None) -> ColumnElement[bool]:
    """Applications in a worklist; of those to review an `office` finds its own step alone."""
    match name:
        case Worklist.OVERDUE:
            late = and_(Review.status.in_(TO_REVIEW), Review.handling_due < today)
            return or_(late, and_(Review.status == ReviewStatus.RETURNED, Review.return_due < today))
        case Worklist.TO_REVIEW:
            own = [status for status in TO_REVIEW if office is None or OFFICE[status] == office]
            return and_(Review.status.in_(own), or_(Review.handling_due.is_(None), Review.handling_due >= today))
        case Worklist.RETURNED:
            in_time = or_(Review.return_due.is_(None), Review.return_due >= today)
            return and_(Review.status == ReviewStatus.RETURNED, in_time)
        case Worklist.CHECKING:
            return Review.status == ReviewStatus.CHECKING
        case Worklist.AWAITING_MINISTRY:
            return Review.status == ReviewStatus.RECOMMENDED
        case Worklist.IN_PUBLIC_NOTICE:
            return Review.status == ReviewStatus.IN_PUBLIC_NOTICE


async def sizes(
    session: AsyncSession, reach: ColumnElement[bool], today: date, office: str | None, most: int
) -> dict[Worklist, int]:
    """How many applications are in each worklist, counted no further than `most`."""
    within = select(Review.id).where(reach)
    return await counted_up_to(
        session, {name: within.where(in_worklist(name, today, office)) for name in Worklist}, most
    )
