"""Where one arrives after the login: what is to be done, for each role."""

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.pages.home import firm, officer, operator
from services.portal.visit import LoggedIn

router = APIRouter(include_in_schema=False)


@router.get("/home")
async def home(visit: LoggedIn) -> Response:
    """The firm's to-do list, the officer's worklists, the operator's services."""
    if visit.account is None or visit.account.role == "enterprise":
        return await firm.home(visit)
    return await (operator.home(visit) if visit.account.role == "operator" else officer.home(visit))
