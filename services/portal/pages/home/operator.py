"""The operator's home: how every service stands."""

from typing import Any

from fastapi.responses import Response

from services.portal.api import together
from services.portal.visit import Visit
from services.portal.words import SERVICES
from shared.runtime.clock import real_now

LONG = 60
"""Seconds after which what should leave at once has waited for long."""


async def home(visit: Visit) -> Response:
    """Every service with its parts, what waits in its outbox and queue, what it could not take."""
    told = await together(*(visit.api.get(f"/operations/{service}/status") for service in SERVICES))
    services = [
        {"service": service, "status": status, "health": _health(status)}
        for service, status in zip(SERVICES, told, strict=True)
    ]
    return visit.page("home/operator.html", services=services, at=real_now())


def _health(status: dict[str, Any] | None) -> str:
    """In one word: silent, broken, delayed, failing or well."""
    if status is None:
        return "silent"
    if "down" in status["parts"].values():
        return "broken"
    if max(status["outbox"]["seconds"], status["sealing"]["seconds"]) > LONG or status["outbox"]["refused"]:
        return "delayed"
    return "failing" if status["failed"]["dead"] else "well"
