"""One transaction of one service, and what it may know."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit import declare_by
from shared.contracts import Fact
from shared.messaging.envelope import encode, new_event
from shared.messaging.tables import OutboxRow
from shared.regulation import Regulation
from shared.runtime.acting import act_on
from shared.runtime.clock import Clock
from shared.runtime.database import Database
from shared.runtime.tracing import traceparent


@dataclass(frozen=True, slots=True)
class Work:
    """A transaction in progress: its session, the clock and the regulation. Commands take it and never commit."""

    session: AsyncSession
    clock: Clock
    regulation: Regulation

    def now(self) -> datetime:
        """The business instant, UTC."""
        return self.clock.now()

    def today(self) -> date:
        """The Asia/Shanghai date."""
        return self.clock.today()

    def emit(self, data: Fact, *, sequence: int) -> None:
        """Leave an event in the outbox, to be published if and only if this transaction commits.

        `sequence` is the version of the aggregate the event tells of. Who acts, and in which trace, is known here.
        """
        act = act_on(data.subject)
        event = new_event(
            data,
            sequence=sequence,
            time=self.now(),
            traceparent=act.traceparent or traceparent.get(),
            actor=act.actor,
        )
        self.session.add(OutboxRow(id=event.id, type=event.type, body=encode(event)))
        self.session.info["emitted"] = True


@dataclass(frozen=True, slots=True)
class Backend:
    """What a service works with, from start to stop."""

    name: str
    database: Database
    clock: Clock
    regulation: Regulation

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        """One transaction: committed at the end of the block, rolled back with its error."""
        async with self.database.transaction() as session:
            declare_by(session, self.clock)
            yield Work(session, self.clock, self.regulation)
