"""What is measured by looking now and then: what waits in a service's outbox and queue, and what it could not take."""

from math import nan

from prometheus_client import Gauge

from shared.messaging import operating
from shared.messaging.bus import Bus
from shared.messaging.outbox import LAG
from shared.runtime.clock import real_now
from shared.runtime.database import Database

OUTBOX = Gauge("peiyu_outbox_events", "Events that wait in the outbox", ["service"])
REFUSED = Gauge("peiyu_outbox_refused_events", "Events in the outbox that no queue takes", ["service"])
QUEUED = Gauge("peiyu_queue_events", "Events that wait at the broker", ["consumer"])
TAKERS = Gauge("peiyu_queue_takers", "Processes that take events from the queue", ["consumer"])
FAILED = Gauge("peiyu_failed_messages", "Messages that could not be taken, as they stand", ["consumer", "state"])


async def measure(name: str, database: Database, bus: Bus) -> int:
    """Look once; 0, as of a sweep that found nothing. What the bus does not tell is no number."""
    async with database.transaction() as session:
        outbox = await operating.outbox(session)
        failed = await operating.failed(session, name)
    LAG.labels(name).set(max(0.0, (real_now() - outbox.oldest).total_seconds()) if outbox.oldest else 0)
    OUTBOX.labels(name).set(outbox.events)
    REFUSED.labels(name).set(outbox.refused)
    for state, count in failed.items():
        FAILED.labels(name, state).set(count)
    queued = await bus.queued(name)
    QUEUED.labels(name).set(queued.events if queued else nan)
    TAKERS.labels(name).set(queued.takers if queued else nan)
    return 0
