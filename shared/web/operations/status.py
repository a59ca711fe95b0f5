"""HTTP on how a service stands."""

from datetime import datetime
from importlib.metadata import version
from typing import Any, Self

from fastapi import APIRouter, Request
from pydantic import BaseModel

from shared.audit import unsealed
from shared.messaging import Bus, operating
from shared.runtime.clock import real_now
from shared.web.operations.access import Operator, Ready


class WaitingView(BaseModel):
    """How many wait, and for how many seconds the first one has."""

    count: int
    seconds: float

    @classmethod
    def since(cls, count: int, oldest: datetime | None) -> Self:
        return cls(count=count, seconds=max(0.0, (real_now() - oldest).total_seconds()) if oldest else 0.0)


class OutboxView(WaitingView):
    """Events that wait to be published; `refused` of them have nowhere to go."""

    refused: int


class QueueView(BaseModel):
    """Events that wait at the broker for this service, and how many of its replicas take them."""

    events: int
    takers: int


class FailedCounts(BaseModel):
    """Messages that could not be taken, by state."""

    waiting: int
    dead: int
    discarded: int


class ServiceStatus(BaseModel):
    """How a service stands. What its database would have told is null while that does not answer.

    `parts` are ok or down. `inbox` is how many events had their effect here, about; `queue` is null where the bus keeps
    nothing itself, or does not answer; `sealing` is what the record of acts has not chained yet.
    """

    service: str
    version: str
    rules: str
    parts: dict[str, str]
    outbox: OutboxView | None
    inbox: int | None
    failed: FailedCounts | None
    queue: QueueView | None
    sealing: WaitingView | None


def status(service: str, bus: Bus, ready: Ready) -> APIRouter:
    """How a service stands, as operators read it."""
    router = APIRouter()

    @router.get("/status")
    async def read_status(request: Request, _: Operator) -> ServiceStatus:
        """How the service stands: its parts, what waits, what failed."""
        backend = request.app.state.backend
        parts = {part.rstrip("!"): answers for part, answers in (await ready()).items()}
        told: dict[str, Any] = dict.fromkeys(("outbox", "inbox", "failed", "sealing"))
        if parts["database"]:
            async with backend.work() as work:
                outbox = await operating.outbox(work.session)
                record = await unsealed(work.session)
                told = {
                    "outbox": {
                        **WaitingView.since(outbox.events, outbox.oldest).model_dump(),
                        "refused": outbox.refused,
                    },
                    "inbox": await operating.taken(work.session),
                    "failed": await operating.failed(work.session, service),
                    "sealing": WaitingView.since(record.entries, record.oldest),
                }
        queued = await bus.queued(service)
        return ServiceStatus(
            service=service,
            version=version("peiyu"),
            rules=backend.regulation.id,
            parts={part: "ok" if answers else "down" for part, answers in parts.items()},
            queue=QueueView(events=queued.events, takers=queued.takers) if queued else None,
            **told,
        )

    return router
