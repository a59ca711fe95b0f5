"""The firm's home."""

from fastapi.responses import Response

from services.portal.api import together
from services.portal.visit import Visit


async def home(visit: Visit) -> Response:
    """What is due, what is under way, messages."""
    obligations, messages = await together(
        visit.api.get("/obligations", credit_code=visit.firm, state="open"),
        visit.api.get("/messages", credit_code=visit.firm, limit=5),
    )
    return visit.page("home/firm.html", obligations=obligations, messages=messages)
