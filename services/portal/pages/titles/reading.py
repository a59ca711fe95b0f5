"""The list of titles; one of them with its conditions, its duties, its reviews and what happened to it."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal import acting
from services.portal.api import filtered
from services.portal.pages.certifications.reading import about
from services.portal.pages.titles.rights import ACTS, LIST
from services.portal.visit import Officer

router = APIRouter()
PAGE = 50
FILTERS = ("credit_code", "title", "authority", "status", "eligibility", "expires_from", "expires_to")


@router.get("")
async def titles(visit: Officer, following: str | None = None) -> Response:
    """Who holds which title until when."""
    query = visit.request.query_params
    wanted = {name: query[name].strip() for name in FILTERS if query.get(name, "").strip()}
    page, refused = await filtered(visit.api.page("/certifications", following, limit=PAGE, **wanted))
    return visit.form_page("titles/list.html", refused, wanted, page=page, wanted=wanted, following=following)


@router.get("/{certification_id}")
async def title(visit: Officer, certification_id: UUID, done: str = "") -> Response:
    """One title; `done` is what was just done to its right."""
    found = await about(visit, certification_id)
    allowed = found["title"]["allowed"] if found["title"] else ()
    return visit.page(
        "titles/detail.html",
        **found,
        acts=acting.possible(ACTS, allowed),
        done=acting.told(ACTS, done),
        back=await acting.back_of(visit, LIST),
    )
