"""A message is told once more, after a confirmation and for a reason."""

from collections.abc import Mapping
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.api import Refused
from services.portal.forms import key_of, typed
from services.portal.pages.message_log.reading import HERE
from services.portal.visit import NO_LABELS, Officer, Visit

router = APIRouter(prefix=HERE)


@router.get("/{message_id:uuid}/resend")
async def ask(visit: Officer, message_id: UUID) -> Response:
    """Why it is to be sent anew."""
    return await _shown(visit, message_id)


@router.post("/{message_id:uuid}/resend")
async def resend(visit: Officer, message_id: UUID) -> Response:
    """Send it anew; to the page of the new message."""
    form = await visit.request.form()
    fields = typed(form)
    try:
        answer = await visit.api.post(
            f"/messages/{message_id}/resend", {"reason": fields.get("reason", "")}, key=key_of(form)
        )
    except Refused as refused:
        return await _shown(visit, message_id, refused, fields)
    return visit.go(f"{HERE}/{answer.body['id']}?done=resent")


async def _shown(
    visit: Visit, message_id: UUID, refused: Refused | None = None, fields: Mapping[str, str] = NO_LABELS
) -> Response:
    message = await visit.api.get(f"/messages/{message_id}")
    labels = {"reason": visit.say("重发原因")}
    return visit.form_page("message_log/resend.html", refused, fields, labels=labels, message=message)
