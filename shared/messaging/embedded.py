"""The bus of one process: consumers are called directly, and committed before the outbox lets go."""

import asyncio
from collections.abc import Sequence

from shared.contracts.subscriptions import SUBSCRIPTIONS
from shared.messaging.bus import BusUnavailable, Outgoing, Undeliverable
from shared.messaging.consumer import Consumer
from shared.runtime.database import database_is_down


class EmbeddedBus:
    """Carries events between services of one process.

    `publish` returns when every subscribed consumer has committed, so that an event leaves its outbox only then. An
    event whose consumer is not here yet, or is stopping, waits in its outbox.
    """

    def __init__(self) -> None:
        self._consumers: dict[str, list[tuple[Consumer, asyncio.Lock]]] = {}
        self._turn = 0

    async def publish(self, events: Sequence[Outgoing]) -> list[Undeliverable | None]:
        takers = {
            type_: {name for name, types in SUBSCRIPTIONS.items() if type_ in types}
            for type_ in {event.type for event in events}
        }
        for name in set().union(*takers.values()):
            if not self._consumers.get(name):
                raise BusUnavailable(f"{name} is not running")
            consumer, lock = self._next(name)
            async with lock:
                try:
                    await consumer.receive([event.body for event in events if name in takers[event.type]])
                except Exception as error:
                    if database_is_down(error):
                        raise BusUnavailable(f"{name}: {error}") from error
                    raise
        return [
            None if takers[event.type] else Undeliverable(f"no service subscribes to {event.type}") for event in events
        ]

    def _next(self, name: str) -> tuple[Consumer, asyncio.Lock]:
        self._turn += 1
        return self._consumers[name][self._turn % len(self._consumers[name])]

    async def consume(self, consumer: Consumer, stopping: asyncio.Event) -> None:
        entry = (consumer, asyncio.Lock())
        self._consumers.setdefault(consumer.name, []).append(entry)
        consumer.caught_up.set()
        try:
            await stopping.wait()
        finally:
            self._consumers[consumer.name].remove(entry)
        await entry[1].acquire()  # the batch in hand is finished

    async def connected(self) -> bool:
        return True

    async def queued(self, consumer: str) -> None:  # noqa: ARG002 - what waits here waits in its producer's outbox
        return None

    async def close(self) -> None:
        self._consumers.clear()
