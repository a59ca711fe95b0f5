"""Messages that a handler could not take: tried again with back-off, dead after the last try."""

import asyncio
from contextlib import suppress

from sqlalchemy import delete, func, select, update

from shared.messaging.consumer import Consumer, enter, told
from shared.messaging.envelope import Unreadable, decode
from shared.messaging.spans import processing
from shared.messaging.tables import FailedMessage, FailedState
from shared.runtime.database import database_is_down, lost_a_race, what_was_said
from shared.runtime.logs import logger

LONGEST_WAIT = 3600


class FailedMessages:
    """Brings a consumer's failed messages back to its handlers.

    Any number of replicas may run one: each message is locked while it is tried (`SKIP LOCKED`).
    """

    def __init__(self, consumer: Consumer, *, attempts: int = 8, interval: float = 1.0) -> None:
        self._consumer = consumer
        self._attempts = attempts
        self._interval = interval
        self._log = logger(__name__, consumer=consumer.name)

    async def run(self, stopping: asyncio.Event) -> None:
        """Retry what is due until `stopping`; the message in hand is finished."""
        while not stopping.is_set():
            try:
                if await self.retry_one() or await self.take_up():
                    continue
            except Exception as error:
                if not database_is_down(error) and not lost_a_race(error):
                    raise
                self._log.warning("retries wait", error=what_was_said(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), self._interval)

    async def take_up(self) -> bool:
        """Let what an older version of this program could not read be tried once by this one, where it knows the type.

        While two versions run side by side, the older one is given new types of events too.
        """
        async with self._consumer.backend.work() as work:
            taken = await work.session.scalars(
                update(FailedMessage)
                .where(
                    FailedMessage.consumer == self._consumer.name,
                    FailedMessage.state == FailedState.DEAD,
                    FailedMessage.error_kind == Unreadable.__name__,
                    FailedMessage.type.in_(self._consumer.handlers.types),
                    FailedMessage.attempts == 1,
                )
                .values(state=FailedState.WAITING, next_try_at=func.now())
                .returning(FailedMessage.event_id)
                .execution_options(synchronize_session=False)
            )
            return bool(taken.all())

    async def retry_one(self) -> bool:
        """Try the message whose time came first; False where none is due.

        One of a type that this version does not know waits for a newer one, which may run side by side already.
        """
        async with self._consumer.backend.work() as work:
            message = await work.session.scalar(
                select(FailedMessage)
                .where(
                    FailedMessage.consumer == self._consumer.name,
                    FailedMessage.state == FailedState.WAITING,
                    FailedMessage.next_try_at <= func.now(),
                    FailedMessage.type.is_(None) | FailedMessage.type.in_(self._consumer.handlers.types),
                )
                .order_by(FailedMessage.next_try_at)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            if message is None:
                return False
            this = (FailedMessage.consumer == message.consumer) & (FailedMessage.event_id == message.event_id)
            try:
                event = decode(message.body)
                with processing(self._consumer.name, [event]):
                    async with work.session.begin_nested():
                        if await enter(work.session, self._consumer.name, [event.id]):
                            await self._consumer.handlers.handle(work, [event])
            except Exception as error:
                if database_is_down(error) or lost_a_race(error):
                    raise
                dead = isinstance(error, Unreadable) or message.attempts + 1 >= self._attempts
                wait = min(self._consumer.retry_base * 2**message.attempts, LONGEST_WAIT)
                self._log.error("retry failed", event_id=str(message.event_id), dead=dead, exc_info=error)
                await work.session.execute(
                    update(FailedMessage)
                    .where(this)
                    .values(
                        attempts=FailedMessage.attempts + 1,
                        state=FailedState.DEAD if dead else FailedState.WAITING,
                        error_kind=type(error).__name__,
                        error=told(error),
                        next_try_at=func.now() + func.make_interval(0, 0, 0, 0, 0, 0, wait),
                    )
                    .execution_options(synchronize_session=False)
                )
            else:
                await work.session.execute(
                    delete(FailedMessage).where(this).execution_options(synchronize_session=False)
                )
        return True
