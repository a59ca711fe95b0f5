"""SQL on enterprises, their updates and what is known of their titles."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Text, Uuid, any_, column, delete, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.profile.models import AnnualUpdate, Enterprise, HeldTitle, Name, OwedUpdate, UpdateDraft
from shared.messaging.copies import keep_states


async def enterprise(session: AsyncSession, credit_code: str, *, lock: bool = False) -> Enterprise | None:
    """A firm; with `lock`, held until the transaction ends."""
    query = select(Enterprise).where(Enterprise.credit_code == credit_code)
    return await session.scalar(query.with_for_update().execution_options(populate_existing=True) if lock else query)


async def enter(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> set[str]:
    """Insert the firms that are not there; the credit codes of those that were not."""
    if not rows:
        return set()
    statement = insert(Enterprise).on_conflict_do_nothing().returning(Enterprise.credit_code)
    return set(await session.scalars(statement, rows))


async def names(session: AsyncSession, credit_code: str) -> Sequence[Name]:
    """A firm's names, the oldest first."""
    return (await session.scalars(select(Name).where(Name.credit_code == credit_code).order_by(Name.since))).all()


async def names_of(session: AsyncSession, credit_codes: Sequence[str]) -> Sequence[Name]:
    """The names of several firms, the newest first."""
    query = select(Name).where(Name.credit_code.in_(credit_codes)).order_by(Name.since.desc())
    return (await session.scalars(query)).all()


async def first_updates(session: AsyncSession, credit_code: str) -> dict[int, datetime]:
    """Duty year to the instant of its first submission."""
    return (await first_updates_of(session, [credit_code]))[credit_code]


async def first_updates_of(session: AsyncSession, credit_codes: Sequence[str]) -> dict[str, dict[int, datetime]]:
    """The same of several firms, by credit code."""
    rows = await session.execute(
        select(AnnualUpdate.credit_code, AnnualUpdate.duty_year, func.min(AnnualUpdate.submitted_at))
        .where(AnnualUpdate.credit_code == any_(literal(list(credit_codes), ARRAY(Text))))
        .group_by(AnnualUpdate.credit_code, AnnualUpdate.duty_year)
        .order_by(AnnualUpdate.credit_code, AnnualUpdate.duty_year)
    )
    found: dict[str, dict[int, datetime]] = {credit_code: {} for credit_code in credit_codes}
    for credit_code, year, instant in rows:
        found[credit_code][year] = instant
    return found


async def latest_updates(session: AsyncSession, credit_codes: Sequence[str]) -> dict[str, AnnualUpdate]:
    """Credit code to the firm's last submission for its latest duty year."""
    rows = await session.scalars(
        select(AnnualUpdate)
        .where(AnnualUpdate.credit_code == any_(literal(list(credit_codes), ARRAY(Text))))
        .ext(distinct_on(AnnualUpdate.credit_code))
        .order_by(AnnualUpdate.credit_code, AnnualUpdate.duty_year.desc(), AnnualUpdate.submitted_at.desc())
    )
    return {row.credit_code: row for row in rows}


async def draft(session: AsyncSession, credit_code: str, duty_year: int, *, lock: bool = False) -> UpdateDraft | None:
    query = select(UpdateDraft).where(UpdateDraft.credit_code == credit_code, UpdateDraft.duty_year == duty_year)
    return await session.scalar(query.with_for_update() if lock else query)


async def remove_draft(session: AsyncSession, credit_code: str, duty_year: int) -> None:
    await session.execute(
        delete(UpdateDraft).where(UpdateDraft.credit_code == credit_code, UpdateDraft.duty_year == duty_year)
    )


async def update(session: AsyncSession, credit_code: str, update_id: UUID) -> AnnualUpdate | None:
    return await session.scalar(
        select(AnnualUpdate).where(AnnualUpdate.id == update_id, AnnualUpdate.credit_code == credit_code)
    )


async def updates(
    session: AsyncSession, credit_code: str, *, year: int | None, before: UUID | None, limit: int
) -> Sequence[AnnualUpdate]:
    """A firm's updates, the newest first."""
    query = (
        select(AnnualUpdate)
        .where(AnnualUpdate.credit_code == credit_code)
        .order_by(AnnualUpdate.id.desc())
        .limit(limit)
    )
    if year is not None:
        query = query.where(AnnualUpdate.duty_year == year)
    if before is not None:
        query = query.where(AnnualUpdate.id < before)
    return (await session.scalars(query)).all()


async def titles(session: AsyncSession, credit_code: str) -> Sequence[HeldTitle]:
    """What is known here of a firm's titles."""
    return (
        await session.scalars(
            select(HeldTitle).where(HeldTitle.credit_code == credit_code).order_by(HeldTitle.certification_id)
        )
    ).all()


async def titles_of(session: AsyncSession, credit_codes: Sequence[str]) -> Sequence[HeldTitle]:
    """What is known here of the titles of several firms."""
    query = select(HeldTitle).where(HeldTitle.credit_code.in_(credit_codes)).order_by(HeldTitle.certification_id)
    return (await session.scalars(query)).all()


async def copy_titles(session: AsyncSession, rows: Sequence[dict[str, Any]], *, anew: bool = False) -> set[UUID]:
    """Keep titles' states, one of each, except where a newer one is kept already; the titles whose state was kept.

    With `anew` a state replaces one of its version too.
    """
    return set(await keep_states(session, HeldTitle, rows, anew=anew))


async def replace_owed(session: AsyncSession, told: Mapping[UUID, datetime], rows: Sequence[dict[str, Any]]) -> None:
    """Let titles owe the updates in `rows`, and of others only those that had fallen due when it was `told`."""
    instants = (
        func.unnest(literal(list(told), ARRAY(Uuid)), literal(list(told.values()), ARRAY(DateTime(timezone=True))))
        .table_valued(column("id", Uuid), column("at", DateTime(timezone=True)))
        .render_derived("told")
    )
    await session.execute(
        delete(OwedUpdate)
        .where(OwedUpdate.certification_id == instants.c.id, OwedUpdate.deadline > instants.c.at)
        .execution_options(synchronize_session=False)
    )
    if rows:
        statement = insert(OwedUpdate)
        await session.execute(
            statement.on_conflict_do_update(
                index_elements=[OwedUpdate.certification_id, OwedUpdate.year],
                set_={name: statement.excluded[name] for name in rows[0] if name not in ("certification_id", "year")},
            ),
            rows,
        )


async def add_all(
    session: AsyncSession, kind: type[Enterprise | Name | AnnualUpdate], rows: Iterable[dict[str, Any]]
) -> None:
    """Insert many rows of a table."""
    if rows := list(rows):
        await session.execute(insert(kind), rows)
