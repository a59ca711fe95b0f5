"""The spans of events on their way: one for each batch, however many traces it carries."""

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

from opentelemetry.trace import SpanKind

from shared.messaging.envelope import Event
from shared.runtime.tracing import Attributes, Spanned, batch

# An event that waits is bytes. Within a string of theirs the quotes would be escaped.
TOLD = re.compile(rb'"traceparent":"([0-9a-f-]{55})"')


def publishing(bodies: Sequence[bytes]) -> AbstractContextManager[Spanned]:
    """Encoded events are brought to the bus."""
    return batch(
        "publish peiyu.events",
        SpanKind.PRODUCER,
        lambda: (found[1].decode() for body in bodies if (found := TOLD.search(body))),
        _operation("publish", "send", len(bodies)),
    )


def processing(consumer: str, events: Sequence[Event[Any]]) -> AbstractContextManager[Spanned]:
    """Events have their effects in one transaction of a consumer."""
    return batch(
        f"process peiyu.{consumer}",
        SpanKind.CONSUMER,
        lambda: (event.traceparent for event in events),
        {
            **_operation("process", "process", len(events)),
            "messaging.destination.subscription.name": f"peiyu.{consumer}",
        },
    )


def _operation(name: str, kind: str, count: int) -> Attributes:
    """What is done with the exchange, or with the embedded bus in its place."""
    return {
        "messaging.system": "rabbitmq",
        "messaging.destination.name": "peiyu.events",
        "messaging.operation.name": name,
        "messaging.operation.type": kind,
        "messaging.batch.message_count": count,
    }
