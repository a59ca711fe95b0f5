"""SQL on review applications."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, any_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from services.reviews.hindsight import PastReview
from services.reviews.models import Certification, Objection, OnSiteCheck, Review, ReviewStep
from services.reviews.repository.certifications import still_unsettled
from services.reviews.vocabulary import OPEN_REVIEWS


async def review(session: AsyncSession, review_id: UUID) -> tuple[Review, Certification] | None:
    """An application and its title."""
    query = select(Review, Certification).join(Certification, Certification.id == Review.certification_id)
    row = (await session.execute(query.where(Review.id == review_id))).first()
    return (row[0], row[1]) if row else None


async def locked(session: AsyncSession, review_id: UUID) -> tuple[Review, Certification] | None:
    """The same, held until the transaction ends. The title is locked first, by everybody."""
    owner = select(Review.certification_id).where(Review.id == review_id).scalar_subquery()
    certification = await session.scalar(
        select(Certification)
        .where(Certification.id == owner)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if certification is None:
        return None
    found = await session.scalar(
        select(Review).where(Review.id == review_id).with_for_update().execution_options(populate_existing=True)
    )
    return (found, certification) if found else None


async def reviews(
    session: AsyncSession,
    *within: ColumnElement[bool],
    credit_code: str | None,
    certification_id: UUID | None,
    statuses: Collection[str] | None,
    authority: str | None,
    assignee: str | None,
    before: UUID | None,
    limit: int,
) -> list[tuple[Review, Certification]]:
    """Applications with their titles, the newest first, `within` every one of the given conditions."""
    query = select(Review, Certification).join(Certification, Certification.id == Review.certification_id)
    query = query.where(*within)
    query = query.order_by(Review.id.desc()).limit(limit)
    if credit_code is not None:
        query = query.where(Review.credit_code == credit_code)
    if certification_id is not None:
        query = query.where(Review.certification_id == certification_id)
    if statuses is not None:
        query = query.where(Review.status.in_(statuses))
    if authority is not None:
        query = query.where(Review.authority == authority)
    if assignee is not None:
        query = query.where(Review.assignee == assignee)
    if before is not None:
        query = query.where(Review.id < before)
    return [(row[0], row[1]) for row in await session.execute(query)]


async def open_reviews(session: AsyncSession, certification_ids: Collection[UUID]) -> Mapping[UUID, Review]:
    """Title to its open application."""
    rows = await session.scalars(
        select(Review)
        .where(
            Review.certification_id == any_(literal(list(certification_ids), ARRAY(Uuid))),
            Review.status.in_(OPEN_REVIEWS),
        )
        .execution_options(populate_existing=True)
    )
    return {row.certification_id: row for row in rows}


@dataclass(frozen=True, slots=True)
class History:
    """What happened to an application, each part the oldest first."""

    steps: Sequence[ReviewStep]
    checks: Sequence[OnSiteCheck]
    objections: Sequence[Objection]


async def history(session: AsyncSession, review_id: UUID) -> History:
    """An application's history."""
    steps = select(ReviewStep).where(ReviewStep.review_id == review_id).order_by(ReviewStep.id)
    checks = select(OnSiteCheck).where(OnSiteCheck.review_id == review_id).order_by(OnSiteCheck.id)
    objections = select(Objection).where(Objection.review_id == review_id).order_by(Objection.number)
    return History(
        (await session.scalars(steps)).all(),
        (await session.scalars(checks)).all(),
        (await session.scalars(objections)).all(),
    )


async def due(
    session: AsyncSession, status: str, is_due: ColumnElement[bool], by: InstrumentedAttribute[Any], limit: int
) -> list[tuple[Review, Certification]]:
    """A page of the applications in a state that are due, the longest due first, locked, whoever else sweeps.

    Titles are locked first, by everybody; what became of an application meanwhile is seen once it is locked too.
    """
    page = (
        await session.execute(
            select(Review.id, Review.certification_id).where(Review.status == status, is_due).order_by(by).limit(limit)
        )
    ).all()
    if not page:
        return []
    certifications = {
        each.id: each
        for each in await session.scalars(
            select(Certification)
            .where(Certification.id == any_(literal([row[1] for row in page], ARRAY(Uuid))))
            .order_by(Certification.id)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
    }
    found = await session.scalars(
        select(Review)
        .where(
            Review.id == any_(literal([row[0] for row in page], ARRAY(Uuid))),
            Review.certification_id == any_(literal(list(certifications), ARRAY(Uuid))),
            Review.status == status,
            is_due,
        )
        .order_by(Review.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return [(each, certifications[each.certification_id]) for each in found]


def undisputed(now: datetime) -> ColumnElement[bool]:
    """Whether no objection to an application is open, and no update of its title that fell due is unsettled."""
    objection = select(Objection.number).where(Objection.review_id == Review.id, Objection.upheld.is_(None))
    return ~objection.exists() & ~still_unsettled(Review.certification_id, now).exists()


async def objections_so_far(session: AsyncSession, review_id: UUID) -> int:
    """How many objections to an application there are."""
    return (
        await session.scalar(select(func.count()).select_from(Objection).where(Objection.review_id == review_id)) or 0
    )


async def objection(session: AsyncSession, review_id: UUID, number: int) -> Objection | None:
    return await session.get(Objection, (review_id, number), populate_existing=True)


async def past_reviews(session: AsyncSession, certification: Certification) -> list[PastReview]:
    """Every application that was made for a title, the oldest first."""
    rows = await session.execute(
        select(Review, func.max(ReviewStep.at))
        .join(ReviewStep, ReviewStep.review_id == Review.id)
        .where(Review.credit_code == certification.credit_code, Review.certification_id == certification.id)
        .group_by(Review.id)
        .order_by(Review.id)
    )
    return [
        PastReview(
            review_id=review.id,
            status=review.status,
            applied_at=review.applied_at,
            ended_at=None if review.status in OPEN_REVIEWS else last,
            period_end=review.valid_to,
        )
        for review, last in rows
    ]
