"""What operators see of a service's messages, and what they do to those that failed.

A failed message that is replayed begins anew: its tries are counted from zero. One that is discarded stays, with the
reason; it is not tried again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, and_, any_, func, literal, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit import declare_now
from shared.messaging.tables import FailedMessage, FailedState, OutboxRow

MOST_GROUPS = 200

# An inbox grows without end: a large one is only guessed.
TAKEN = text("""
    SELECT CASE WHEN reltuples < 100000 THEN (SELECT count(*) FROM inbox) ELSE reltuples::bigint END
    FROM pg_class WHERE oid = 'inbox'::regclass
""")


@dataclass(frozen=True, slots=True)
class Alike:
    """Failed messages of one type and kind of error; `error` is what one of them said, of `errors` that differ.

    `type` is None for what could not be read.
    """

    type: str | None
    error_kind: str
    error: str
    errors: int
    count: int
    waiting: int
    dead: int
    oldest: datetime
    newest: datetime


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which failed messages: some by their ids, or all of a type and kind of error."""

    event_ids: tuple[UUID, ...] = ()
    type: str | None = None
    error_kind: str | None = None

    def condition(self) -> ColumnElement[bool]:
        if self.error_kind is None:
            return FailedMessage.event_id == any_(literal(list(self.event_ids), ARRAY(Uuid)))
        return and_(FailedMessage.error_kind == self.error_kind, FailedMessage.type.is_not_distinct_from(self.type))


@dataclass(frozen=True, slots=True)
class Outbox:
    """What waits to be published: how many events, of which some have nowhere to go, and since when the first waits."""

    events: int
    refused: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Refused:
    """Events of one type that wait in the outbox because the bus has nowhere to bring them."""

    type: str
    error: str | None
    count: int
    next_try_at: datetime


async def groups(session: AsyncSession, consumer: str) -> list[Alike]:
    """The failed messages that are not discarded, by type and kind of error, the most frequent first."""
    count = func.count().label("count")
    rows = await session.execute(
        select(
            FailedMessage.type,
            FailedMessage.error_kind,
            func.min(FailedMessage.error),
            func.count(FailedMessage.error.distinct()),
            count,
            func.count().filter(FailedMessage.state == FailedState.WAITING),
            func.count().filter(FailedMessage.state == FailedState.DEAD),
            func.min(FailedMessage.first_failed_at),
            func.max(FailedMessage.first_failed_at),
        )
        .where(FailedMessage.consumer == consumer, FailedMessage.state != FailedState.DISCARDED)
        .group_by(FailedMessage.type, FailedMessage.error_kind)
        .order_by(count.desc(), FailedMessage.error_kind, FailedMessage.type)
        .limit(MOST_GROUPS)
    )
    return [Alike(*row) for row in rows]


async def messages(
    session: AsyncSession,
    consumer: str,
    *,
    chosen: Chosen | None,
    state: FailedState | None,
    before: UUID | None,
    limit: int,
) -> Sequence[FailedMessage]:
    """Failed messages, the newest first; those that are discarded only where they are asked for."""
    query = select(FailedMessage).where(FailedMessage.consumer == consumer)
    query = query.where(FailedMessage.state != FailedState.DISCARDED if state is None else FailedMessage.state == state)
    if chosen is not None:
        query = query.where(chosen.condition())
    if before is not None:
        query = query.where(FailedMessage.event_id < before)
    return (await session.scalars(query.order_by(FailedMessage.event_id.desc()).limit(limit))).all()


async def message(session: AsyncSession, consumer: str, event_id: UUID) -> FailedMessage | None:
    return await session.get(FailedMessage, (consumer, event_id))


async def replay(session: AsyncSession, consumer: str, chosen: Chosen, by: str) -> list[UUID]:
    """Let failed messages be tried again at once, by their ids discarded ones too; which ones."""
    again = {"state": FailedState.WAITING, "attempts": 0, "next_try_at": func.now(), "reason": None}
    return await _act(session, consumer, chosen, by, again, discarded=bool(chosen.event_ids))


async def discard(session: AsyncSession, consumer: str, chosen: Chosen, by: str, reason: str) -> list[UUID]:
    """Let failed messages be, for a reason; which ones."""
    return await _act(session, consumer, chosen, by, {"state": FailedState.DISCARDED, "reason": reason})


async def _act(
    session: AsyncSession,
    consumer: str,
    chosen: Chosen,
    by: str,
    values: Mapping[str, object],
    *,
    discarded: bool = False,
) -> list[UUID]:
    """Change chosen messages, locked in one order, so that operators do not wait in a circle."""
    await declare_now(session)
    these = select(FailedMessage.event_id).where(FailedMessage.consumer == consumer, chosen.condition())
    if not discarded:
        these = these.where(FailedMessage.state != FailedState.DISCARDED)
    changed = await session.scalars(
        update(FailedMessage)
        .where(
            FailedMessage.consumer == consumer,
            FailedMessage.event_id.in_(these.order_by(FailedMessage.event_id).with_for_update()),
        )
        .values(acted_at=func.now(), acted_by_name=by, **values)
        .returning(FailedMessage.event_id)
        .execution_options(synchronize_session=False)
    )
    return sorted(changed)


async def failed(session: AsyncSession, consumer: str) -> dict[str, int]:
    """How many failed messages there are in each state."""
    rows = await session.execute(
        select(FailedMessage.state, func.count())
        .where(FailedMessage.consumer == consumer)
        .group_by(FailedMessage.state)
    )
    return {state.value: 0 for state in FailedState} | {row[0]: row[1] for row in rows}


async def outbox(session: AsyncSession) -> Outbox:
    """What waits to be published."""
    oldest = select(OutboxRow.created_at).order_by(OutboxRow.id).limit(1).scalar_subquery()
    row = (await session.execute(select(func.count(), func.count(OutboxRow.last_error), oldest))).one()
    return Outbox(*row)


async def refused(session: AsyncSession) -> list[Refused]:
    """What the bus had nowhere to bring, by type and error."""
    rows = await session.execute(
        select(OutboxRow.type, OutboxRow.last_error, func.count(), func.min(OutboxRow.next_try_at))
        .where(OutboxRow.last_error.is_not(None))
        .group_by(OutboxRow.type, OutboxRow.last_error)
        .order_by(OutboxRow.type, OutboxRow.last_error)
    )
    return [Refused(*row) for row in rows]


async def publish_again(session: AsyncSession) -> int:
    """Let the next relay take at once what was refused; how many events."""
    again = update(OutboxRow).where(OutboxRow.last_error.is_not(None), OutboxRow.next_try_at > func.now())
    ids = await session.scalars(again.values(next_try_at=func.now(), attempts=0).returning(OutboxRow.id))
    return len(ids.all())


async def taken(session: AsyncSession) -> int:
    """How many events had their effect here, about."""
    return int(await session.scalar(TAKEN))
