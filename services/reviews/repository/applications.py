"""SQL on review applications."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, any_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from services.reviews.hindsight import PastReview
from services.reviews.models import Certification, Review, ReviewStep
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
    reach: ColumnElement[bool],
    *,
    credit_code: str | None,
    certification_id: UUID | None,
    statuses: Collection[str] | None,
    authority: str | None,
    before: UUID | None,
    limit: int,
) -> list[tuple[Review, Certification]]:
    """Applications with their titles, the newest first."""
    query = select(Review, Certification).join(Certification, Certification.id == Review.certification_id).where(reach)
    query = query.order_by(Review.id.desc()).limit(limit)
    if credit_code is not None:
        query = query.where(Review.credit_code == credit_code)
    if certification_id is not None:
        query = query.where(Review.certification_id == certification_id)
    if statuses is not None:
        query = query.where(Review.status.in_(statuses))
    if authority is not None:
        query = query.where(Certification.authority == authority)
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


async def steps(session: AsyncSession, review_id: UUID) -> Sequence[ReviewStep]:
    """An application's history, the oldest first."""
    return (
        await session.scalars(select(ReviewStep).where(ReviewStep.review_id == review_id).order_by(ReviewStep.id))
    ).all()


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
