"""Reliable events: envelope, outbox, bus, inbox and failed messages.

An event is a row of the outbox, written in the transaction of its change (`Work.emit`). The `Relay` hands it to a
`Bus`, which brings it to every subscribed `Consumer`; the consumer's effect and its inbox row commit together, so
that an effect happens once however often the event arrives. What a handler cannot take is kept in
`failed_messages` and tried again.
"""

from shared.messaging.bus import Bus, BusUnavailable, Outgoing, Undeliverable
from shared.messaging.consumer import Consumer, Handlers, newest
from shared.messaging.embedded import EmbeddedBus
from shared.messaging.envelope import Event, Unreadable, decode, encode
from shared.messaging.failed import FailedMessages
from shared.messaging.outbox import Relay
from shared.messaging.rabbitmq import RabbitBus
from shared.messaging.work import Backend, Work

__all__ = [
    "Backend",
    "Bus",
    "BusUnavailable",
    "Consumer",
    "EmbeddedBus",
    "Event",
    "FailedMessages",
    "Handlers",
    "Outgoing",
    "RabbitBus",
    "Relay",
    "Undeliverable",
    "Unreadable",
    "Work",
    "decode",
    "encode",
    "newest",
]
