"""Where one arrives after the login: what is to be done, for each role."""

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.api import together
from services.portal.visit import LoggedIn

router = APIRouter(include_in_schema=False)


@router.get("/home")
async def home(visit: LoggedIn) -> Response:
    """The firm's to-do list, the officer's worklists, the operator's services."""
    obligations, messages = await together(
        visit.api.get("/obligations", credit_code=visit.firm, state="open"),
        visit.api.get("/messages", credit_code=visit.firm, limit=5),
    )
    return visit.page("home/firm.html", obligations=obligations, messages=messages)
