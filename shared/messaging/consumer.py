"""The inbox: messages handled in batches, each effect once."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar
from uuid import UUID, uuid5

import structlog
from prometheus_client import Counter, Histogram
from sqlalchemy import Uuid, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts import Fact
from shared.contracts.subscriptions import SUBSCRIPTIONS
from shared.messaging.envelope import Event, Unreadable, decode
from shared.messaging.spans import processing
from shared.messaging.tables import FailedMessage, FailedState, InboxRow
from shared.messaging.work import Backend, Work
from shared.runtime.acting import NOBODYS, PLATFORM, Act, acting
from shared.runtime.database import database_is_down, lost_a_race, what_was_said
from shared.runtime.logs import logger, masked
from shared.runtime.tracing import traceparent, within

HANDLED = Counter("peiyu_messages_handled_total", "Messages taken from the bus", ["consumer", "result"])
DURATION = Histogram(
    "peiyu_message_batch_duration_seconds",
    "Time in which what had arrived was handled in one transaction",
    ["consumer"],
    buckets=(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
UNREADABLE = UUID("6d2f0f0a-41a5-5a8e-9df0-6a5d6f8f2f10")
RACES = 5

Handler = Callable[[Work, Event[Any]], Awaitable[None]]
BatchHandler = Callable[[Work, Sequence[Event[Any]]], Awaitable[None]]


def act_of(event: Event[Any]) -> Act:
    """What taking the event is: the doing of whoever caused it, in its trace."""
    return Act(event.type, event.actor or PLATFORM, within(event.traceparent))


@contextmanager
def taking(act: Act, event: Event[Any], by_firm: Mapping[str, Act] = NOBODYS) -> Iterator[None]:
    """Logs, records and emitted events of the block belong to `act`; those of a firm in `by_firm` to that one."""
    token = traceparent.set(act.traceparent)
    with (
        acting(act, by_firm),
        structlog.contextvars.bound_contextvars(event_id=str(event.id), event_type=event.type),
    ):
        try:
            yield
        finally:
            traceparent.reset(token)


class Versioned(Protocol):
    """A state of something at a version."""

    @property
    def version(self) -> int: ...


State = TypeVar("State", bound=Versioned)


def newest(states: Iterable[State], key: Callable[[State], Hashable]) -> list[State]:
    """Of several states of one thing (equal by `key`) the newest, sorted, so that nobody waits in a circle."""
    kept: dict[Any, State] = {}
    for state in states:
        if (known := kept.get(key(state))) is None or known.version < state.version:
            kept[key(state)] = state
    return [kept[each] for each in sorted(kept)]


class Handlers:
    """A service's table of event type to handler, filled by decorators in its `handlers.py`.

    A handler takes one event. One that is registered with `together` takes all of a transaction's events of its types
    at once, in the order in which they arrived, so that a thousand of them cost no more statements than one.
    """

    def __init__(self, consumer: str) -> None:
        self.consumer = consumer
        self._table: dict[str, BatchHandler] = {}

    def on(self, *models: type[Fact]) -> Callable[[Handler], Handler]:
        """Register a handler for the events whose data are `models`."""

        def register(handler: Handler) -> Handler:
            async def one_by_one(work: Work, events: Sequence[Event[Any]]) -> None:
                for event in events:
                    with taking(act_of(event), event):
                        await handler(work, event)
                        await work.session.flush()  # what is written later would be another's act

            self._register(one_by_one, models)
            return handler

        return register

    def together(self, *models: type[Fact]) -> Callable[[BatchHandler], BatchHandler]:
        """Register a handler for all events of a transaction whose data are `models`."""

        def register(handler: BatchHandler) -> BatchHandler:
            async def each_firm_in_its_own(work: Work, events: Sequence[Event[Any]]) -> None:
                acts = {event.subject: act_of(event) for event in events}
                with taking(acts[events[0].subject], events[0], acts):
                    await handler(work, events)
                    await work.session.flush()

            self._register(each_firm_in_its_own, models)
            return handler

        return register

    def _register(self, handler: BatchHandler, models: Sequence[type[Fact]]) -> None:
        for model in models:
            if model.type not in SUBSCRIPTIONS[self.consumer]:
                raise ValueError(f"{self.consumer} does not subscribe to {model.type}")
            if model.type in self._table:
                raise ValueError(f"{model.type} has two handlers in {self.consumer}")
            self._table[model.type] = handler

    @property
    def types(self) -> frozenset[str]:
        return frozenset(self._table)

    async def handle(self, work: Work, events: Sequence[Event[Any]]) -> None:
        """Let events have their effects within `work`. Raises `Unreadable` for a type without a handler."""
        by_handler: dict[BatchHandler, list[Event[Any]]] = {}
        for event in events:
            if (handler := self._table.get(event.type)) is None:
                raise Unreadable(f"{self.consumer} has no handler for {event.type}")
            by_handler.setdefault(handler, []).append(event)
        for handler, taken in by_handler.items():
            await handler(work, taken)


def told(error: Exception) -> str:
    """What an error says, without personal data and as PostgreSQL can keep it: no NUL, no half of a surrogate pair."""
    return masked(str(error)).encode(errors="replace").decode().replace("\0", "?")[:4000]


async def enter(session: AsyncSession, consumer: str, ids: Sequence[UUID]) -> set[UUID]:
    """Write inbox rows; those of `ids` that had none before, whose effects are therefore due."""
    fresh = await session.scalars(
        insert(InboxRow)
        .from_select(["consumer", "event_id"], select(literal(consumer), func.unnest(literal(list(ids), ARRAY(Uuid)))))
        .on_conflict_do_nothing()
        .returning(InboxRow.event_id)
    )
    return set(fresh)


@dataclass(frozen=True, slots=True)
class Consumer:
    """Takes what a bus brings for one service. `caught_up` once it has taken what waited for it when it began."""

    name: str
    backend: Backend
    handlers: Handlers
    retry_base: float = 2.0
    caught_up: asyncio.Event = field(default_factory=asyncio.Event)

    async def receive(self, bodies: Sequence[bytes]) -> None:
        """Handle messages in one transaction; when it returns, every one has had its effect or is kept as failed.

        Raises what the database raises when it is down: then nothing happened and the messages must be brought
        again. Duplicates, within the batch too, have no effect.
        """
        events: dict[UUID, tuple[Event[Any], bytes]] = {}
        for body in bodies:
            try:
                event = decode(body)
            except Unreadable as error:
                await self._keep(None, body, error)
            else:
                events.setdefault(event.id, (event, body))
        if not events:
            return
        try:
            await self._handle([event for event, _ in events.values()])
        except Exception as error:
            if database_is_down(error):
                raise
            if len(events) > 1:
                logger(__name__).warning(
                    "batch rolled back, taken one by one", consumer=self.name, size=len(events), error=str(error)
                )
            for event, body in events.values():
                await self._alone(event, body)

    async def _handle(self, events: Sequence[Event[Any]]) -> None:
        with DURATION.labels(self.name).time(), processing(self.name, events):
            due = await self._effects(events)
        HANDLED.labels(self.name, "done").inc(len(due))
        HANDLED.labels(self.name, "duplicate").inc(len(events) - len(due))

    async def _effects(self, events: Sequence[Event[Any]]) -> set[UUID]:
        async with self.backend.work() as work:
            due = await enter(work.session, self.name, [event.id for event in events])
            await self.handlers.handle(work, [event for event in events if event.id in due])
        return due

    async def _alone(self, event: Event[Any], body: bytes) -> None:
        for race in range(RACES):
            try:
                await self._handle([event])
            except Exception as error:
                if database_is_down(error):
                    raise
                if lost_a_race(error) and race < RACES - 1:
                    await asyncio.sleep(0.01 * 2**race)
                    continue
                await self._keep(event, body, error)
            return

    async def _keep(self, event: Event[Any] | None, body: bytes, error: Exception) -> None:
        """Store a message that could not be handled, so that the rest flows on."""
        dead = isinstance(error, Unreadable)
        type_ = event.type if event else error.type if isinstance(error, Unreadable) else None
        logger(__name__).error("message failed", consumer=self.name, event_type=type_, dead=dead, exc_info=error)
        HANDLED.labels(self.name, "dead" if dead else "failed").inc()
        key = event.id if event else uuid5(UNREADABLE, body.hex())
        async with self.backend.work() as work:
            kept = insert(FailedMessage).values(
                consumer=self.name,
                event_id=key,
                type=type_,
                subject=event and event.subject,
                body=body,
                state=FailedState.DEAD if dead else FailedState.WAITING,
                error_kind=type(error).__name__,
                error=told(error),
                attempts=1,
                next_try_at=func.now() + func.make_interval(0, 0, 0, 0, 0, 0, self.retry_base),
            )
            await work.session.execute(kept.on_conflict_do_nothing())


async def pause_while_down(error: Exception, wait: float) -> float:
    """Wait before a batch is brought again because the database is down; the next wait, in seconds."""
    logger(__name__).warning("database down, consumer pauses", wait=wait, error=what_was_said(error))
    await asyncio.sleep(wait)
    return min(wait * 2, 10.0)
