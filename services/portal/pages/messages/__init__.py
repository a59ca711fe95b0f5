"""消息: every mail that the platform sent to a firm, or did not send, and why.

A mail is shown by its text: it says the same as its HTML, and needs no frame of its own to be safe.
"""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.api import filtered
from services.portal.visit import LoggedIn

router = APIRouter(prefix="/messages", include_in_schema=False)
PAGE = 20
FILTERS = ("kind", "state")


@router.get("")
async def messages(visit: LoggedIn, following: str | None = None) -> Response:
    """The list, the newest first."""
    query = visit.request.query_params
    typed = {name: query[name] for name in FILTERS if query.get(name)}
    found, refused = await filtered(visit.api.page("/messages", following, credit_code=visit.firm, limit=PAGE, **typed))
    return visit.form_page(
        "messages/list.html", refused, typed, found=found, following=following or "", filtered=bool(typed)
    )


@router.get("/{message_id}")
async def message(visit: LoggedIn, message_id: UUID) -> Response:
    """One message with its mail, what else the mail carries, and what became of it."""
    assert visit.firm
    return visit.page("messages/detail.html", message=await visit.api.get(f"/messages/{message_id}"))
