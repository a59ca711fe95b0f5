"""Copies of what other services own: taken when newer, loaded by firm."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import insert as plain_insert
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifier.models import (
    Application,
    Certification,
    DeadlineExtension,
    Firm,
    HeardEvent,
    Obligation,
    Occurrence,
    Report,
)
from shared import regulation
from shared.messaging.copies import keep_states

Copied = TypeVar("Copied", Certification, Report, Occurrence, Application, Obligation)
Row = dict[str, Any]


async def take_firms(session: AsyncSession, rows: Iterable[Row], *, anew: bool = False) -> None:
    """Keep each firm's state unless a newer one is kept; every firm is locked until the transaction ends.

    With `anew` a state replaces one of its version too.
    """
    in_order = sorted(rows, key=lambda row: str(row["credit_code"]))  # for all, so that nobody waits in a circle
    await keep_states(session, Firm, in_order, anew=anew)


async def extensions_in_force(session: AsyncSession) -> tuple[regulation.DeadlineExtension, ...]:
    """The deadline extensions that hold, in the order of their declaration."""
    rows = await session.scalars(
        select(DeadlineExtension)
        .where(DeadlineExtension.withdrawn_at.is_(None))
        .order_by(DeadlineExtension.declared_at, DeadlineExtension.id)
    )
    return tuple(
        regulation.DeadlineExtension(
            id=str(row.id),
            duty=row.duty,
            year=row.year,
            titles=frozenset(map(regulation.Title, row.titles)),
            authorities=None if row.authorities is None else frozenset(row.authorities),
            due=row.due,
            source=row.source,
            declared_at=row.declared_at,
        )
        for row in rows
    )


async def keep_heard(session: AsyncSession, rows: Sequence[Row]) -> None:
    """Note events in the history of their firms."""
    if rows:
        await session.execute(plain_insert(HeardEvent), rows)


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known here of one firm."""

    firm: Firm
    certifications: Sequence[Certification]
    reports: Sequence[Report]
    occurrences: Sequence[Occurrence]
    applications: Sequence[Application]
    obligations: Sequence[Obligation]

    @property
    def updates(self) -> dict[int, datetime]:
        """Year to the instant of its first annual update."""
        return {each["year"]: datetime.fromisoformat(each["submitted_at"]) for each in self.firm.updates}


async def known(session: AsyncSession, credit_codes: Collection[str]) -> dict[str, Known]:
    """What is known of each of these firms."""
    firms = await firms_of(session, credit_codes)
    certifications = await _by_firm(session, Certification, credit_codes)
    reports = await _by_firm(session, Report, credit_codes)
    occurrences = await _by_firm(session, Occurrence, credit_codes)
    applications = await _by_firm(session, Application, credit_codes)
    obligations = await _by_firm(session, Obligation, credit_codes)
    return {
        code: Known(
            firm,
            certifications.get(code, ()),
            reports.get(code, ()),
            occurrences.get(code, ()),
            applications.get(code, ()),
            obligations.get(code, ()),
        )
        for code, firm in firms.items()
    }


async def firms_of(session: AsyncSession, credit_codes: Collection[str]) -> Mapping[str, Firm]:
    found = await session.scalars(select(Firm).where(Firm.credit_code.in_(credit_codes)))
    return {firm.credit_code: firm for firm in found}


async def _by_firm(
    session: AsyncSession, table: type[Copied], credit_codes: Collection[str]
) -> dict[str, list[Copied]]:
    grouped: dict[str, list[Copied]] = {}
    for row in await session.scalars(select(table).where(table.credit_code.in_(credit_codes))):
        grouped.setdefault(row.credit_code, []).append(row)
    return grouped
