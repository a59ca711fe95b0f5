"""The front page: the three duties as the regulation sets them out, notices in force, and the way to the login."""

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.api import together
from services.portal.visit import Visiting

router = APIRouter(include_in_schema=False)


@router.get("/")
async def front(visit: Visiting) -> Response:
    """The three duties with their dates, articles and what missing them costs; notices in force."""
    told, extensions, campaigns = await together(
        visit.api.get("/regulation"), visit.api.get("/deadline_extensions/current"), visit.api.get("/campaigns/current")
    )
    return visit.page("front/page.html", told=told, extensions=extensions, campaigns=campaigns)
