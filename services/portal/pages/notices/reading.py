"""Notices in force and past, and what each of them does."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.api import Refused, or_none, together
from services.portal.pages.notices.kinds import HERE, KINDS, KindDep
from services.portal.visit import Officer

router = APIRouter(prefix=HERE)
PAGE = 20
FILTERS = ("in_force", "year")


@router.get("")
async def notices(visit: Officer, following: str | None = None) -> Response:
    """Both kinds, the newest first; those in force unless others are asked for."""
    query = visit.request.query_params
    typed = {"in_force": "true"} | {name: query[name] for name in FILTERS if name in query}
    asked = {"in_force": typed["in_force"], "limit": PAGE}
    extensions, campaigns, refused = None, None, None
    try:
        extensions, campaigns = await together(
            visit.api.page(KINDS["extensions"].path, following, year=typed.get("year"), **asked),
            visit.api.page(KINDS["campaigns"].path, following, **asked),
        )
    except Refused as error:
        refused, extensions, campaigns = error, {"items": [], "next": None}, {"items": [], "next": None}
    begun = {kind.name: following or "" for kind in KINDS.values() if kind.path in (following or "")}
    return visit.form_page("notices/list.html", refused, typed, extensions=extensions, campaigns=campaigns, begun=begun)


@router.get("/{kind}/{notice_id:uuid}")
async def notice(visit: Officer, kind: KindDep, notice_id: UUID, done: str = "") -> Response:
    """One notice with its effect: the firms whose date it moves, or the titles whose window it sets."""
    found = await visit.api.get(f"{kind.path}/{notice_id}")
    counts = None
    if kind.name == "extensions" and found["in_force"]:
        counts = await or_none(visit.api.get("/update_statistics", year=found["year"]))
    return visit.page(
        f"notices/{kind.name}/detail.html", kind=kind, notice=found, effect=effect(found, counts), done=done
    )


def effect(notice: Mapping[str, Any], counts: Mapping[str, Any] | None) -> list[Mapping[str, Any]] | None:
    """The counts of the year's updates that a notice is about; None where they are not known."""
    if counts is None:
        return None
    places = notice.get("authorities")
    return [
        each
        for each in counts["items"]
        if each["title"] in notice["titles"] and (places is None or each["authority"] in places)
    ]
