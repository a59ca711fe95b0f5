"""Copies of firms and of the titles they hold."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.changes.models import Firm, HeldTitle
from shared.messaging.copies import outranks


async def firm(session: AsyncSession, credit_code: str, *, lock: bool = False) -> Firm | None:
    """A firm's copy; with `lock`, held until the transaction ends: its reports and occurrences meet one at a time."""
    query = select(Firm).where(Firm.credit_code == credit_code)
    return await session.scalar(query.with_for_update().execution_options(populate_existing=True) if lock else query)


async def held_titles(session: AsyncSession, credit_code: str) -> Sequence[HeldTitle]:
    """The titles that a firm holds now, as far as is known here."""
    query = select(HeldTitle).where(HeldTitle.credit_code == credit_code, HeldTitle.status == "valid")
    return (await session.scalars(query.order_by(HeldTitle.certification_id))).all()


async def copy_firms(session: AsyncSession, rows: Sequence[Mapping[str, Any]], *, anew: bool = False) -> None:
    """Keep firms' states, one of each, except where a newer one is kept; with `anew` at the kept version too."""
    await _copy(session, Firm, "credit_code", rows, anew=anew)


async def copy_titles(session: AsyncSession, rows: Sequence[Mapping[str, Any]], *, anew: bool = False) -> None:
    """Keep titles' states as firms' are."""
    await _copy(session, HeldTitle, "certification_id", rows, anew=anew)


async def _copy(
    session: AsyncSession, kind: type[Firm | HeldTitle], key: str, rows: Sequence[Mapping[str, Any]], *, anew: bool
) -> None:
    statement = insert(kind).values(rows)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[key],
            set_={name: statement.excluded[name] for name in rows[0] if name != key},
            where=outranks(statement.excluded.version, kind.version, anew=anew),
        )
    )
