"""The relay: from the outbox to the bus."""

import asyncio
from contextlib import suppress
from datetime import datetime

from prometheus_client import Counter, Gauge
from sqlalchemy import Uuid, any_, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from shared.messaging.bus import Bus, BusUnavailable, Outgoing
from shared.messaging.spans import publishing
from shared.messaging.tables import OutboxRow
from shared.runtime.clock import real_now
from shared.runtime.database import Database, database_is_down, what_was_said
from shared.runtime.logs import logger

PUBLISHED = Counter("peiyu_outbox_published_total", "Events confirmed by the bus", ["service"])
LAG = Gauge("peiyu_outbox_lag_seconds", "Age of the oldest event that waits in the outbox", ["service"])
LONGEST_WAIT = 30.0


class Relay:
    """Takes events from a service's outbox in batches and removes those that the bus confirmed.

    Any number of replicas may run one: each batch is locked by its reader (`SKIP LOCKED`), and there is no cursor
    that could pass over a transaction which commits late. A crash between confirm and commit publishes a batch
    again, which the consumers' inboxes absorb.
    """

    def __init__(self, name: str, database: Database, bus: Bus, *, batch: int = 500, interval: float = 1.0) -> None:
        self._name = name
        self._database = database
        self._bus = bus
        self.batch = batch
        self._interval = interval
        self._woken = asyncio.Event()
        self._log = logger(__name__, relay=name)
        database.on_emission(self._woken.set)

    async def run(self, stopping: asyncio.Event) -> None:
        """Relay until `stopping`; the batch in hand is finished."""
        wait = self._interval
        while not stopping.is_set():
            self._woken.clear()
            try:
                taken = await self.relay_batch()
            except BusUnavailable as error:
                self._log.warning("bus unavailable, events wait", error=str(error))
                wait = min(wait * 2, LONGEST_WAIT)
            except Exception as error:
                if not database_is_down(error):
                    raise
                self._log.warning("database down, relay waits", error=what_was_said(error))
                wait = min(wait * 2, LONGEST_WAIT)
            else:
                wait = self._interval
                if taken:
                    continue
            await self._pause(wait, stopping)

    async def _pause(self, wait: float, stopping: asyncio.Event) -> None:
        waits = [asyncio.ensure_future(stopping.wait())]
        if wait == self._interval:
            waits.append(asyncio.ensure_future(self._woken.wait()))
        try:
            await asyncio.wait(waits, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for future in waits:
                future.cancel()
                with suppress(asyncio.CancelledError):
                    await future

    async def relay_batch(self) -> int:
        """Publish one batch; how many rows were taken. Raises `BusUnavailable`, and then none of them is lost."""
        async with self._database.transaction() as session:
            rows = (
                await session.execute(
                    select(OutboxRow.id, OutboxRow.type, OutboxRow.body, OutboxRow.attempts, OutboxRow.created_at)
                    .where(OutboxRow.next_try_at <= func.now())
                    .order_by(OutboxRow.id)
                    .limit(self.batch)
                    .with_for_update(skip_locked=True)
                )
            ).all()
            if not rows:
                LAG.labels(self._name).set(0)
                return 0
            self._measure(rows[0].created_at)
            with publishing([row.body for row in rows]):
                results = await self._bus.publish([Outgoing(row.id, row.type, row.body) for row in rows])
            confirmed = [row.id for row, result in zip(rows, results, strict=True) if result is None]
            if confirmed:
                await session.execute(delete(OutboxRow).where(OutboxRow.id == any_(literal(confirmed, ARRAY(Uuid)))))
            refused = [
                {"row": row.id, "error": str(result), "again": min(2**row.attempts, 300)}
                for row, result in zip(rows, results, strict=True)
                if result is not None
            ]
            for refusal in refused:
                self._log.error("event has nowhere to go", event_id=str(refusal["row"]), error=refusal["error"])
                await session.execute(
                    update(OutboxRow)
                    .where(OutboxRow.id == refusal["row"])
                    .values(
                        attempts=OutboxRow.attempts + 1,
                        last_error=refusal["error"],
                        next_try_at=func.now() + func.make_interval(0, 0, 0, 0, 0, 0, refusal["again"]),
                    )
                )
        PUBLISHED.labels(self._name).inc(len(confirmed))
        return len(rows)

    def _measure(self, oldest: datetime) -> None:
        LAG.labels(self._name).set(max(0.0, (real_now() - oldest).total_seconds()))
