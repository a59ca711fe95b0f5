"""How each thing is done, in short; whom to ask; the accessibility statement."""

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.api import or_none
from services.portal.visit import Visiting

router = APIRouter(prefix="/help", include_in_schema=False)


@router.get("")
async def help_page(visit: Visiting) -> Response:
    """How each thing is done; the duties with their dates come from the rules in force."""
    told = await or_none(visit.api.get("/regulation"))
    duties = {duty["duty"]: duty for duty in told["duties"]} if told else {}
    offices = [*told["authorities"], told["bureau"], told["ministry"]] if told else []
    return visit.page("help/page.html", told=told, duties=duties, offices=[each for each in offices if each["contact"]])


@router.get("/accessibility")
async def accessibility(visit: Visiting) -> Response:
    """What was done so that everybody can use the portal, and what is known to be lacking."""
    return visit.page("help/accessibility.html")
