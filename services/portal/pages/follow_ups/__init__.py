"""催办: the firms that officers must call, with whom to call and what about; how it was dealt with."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.portal.api import Refused, or_none
from services.portal.forms import key_of, typed
from services.portal.visit import Officer, Visit, defects

router = APIRouter(include_in_schema=False)
PAGE = 50
FILTERS = ("state", "kind", "authority")


@router.get("/officers/follow_ups")
async def follow_ups(visit: Officer, following: str | None = None, done: str = "") -> Response:
    """The list; those that are still to be called unless others are asked for."""
    query = visit.request.query_params
    wanted = {name: query[name] for name in FILTERS if query.get(name)} or {"state": "open"}
    return await _listed(visit, wanted, following, None, done=done)


@router.post("/officers/follow_ups/{follow_up_id}")
async def resolve(visit: Officer, follow_up_id: UUID, request: Request) -> Response:
    """Note how it was dealt with, which closes it; a second click changes nothing."""
    form = await request.form()
    fields = typed(form)
    try:
        await visit.api.post(
            f"/follow_ups/{follow_up_id}/resolution",
            {"note": fields.get(f"note-{follow_up_id}", "")},
            key=key_of(form),
        )
    except Refused as refused:
        return await _listed(visit, {"state": "open"}, None, refused, fields=fields, of=str(follow_up_id))
    return visit.go("/officers/follow_ups?done=resolved")


async def _listed(
    visit: Visit,
    wanted: dict[str, str],
    following: str | None,
    refused: Refused | None,
    *,
    fields: dict[str, str] | None = None,
    of: str = "",
    done: str = "",
) -> Response:
    page = await or_none(visit.api.page("/follow_ups", following, limit=PAGE, **wanted))
    wrong = defects(refused, visit.language) if refused else []
    return visit.page(
        "follow_ups/page.html",
        refused.status if refused else 200,
        typed={**wanted, **(fields or {})},
        errors=[each | {"field": f"note-{of}"} for each in wrong],
        page=page,
        following=following,
        wanted=wanted,
        done=done,
    )
