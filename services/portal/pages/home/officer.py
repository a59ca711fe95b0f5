"""The officer's home."""

from fastapi.responses import Response

from services.portal.visit import Visit


async def home(visit: Visit) -> Response:
    """The way to everything that an officer does."""
    return visit.page("home/officer.html")
