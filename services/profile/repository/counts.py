"""SQL that keeps the counts of who has updated, so that they cost the same however many firms there are."""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import date

from sqlalchemy import ColumnElement, delete, func, insert, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import Text

from services.profile.models import AnnualUpdate, Enterprise, HeldTitle, OwedUpdate, UpdateCount
from services.profile.repository.statistics import Asked, Count, standing_of
from services.profile.vocabulary import UpdateStanding

KEY = ("year", "authority", "title", "nominal_due", "due", "extended_by")
STANDINGS = tuple(standing.value for standing in UpdateStanding)
MANY = 1_000
"""Appended rows that are worth folding."""

AT_ONCE = 50_000

_Key = tuple[int, str, str, date, date, str | None]


@asynccontextmanager
async def counted(session: AsyncSession, credit_codes: Iterable[str]) -> AsyncIterator[None]:
    """Keep the counts true while the updates of these firms, or what they owe, change. The firms are held."""
    codes = sorted(set(credit_codes))
    firms = select(Enterprise.credit_code).where(_one_of(Enterprise.credit_code, codes))
    await session.execute(firms.order_by(Enterprise.credit_code).with_for_update())
    before = await _standings(session, codes)
    yield
    await session.flush()
    after = await _standings(session, codes)
    after.subtract(before)
    changes: defaultdict[_Key, dict[str, int]] = defaultdict(lambda: dict.fromkeys(STANDINGS, 0))
    for (key, standing), number in after.items():
        if number:
            changes[key][standing] = number
    if changes:
        rows = [{"folded": False, **dict(zip(KEY, key, strict=True)), **numbers} for key, numbers in changes.items()]
        await session.execute(insert(UpdateCount), rows)


async def _standings(session: AsyncSession, codes: list[str]) -> Counter[tuple[_Key, str]]:
    """How many of the firms stand how: by `KEY` and standing."""
    titles = select(HeldTitle.certification_id).where(_one_of(HeldTitle.credit_code, codes))
    owed = (
        select(OwedUpdate)
        .ext(distinct_on(OwedUpdate.year, OwedUpdate.credit_code, OwedUpdate.title))
        .where(OwedUpdate.certification_id.in_(titles))
        .order_by(
            OwedUpdate.year, OwedUpdate.credit_code, OwedUpdate.title, OwedUpdate.due, OwedUpdate.certification_id
        )
        .subquery("owed")
    )
    first = (
        select(
            AnnualUpdate.credit_code, AnnualUpdate.duty_year, func.min(AnnualUpdate.submitted_at).label("submitted_at")
        )
        .where(_one_of(AnnualUpdate.credit_code, codes))
        .group_by(AnnualUpdate.credit_code, AnnualUpdate.duty_year)
        .subquery("first_updates")
    )
    key = (owed.c.year, Enterprise.authority, owed.c.title, owed.c.nominal_due, owed.c.due, owed.c.extended_by)
    standing = standing_of(owed, first).label("standing")
    query = (
        select(*key, standing, func.count())
        .join_from(owed, Enterprise, Enterprise.credit_code == owed.c.credit_code)
        .outerjoin(first, (first.c.credit_code == owed.c.credit_code) & (first.c.duty_year == owed.c.year))
        .group_by(*key, standing)
    )
    return Counter({((year, *key), state): number for year, *key, state, number in await session.execute(query)})


async def kept_counts(session: AsyncSession, asked: Asked) -> list[Count]:
    """The counts as they stand now, by authority, title and due date."""
    columns = (
        UpdateCount.authority,
        UpdateCount.title,
        UpdateCount.nominal_due,
        UpdateCount.due,
        UpdateCount.extended_by,
    )
    numbers = [func.sum(getattr(UpdateCount, standing)) for standing in STANDINGS]
    owing = func.sum(UpdateCount.updated + UpdateCount.late + UpdateCount.not_updated)
    query = select(*columns, owing, *numbers).where(
        UpdateCount.year == asked.year, *asked.authorities(UpdateCount.authority)
    )
    if asked.title is not None:
        query = query.where(UpdateCount.title == asked.title)
    query = query.group_by(*columns).having(owing > 0).order_by(*columns)
    return [Count(*row) for row in await session.execute(query)]


async def fold(session: AsyncSession) -> int:
    """Fold what was appended into one row of its kind, where it is much; how many rows were."""
    waiting = select(UpdateCount.id).where(~UpdateCount.folded).order_by(UpdateCount.id)
    many = await session.scalar(select(func.count()).select_from(waiting.limit(MANY).subquery()))
    if many != MANY:
        return 0
    some = waiting.limit(AT_ONCE).with_for_update(skip_locked=True)
    taken = (
        delete(UpdateCount)
        .where(UpdateCount.id.in_(some))
        .returning(*(getattr(UpdateCount, name) for name in (*KEY, *STANDINGS)))
        .cte("taken")
    )
    key = [taken.c[name] for name in KEY]
    sums = select(literal(True), *key, *(func.sum(taken.c[standing]) for standing in STANDINGS)).group_by(*key)
    folding = upsert(UpdateCount).from_select(["folded", *KEY, *STANDINGS], sums)
    folded = folding.on_conflict_do_update(
        index_elements=list(KEY),
        index_where=text("folded"),
        set_={standing: UpdateCount.__table__.c[standing] + folding.excluded[standing] for standing in STANDINGS},
    )
    await session.execute(folded)
    return MANY


def _one_of(column: InstrumentedAttribute[str], codes: list[str]) -> ColumnElement[bool]:
    return column == func.any(literal(codes, ARRAY(Text)))
