"""Reads the record: whether the chain is whole, and what it holds of one case or firm."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.orm import aliased

from shared.audit.chain import BEGINNING, Entry, Fault, FaultKind, Head, Walk
from shared.audit.tables import ChainHead, PendingEntry, SealedEntry

PAGE = 1000
LONGEST_WAIT = timedelta(minutes=10)
"""How long an entry may wait to be sealed before something is wrong."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a look through a chain: its head as far as it is sound, what waits, the first fault."""

    head: Head
    waiting: int
    fault: Fault | None


async def verify(engine: AsyncEngine, noted: Head | None = None) -> Verdict:
    """Compute the whole chain anew, a page in memory at a time, as of one instant.

    `noted` is a head that was printed earlier and kept outside the database. Without it, whoever may write to the
    database could have written the end of the chain anew, its kept head included.
    """
    async with engine.connect() as plain:
        connection = await plain.execution_options(isolation_level="REPEATABLE READ")
        waiting, oldest = (
            await connection.execute(
                select(func.count(), func.clock_timestamp() - func.min(PendingEntry.recorded_at)).select_from(
                    PendingEntry
                )
            )
        ).one()
        walk = Walk(noted)
        async for row in _all(connection):
            if fault := walk.step(row.position, row.hash, Entry.of(row)):
                return Verdict(walk.head, waiting, fault)
        kept = (await connection.execute(select(ChainHead.position, ChainHead.hash))).first()
        fault = walk.end(Head(kept.position, kept.hash) if kept else None)
        if fault is None and oldest is not None and oldest > LONGEST_WAIT:
            fault = Fault(
                FaultKind.UNSEALED,
                walk.head.position + 1,
                f"{waiting} entries wait to be sealed, the oldest for {oldest}: nobody seals",
            )
        return Verdict(walk.head, waiting, fault)


async def _all(connection: AsyncConnection) -> AsyncIterator[Any]:
    entries = SealedEntry.__table__
    async with connection.stream(
        select(entries).order_by(entries.c.position), execution_options={"yield_per": PAGE}
    ) as rows:
        async for row in rows:
            yield row


async def exported(engine: AsyncEngine, case: str) -> tuple[list[dict[str, Any]], int]:
    """The sealed entries of a case (its id) or a firm (its credit code), and how many more wait to be sealed.

    Each has what its hash is over, and the hash: a third party computes it anew as `peiyu audit --help` says.
    """
    before = aliased(SealedEntry)
    async with engine.connect() as connection:
        rows = await connection.execute(
            select(SealedEntry.__table__, before.hash.label("previous"))
            .outerjoin(before, before.position == SealedEntry.position - 1)
            .where(_of(SealedEntry, case))
            .order_by(SealedEntry.position)
        )
        waiting = await connection.scalar(select(func.count()).select_from(PendingEntry).where(_of(PendingEntry, case)))
        entries = [
            Entry.of(row).members(row.position, row.previous or BEGINNING) | {"hash": row.hash.hex()} for row in rows
        ]
        return entries, waiting or 0


def _of(table: type[SealedEntry] | type[PendingEntry], case: str) -> ColumnElement[bool]:
    """Steps and duties name their case and not their firm; they are the firm's whose case it is."""
    theirs = select(SealedEntry.case_id).where(SealedEntry.credit_code == case, SealedEntry.case_id.is_not(None))
    return or_(table.case_id == case, table.credit_code == case, table.case_id.in_(theirs))
