"""The officer's home."""

from fastapi.responses import Response

from services.portal.api import together
from services.portal.visit import Visit

SHOWN = 10


async def home(visit: Visit) -> Response:
    """Firms to be called, and how the year's updates stand."""
    follow_ups, updates = await together(
        visit.api.get("/follow_ups", state="open", limit=SHOWN), visit.api.get("/update_statistics")
    )
    return visit.page("home/officer.html", follow_ups=follow_ups, updates=updates)
