"""The log with its filters, and one message: its mail as it went out, the server's answer, why it was not sent."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.api import filtered
from services.portal.visit import Officer

HERE = "/officers/messages"
router = APIRouter(prefix=HERE)
PAGE = 50
FILTERS = (
    "credit_code", "recipient", "kind", "state", "reason", "audience", "authority", "duty", "at_from", "at_to",
    "obligation_id",
)  # fmt: skip


@router.get("")
async def messages(visit: Officer, following: str | None = None) -> Response:
    """What was told, the newest first."""
    query = visit.request.query_params
    wanted = {name: query[name].strip() for name in FILTERS if query.get(name, "").strip()}
    page, refused = await filtered(visit.api.page("/messages", following, limit=PAGE, **wanted))
    return visit.form_page(
        "message_log/list.html", refused, wanted, page=page, wanted=wanted, following=following or ""
    )


@router.get("/{message_id:uuid}")
async def message(visit: Officer, message_id: UUID, back: str = "", done: str = "") -> Response:
    """One message; `back` is the list with the filters that it was found by."""
    found = await visit.api.get(f"/messages/{message_id}")
    back = back if back.startswith(HERE) else HERE
    return visit.page("message_log/detail.html", message=found, back=back, done=done)
