"""企业: officers find a firm by its code or part of a name, and see what it is, holds, owes, and what happened."""

from collections.abc import Awaitable
from typing import TypeVar

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.api import NotThere, filtered, together
from services.portal.pages.firms import registering
from services.portal.visit import Officer

T = TypeVar("T")
router = APIRouter(include_in_schema=False)
router.include_router(registering.router)
PAGE = 30
FILTERS = ("q", "authority", "title")


@router.get("/officers/enterprises")
async def enterprises(visit: Officer, following: str | None = None) -> Response:
    """The search, and what it found."""
    query = visit.request.query_params
    wanted = {name: query[name].strip() for name in FILTERS if query.get(name, "").strip()}
    page, refused = await filtered(visit.api.page("/enterprises", following, limit=PAGE, **wanted))
    return visit.form_page("firms/list.html", refused, wanted, page=page, wanted=wanted, following=following)


@router.get("/officers/enterprises/{credit_code}")
async def enterprise(visit: Officer, credit_code: str, following: str | None = None, done: str = "") -> Response:
    """One firm: its facts, titles, duties, and everything that happened to it."""
    firm = await visit.api.get(f"/enterprises/{credit_code}")
    titles, duties, happened = await together(
        visit.api.get("/certifications", credit_code=credit_code),
        _heard(visit.api.get("/obligations", credit_code=credit_code, state="open")),
        _heard(visit.api.page("/timeline", following, credit_code=credit_code, order="newest", limit=PAGE)),
    )
    return visit.page(
        "firms/detail.html",
        firm=firm,
        titles=titles,
        duties=duties,
        happened=happened,
        following=following,
        done=done,
    )


async def _heard(asked: Awaitable[T]) -> T | None:
    """What was asked, None where its service has not heard of the firm yet: it was registered a moment ago."""
    try:
        return await asked
    except NotThere:
        return None
