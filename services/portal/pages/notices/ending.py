"""A notice that no longer holds is withdrawn (撤销) or ended (终止), for a reason."""

from collections.abc import Mapping
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.api import Refused
from services.portal.forms import key_of, typed
from services.portal.pages.notices.kinds import HERE, Kind, KindDep
from services.portal.visit import NO_LABELS, Bureau, Visit

router = APIRouter(prefix=HERE)


@router.get("/{kind}/{notice_id:uuid}/end")
async def ask(visit: Bureau, kind: KindDep, notice_id: UUID) -> Response:
    """Whether it is really to hold no longer, and why."""
    return await _shown(visit, kind, notice_id)


@router.post("/{kind}/{notice_id:uuid}/end")
async def end(visit: Bureau, kind: KindDep, notice_id: UUID) -> Response:
    """It holds no longer."""
    form = await visit.request.form()
    fields = typed(form)
    try:
        await visit.api.post(
            f"{kind.path}/{notice_id}/{kind.ending}", {"reason": fields.get("reason", "")}, key=key_of(form)
        )
    except Refused as refused:
        return await _shown(visit, kind, notice_id, refused, fields)
    return visit.go(f"{HERE}/{kind.name}/{notice_id}?done=ended")


async def _shown(
    visit: Visit, kind: Kind, notice_id: UUID, refused: Refused | None = None, fields: Mapping[str, str] = NO_LABELS
) -> Response:
    """The form; one that has ended already is shown as it is."""
    notice = await visit.api.get(f"{kind.path}/{notice_id}")
    if notice.get("withdrawn_at") or notice.get("ended_at"):
        return visit.go(f"{HERE}/{kind.name}/{notice_id}")
    labels = {"reason": visit.say("原因")}
    return visit.form_page("notices/end.html", refused, fields, labels=labels, kind=kind, notice=notice)
