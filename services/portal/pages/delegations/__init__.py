"""经办人授权: the natural persons who act for firms, or ask to, as officers see them; their firms alone decide."""

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.api import filtered
from services.portal.visit import Officer

router = APIRouter(include_in_schema=False)
PAGE = 50
FILTERS = ("status", "credit_code")


@router.get("/officers/delegations")
async def delegations(visit: Officer, following: str | None = None) -> Response:
    """The newest first; those that await their firm's answer unless others are asked for."""
    query = visit.request.query_params
    wanted = {"status": "requested"} | {name: query[name].strip() for name in FILTERS if name in query}
    page, refused = await filtered(visit.api.page("/delegations", following, limit=PAGE, **wanted))
    return visit.form_page(
        "delegations/list.html", refused, wanted, page=page, wanted=wanted, following=following or ""
    )
