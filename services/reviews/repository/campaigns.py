"""SQL on review campaigns.

Who declares or ends a campaign waits for everybody who is giving a title its window, and they wait for him: whatever
title is entered or extended has either seen the campaign or is found by its spreading. A campaign's row is locked so
that titles can refer to it meanwhile.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Text, any_, func, literal, or_, select, text, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from services.reviews.models import Campaign as Declared
from services.reviews.models import Certification
from services.reviews.vocabulary import CertificationStatus
from shared.regulation import Campaign, Title


async def held_still(session: AsyncSession) -> Sequence[Campaign]:
    """The campaigns in force; none is declared or ended until the transaction ends."""
    await session.execute(text("SELECT pg_advisory_xact_lock_shared(hashtext('review campaigns'))"))
    return await in_force(session)


async def take_turns(session: AsyncSession) -> None:
    """Nobody else declares or ends a campaign, or gives a title its window, until the transaction ends."""
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtext('review campaigns'))"))


async def in_force(session: AsyncSession, at: datetime | None = None) -> Sequence[Campaign]:
    """The campaigns in force now, or at an instant, in the order of their declaration."""
    query = select(Declared).order_by(Declared.id)
    if at is None:
        query = query.where(Declared.ended_at.is_(None))
    else:
        query = query.where(Declared.declared_at <= at, or_(Declared.ended_at.is_(None), Declared.ended_at > at))
    return [
        Campaign(
            id=str(each.id),
            titles=frozenset(Title(title) for title in each.titles),
            expires_from=each.expires_from,
            expires_to=each.expires_to,
            opens=each.opens,
            closes=each.closes,
            source=each.source,
        )
        for each in await session.scalars(query)
    ]


async def campaign(session: AsyncSession, campaign_id: UUID, *, lock: bool = False) -> Declared | None:
    query = select(Declared).where(Declared.id == campaign_id)
    if lock:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return await session.scalar(query)


async def campaigns(
    session: AsyncSession, *, in_force: bool | None, before: UUID | None, limit: int
) -> Sequence[Declared]:
    """Campaigns, the newest first."""
    query = select(Declared).order_by(Declared.id.desc()).limit(limit)
    if in_force is not None:
        query = query.where(Declared.ended_at.is_(None) if in_force else Declared.ended_at.is_not(None))
    return (await session.scalars(query if before is None else query.where(Declared.id < before))).all()


async def next_spreading(session: AsyncSession) -> Declared | None:
    """The campaign that waits longest to be spread, locked; None where none waits or others are at it."""
    query = select(Declared).where(Declared.spreading).order_by(Declared.id).limit(1)
    return await session.scalar(query.with_for_update(skip_locked=True, key_share=True))


@dataclass(frozen=True, slots=True)
class Covered:
    """How many valid titles of a kind a campaign covers, and of how many of them it sets the window (`moved`)."""

    title: str
    titles: int
    moved: int


async def covered(
    session: AsyncSession, titles: Collection[str], expires_from: date, expires_to: date, campaign_id: UUID | None
) -> list[Covered]:
    """The valid titles that expire in a range, counted; `campaign_id` None for one that is not declared yet."""
    moved = func.count().filter(Certification.campaign_id == campaign_id) if campaign_id else literal(0)
    query = (
        select(Certification.title, func.count(), moved)
        .where(*_cohort(titles, expires_from, expires_to))
        .group_by(Certification.title)
        .order_by(Certification.title)
    )
    return [Covered(*row) for row in await session.execute(query)]


def _cohort(titles: Collection[str], expires_from: date, expires_to: date) -> tuple[ColumnElement[bool], ...]:
    return (
        Certification.status == CertificationStatus.VALID,
        Certification.title == any_(literal(list(titles), ARRAY(Text))),
        Certification.valid_to.between(expires_from, expires_to),
    )


async def cohort(session: AsyncSession, of: Declared, limit: int) -> list[tuple[date, UUID]]:
    """Expiry and id of the next page of the valid titles that a campaign covers, from where its spreading has come."""
    query = select(Certification.valid_to, Certification.id).where(*_cohort(of.titles, of.expires_from, of.expires_to))
    if of.spread_to is not None:
        query = query.where(tuple_(Certification.valid_to, Certification.id) > tuple_(of.spread_to, of.spread_id))
    rows = await session.execute(query.order_by(Certification.valid_to, Certification.id).limit(limit))
    return [(row[0], row[1]) for row in rows]
