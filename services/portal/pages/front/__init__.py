"""The front page: the three duties as the regulation sets them out, and the way to the login."""

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.visit import Visiting

router = APIRouter(include_in_schema=False)


@router.get("/")
async def front(visit: Visiting) -> Response:
    """The three duties with their dates, articles and what missing them costs; notices in force."""
    return visit.page("front/page.html")
