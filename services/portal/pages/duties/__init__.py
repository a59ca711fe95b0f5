"""应办事项: which firms owe what by when; officers' mails lead here, to one duty and day (`?duty=&due=`)."""

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.api import filtered
from services.portal.visit import Officer

router = APIRouter(include_in_schema=False)
PAGE = 50
FILTERS = ("duty", "due", "state", "authority", "credit_code")


@router.get("/officers/firms")
async def firms(visit: Officer, following: str | None = None) -> Response:
    """The firms by due date; those that have still to act unless others are asked for."""
    query = visit.request.query_params
    wanted = {"state": "open"} | {name: query[name].strip() for name in FILTERS if name in query}
    page, refused = await filtered(visit.api.page("/obligations", following, limit=PAGE, **_asked(wanted)))
    labels = {"due_from": visit.say("截止日期")}
    return visit.form_page(
        "duties/list.html", refused, wanted, labels=labels, page=page, wanted=wanted, following=following or ""
    )


def _asked(wanted: dict[str, str]) -> dict[str, str]:
    """As the API takes it: what is overdue is open and past its day, a day is where the due dates begin and end."""
    asked = dict(wanted)
    due = asked.pop("due", "")
    if asked.get("state") == "overdue":
        asked |= {"state": "open", "overdue": "true"}
    return asked | {"due_from": due, "due_to": due}
