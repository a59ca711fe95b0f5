"""信息更新情况: who has not updated yet, by authority and title, with the firms behind each number and as a file."""

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.api import Refused, together
from services.portal.visit import Officer

router = APIRouter(include_in_schema=False)
PAGE = 50
FILTERS = ("year", "authority", "title", "state")


@router.get("/officers/updates")
async def update_statistics(visit: Officer, following: str | None = None) -> Response:
    """The counts with a bar for each, and the firms; those that have not updated unless others are asked for."""
    query = visit.request.query_params
    wanted = {name: query[name] for name in FILTERS if query.get(name)}
    wanted.setdefault("state", "not_updated")
    of_counts = {name: wanted.get(name) for name in ("year", "authority", "title")}
    refused, counts, firms = None, None, None
    try:
        counts, firms = await together(
            visit.api.get("/update_statistics", **of_counts),
            visit.api.page("/update_statistics/firms", following, limit=PAGE, **wanted),
        )
    except Refused as error:
        refused = error
    typed = ({"year": str(counts["year"])} if counts else {}) | wanted
    return visit.form_page(
        "update_statistics/page.html", refused, typed, counts=counts, firms=firms, wanted=wanted, following=following
    )


@router.get("/officers/updates/export")
async def export(visit: Officer) -> Response:
    """The list as a file (CSV or XLSX), sent while it is read."""
    query = visit.request.query_params
    wanted = {name: query[name] for name in (*FILTERS, "format") if query.get(name)}
    return await visit.file("/update_statistics/export", **wanted)
