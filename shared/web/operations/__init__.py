"""HTTP for operators, the same in every service: how it stands, and the messages that it could not take."""

from fastapi import APIRouter

from shared.messaging import Bus
from shared.web.operations.access import Ready
from shared.web.operations.failed import failed_messages
from shared.web.operations.status import status

__all__ = ["operations"]


def operations(service: str, bus: Bus, ready: Ready) -> APIRouter:
    """The operators' part of a service's API, below a prefix of its own; `ready` tells which of its parts answer."""
    router = APIRouter(prefix=f"/api/v1/operations/{service}", tags=["operations"])
    router.include_router(status(service, bus, ready))
    router.include_router(failed_messages(service))
    return router
