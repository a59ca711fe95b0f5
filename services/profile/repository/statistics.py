"""SQL on who has updated: counts, lists, and rows for an export, each one statement."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, case, exists, func, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from services.profile.models import AnnualUpdate, Enterprise, OwedUpdate
from services.profile.vocabulary import UpdateStanding

CHUNK = 500
"""Rows that are fetched at once for an export."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which owed updates are meant: of a year as they stood at `as_of`, and what else is named.

    `within` is the authority of an officer who sees no other's firms.
    """

    year: int
    as_of: datetime
    within: str | None = None
    authority: str | None = None
    title: str | None = None
    state: UpdateStanding | None = None

    def authorities(self, authority: InstrumentedAttribute[str]) -> list[ColumnElement[bool]]:
        """What an authority must be for its firms to be meant."""
        return [authority == wanted for wanted in (self.within, self.authority) if wanted is not None]


@dataclass(frozen=True, slots=True)
class Count:
    """How the firms of one authority stand that owe an update for one title by one date."""

    authority: str
    title: str
    nominal_due: date
    due: date
    extended_by: str | None
    owing: int
    updated: int
    late: int
    not_updated: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How one firm stands for one title. `submitted_at` is the year's first submission, `last_at` the firm's last."""

    credit_code: str
    name: str
    authority: str
    contact: dict[str, Any] | None
    title: str
    nominal_due: date
    due: date
    submitted_at: datetime | None
    last_year: int | None
    last_at: datetime | None
    state: str


async def counts(session: AsyncSession, asked: Asked) -> list[Count]:
    """The counts by authority, title and due date, as they stood at any instant."""
    owed = _owed(asked)
    first = (
        select(AnnualUpdate.credit_code, func.min(AnnualUpdate.submitted_at).label("submitted_at"))
        .where(AnnualUpdate.duty_year == asked.year, AnnualUpdate.submitted_at <= asked.as_of)
        .group_by(AnnualUpdate.credit_code)
        .subquery("first_updates")
    )
    state = standing_of(owed, first)
    keys = (Enterprise.authority, owed.c.title, owed.c.nominal_due, owed.c.due, owed.c.extended_by)
    query = (
        select(
            *keys,
            func.count().label("owing"),
            *(func.count().filter(state == standing).label(standing) for standing in UpdateStanding),
        )
        .join_from(owed, Enterprise, Enterprise.credit_code == owed.c.credit_code)
        .outerjoin(first, first.c.credit_code == owed.c.credit_code)
        .where(*_narrowing(asked, owed))
        .group_by(*keys)
        .order_by(*keys)
    )
    return [Count(*row) for row in await session.execute(query)]


async def standings(
    session: AsyncSession, asked: Asked, *, after: tuple[str, str] | None, limit: int
) -> list[Standing]:
    """How firms stand, by credit code and title."""
    rows = await session.execute(_standings(asked, after).limit(limit))
    return [Standing(*row) for row in rows]


async def every_standing(session: AsyncSession, asked: Asked) -> AsyncGenerator[list[Standing], None]:
    """The same, all of them, a chunk at a time through a cursor of the database."""
    result = await session.stream(_standings(asked, None), execution_options={"yield_per": CHUNK})
    async for rows in result.partitions():
        yield [Standing(*row) for row in rows]


def _owed(asked: Asked, after: tuple[str, str] | None = None) -> Subquery:
    """Every firm and title once, by its earliest date where the firm holds the title twice; those that follow `after`.

    Read in the order of its index, so that a page costs what it shows.
    """
    other = aliased(OwedUpdate)
    earlier = (
        exists()
        .where(
            other.year == asked.year,
            other.credit_code == OwedUpdate.credit_code,
            other.title == OwedUpdate.title,
            tuple_(other.due, other.certification_id) < tuple_(OwedUpdate.due, OwedUpdate.certification_id),
            other.credit_code >= (after[0] if after else ""),
        )
        .correlate(OwedUpdate)
    )
    following = tuple_(OwedUpdate.credit_code, OwedUpdate.title) > after if after else true()
    return (
        select(
            OwedUpdate.credit_code,
            OwedUpdate.title,
            OwedUpdate.nominal_due,
            OwedUpdate.due,
            OwedUpdate.deadline,
            OwedUpdate.extended_by,
        )
        .where(OwedUpdate.year == asked.year, following, ~earlier)
        .subquery("owed")
    )


def _standings(asked: Asked, after: tuple[str, str] | None) -> Select[Any]:
    owed = _owed(asked, after)
    begin = after[0] if after else ""  # said of every table, so that each index is read from there
    made = (
        AnnualUpdate.credit_code == owed.c.credit_code,
        AnnualUpdate.credit_code >= begin,
        AnnualUpdate.duty_year == asked.year,
        AnnualUpdate.submitted_at <= asked.as_of,
    )
    first = select(func.min(AnnualUpdate.submitted_at).label("submitted_at")).where(*made).lateral("first_update")
    last = (
        select(AnnualUpdate.duty_year.label("last_year"), AnnualUpdate.submitted_at.label("last_at"))
        .where(AnnualUpdate.credit_code == owed.c.credit_code, AnnualUpdate.submitted_at <= asked.as_of)
        .order_by(AnnualUpdate.id.desc())
        .limit(1)
        .lateral("last_update")
    )
    query = (
        select(
            owed.c.credit_code,
            Enterprise.name,
            Enterprise.authority,
            Enterprise.contact,
            owed.c.title,
            owed.c.nominal_due,
            owed.c.due,
            first.c.submitted_at,
            last.c.last_year,
            last.c.last_at,
            standing_of(owed, first).label("state"),
        )
        .join_from(owed, Enterprise, Enterprise.credit_code == owed.c.credit_code)
        .join(first, true())
        .outerjoin(last, true())
        .where(Enterprise.credit_code >= begin, *_narrowing(asked, owed))
        .order_by(owed.c.credit_code, owed.c.title)
    )
    if asked.state is not None:
        # In the planner's own terms: what a CASE comes to, it can only guess.
        at_all, in_time = exists().where(*made), exists().where(*made, AnnualUpdate.submitted_at < owed.c.deadline)
        query = query.where(
            {
                UpdateStanding.UPDATED: in_time,
                UpdateStanding.LATE: at_all & ~in_time,
                UpdateStanding.NOT_UPDATED: ~at_all,
            }[asked.state]
        )
    return query


def _narrowing(asked: Asked, owed: Subquery) -> list[ColumnElement[bool]]:
    found = asked.authorities(Enterprise.authority)
    if asked.title is not None:
        found.append(owed.c.title == asked.title)
    return found


def standing_of(owed: Any, first: Any) -> ColumnElement[str]:
    """How a firm stands by what it owes and the year's first submission."""
    return case(
        (first.c.submitted_at.is_(None), UpdateStanding.NOT_UPDATED.value),
        (first.c.submitted_at < owed.c.deadline, UpdateStanding.UPDATED.value),
        else_=UpdateStanding.LATE.value,
    )
