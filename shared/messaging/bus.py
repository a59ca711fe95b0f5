"""What a bus is, whichever carries the events.

BusError
 ├── BusUnavailable   nothing was decided about these events: try again later
 └── Undeliverable    this one event has nowhere to go
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from shared.messaging.consumer import Consumer


class BusError(Exception):
    """The bus could not take an event"""


class BusUnavailable(BusError):
    """The bus does not answer, or a consumer of an embedded bus could not commit"""


class Undeliverable(BusError):
    """No queue takes events of this type"""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An encoded event with what the bus routes by."""

    id: UUID
    type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Queued:
    """What waits at the bus for a consumer, and how many replicas take it."""

    events: int
    takers: int


class Bus(Protocol):
    """Carries events from outboxes to consumers, at least once."""

    async def publish(self, events: Sequence[Outgoing]) -> list[Undeliverable | None]:
        """Bring the events to safety; for each None once it is, or why it has nowhere to go.

        Raises `BusUnavailable`; then any of them may or may not have arrived.
        """

    async def consume(self, consumer: Consumer, stopping: asyncio.Event) -> None:
        """Feed the consumer until `stopping`, over every lost connection; the batch in hand is finished first."""

    async def connected(self) -> bool:
        """Whether events flow now."""

    async def queued(self, consumer: str) -> Queued | None:
        """What waits for a consumer; None where the bus keeps nothing itself, or does not answer."""

    async def close(self) -> None:
        """Let go of every connection."""
