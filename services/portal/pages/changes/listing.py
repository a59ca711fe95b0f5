"""What a firm has reported, what it is writing, and what officers have seen and await."""

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.api import Refused, together
from services.portal.visit import LoggedIn

router = APIRouter()
PAGE = 20
RECORDED = ("overdue", "open", "sanctioned")
"""The states of what officers recorded, as it is shown: what awaits a report first."""
FILTERS = ("type", "status", "happened_from", "happened_to")


@router.get("/changes")
async def changes(visit: LoggedIn, following: str | None = None, done: str = "") -> Response:
    """重大变更: the list; `done` says what was just done to one that is not in it any more."""
    query = visit.request.query_params
    typed = {name: query[name] for name in FILTERS if query.get(name)}
    refused = None
    asked = visit.api.page("/changes", following, credit_code=visit.firm, limit=PAGE, **typed)
    recorded = [visit.api.get("/occurrences", credit_code=visit.firm, state=state, limit=PAGE) for state in RECORDED]
    try:
        reports, *occurrences = await together(asked, *recorded)
    except Refused as error:
        reports, occurrences, refused = {"items": [], "next": None}, [], error
    return visit.form_page(
        "changes/list.html",
        refused,
        typed,
        reports=reports,
        occurrences=[each for part in occurrences if part for each in part["items"]],
        unheard=None in occurrences,
        following=following,
        filtered=bool(typed),
        done=done,
    )
