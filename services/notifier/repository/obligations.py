"""Obligations: written anew by what is known, taken by their next stage."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, all_, any_, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from services.notifier.models import Firm, Obligation
from services.notifier.vocabulary import ObligationState

Row = dict[str, Any]

IS_OPEN = Obligation.state == literal(ObligationState.OPEN.value, literal_execute=True)
"""As the partial indexes have it: with a parameter in its place a plan that is kept could not use them."""


async def add(session: AsyncSession, rows: Sequence[Row]) -> None:
    if rows:
        await session.execute(insert(Obligation), rows)


async def change(session: AsyncSession, rows: Sequence[Row]) -> None:
    """Set what each row names of the obligation with its `id`; all rows name the same."""
    if rows:
        await session.execute(update(Obligation), rows)


async def at_a_stage(session: AsyncSession, now: datetime, limit: int) -> Sequence[tuple[Obligation, Firm]]:
    """Open obligations whose next stage has come, the longest waiting first, and all others of their firms' that have.

    Locked, and none that others hold. So are their firms: news of a firm that is being taken in, such as its first
    address, must not be missed, and nobody else deals with what else a firm is to be reminded of.
    """
    page = await _page(session, Obligation.next_stage_at, now, limit)
    if not page:
        return page
    also = await session.scalars(
        select(Obligation)
        .where(
            Obligation.credit_code == any_(literal(list({firm.credit_code for _, firm in page}), ARRAY(Text))),
            Obligation.id != all_(literal([obligation.id for obligation, _ in page], ARRAY(Uuid))),
            IS_OPEN,
            Obligation.next_stage_at <= now,
        )
        .order_by(Obligation.next_stage_at, Obligation.id)
        .with_for_update()
    )
    firms = {firm.credit_code: firm for _, firm in page}
    return [*page, *((obligation, firms[obligation.credit_code]) for obligation in also)]


async def escalating(session: AsyncSession, now: datetime, limit: int) -> Sequence[tuple[Obligation, Firm]]:
    """Open obligations that are to be on officers' lists by now, with their firms; locked as those at a stage."""
    return await _page(session, Obligation.escalates_at, now, limit)


async def _page(
    session: AsyncSession, at: InstrumentedAttribute[datetime | None], now: datetime, limit: int
) -> Sequence[tuple[Obligation, Firm]]:
    rows = await session.execute(
        select(Obligation, Firm)
        .join(Firm, Firm.credit_code == Obligation.credit_code)
        .where(IS_OPEN, at <= now)
        .order_by(at, Obligation.id)
        .limit(limit)
        .with_for_update(of=(Obligation, Firm), skip_locked=True)
    )
    return [(obligation, firm) for obligation, firm in rows]


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with an obligation, as far as a mail rests on it."""

    duty: str
    subject: str
    state: str


async def standing(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Standing]:
    """How it stands with these obligations, by id."""
    found = await session.execute(
        select(Obligation.id, Obligation.duty, Obligation.subject, Obligation.state).where(Obligation.id.in_(ids))
    )
    return {id_: Standing(*rest) for id_, *rest in found}
