"""The sealer: gives entries their places in the chain."""

from dataclasses import dataclass
from datetime import datetime

from prometheus_client import Counter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit.chain import FIELDS, Entry, Head
from shared.runtime.database import Database
from shared.runtime.logs import logger

SEALED = Counter("peiyu_audit_sealed_total", "Entries of the record that got their place in the chain", ["service"])

# The head's row is the lock: one sealer at a time, whichever replica it runs in.
HEAD = text("SELECT position, hash FROM audit_head FOR UPDATE SKIP LOCKED")
WAITING = text("SELECT * FROM audit_pending ORDER BY id LIMIT :limit")
CONTENT = ", ".join(FIELDS)
PLACE = text(f"""
    WITH places AS (
        SELECT * FROM unnest(:ids ::bigint[], :positions ::bigint[], :hashes ::bytea[]) AS place (id, position, hash)
    ),
    taken AS (DELETE FROM audit_pending AS entry USING places WHERE entry.id = places.id RETURNING entry.*)
    INSERT INTO audit_entries (position, hash, {CONTENT})
    SELECT position, hash, {CONTENT} FROM taken JOIN places USING (id)
""")  # noqa: S608 - the names of our own columns
UNSEALED = text("SELECT count(*), (SELECT recorded_at FROM audit_pending ORDER BY id LIMIT 1) FROM audit_pending")
MOVE = text("UPDATE audit_head SET position = :position, hash = :hash")


@dataclass(frozen=True, slots=True)
class Unsealed:
    """What waits for its place in the chain: how many entries, and since when the first one waits."""

    entries: int
    oldest: datetime | None


async def unsealed(session: AsyncSession) -> Unsealed:
    """What waits to be sealed now."""
    entries, oldest = (await session.execute(UNSEALED)).one()
    return Unsealed(entries, oldest)


class Sealer:
    """Seals a service's entries in the order in which they became known.

    A transaction that commits late has its entries sealed late; nothing is passed over, since what waits is what is
    there, not what lies behind a cursor.
    """

    def __init__(self, name: str, database: Database, *, batch: int = 1000) -> None:
        self._name = name
        self._database = database
        self._batch = batch

    async def seal(self) -> int:
        """Seal a batch; how many entries. 0 also where somebody else is sealing."""
        async with self._database.transaction() as session:
            head = (await session.execute(HEAD)).first()
            if head is None:
                return 0
            position, previous = head.position, head.hash
            waiting = (await session.execute(WAITING, {"limit": self._batch})).all()
            if not waiting:
                return 0
            places: list[tuple[int, int, bytes]] = []
            for row in waiting:
                position += 1
                previous = Entry.of(row).sealed(position, previous)
                places.append((row.id, position, previous))
            ids, positions, hashes = zip(*places, strict=True)
            await session.execute(PLACE, {"ids": list(ids), "positions": list(positions), "hashes": list(hashes)})
            await session.execute(MOVE, {"position": position, "hash": previous})
        SEALED.labels(self._name).inc(len(waiting))
        # A log that is kept elsewhere is a second witness of the head.
        logger(__name__).info("record sealed", sealed=len(waiting), head=str(Head(position, previous)))
        return len(waiting)
