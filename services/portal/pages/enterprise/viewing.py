"""What is known of the firm, how it stands with its updates, what it told in each, and what changed between two."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.portal.api import Silent, or_none, together
from services.portal.update_form.groups import GROUPS
from services.portal.update_form.reading import differences, figures, lines
from services.portal.visit import LoggedIn, Visit

router = APIRouter()
PAGE = 20
Year = Annotated[int | None, Query(ge=2010, le=2100)]


@router.get("/enterprise")
async def enterprise(visit: LoggedIn, year: Year = None, following: str | None = None, saved: str = "") -> Response:
    """企业信息; `year` is the one whose freshness is shown, the present one unless it is chosen."""
    code = visit.firm
    firm, updates, freshness, owed = await together(
        visit.api.get(f"/enterprises/{code}"),
        visit.api.page(f"/enterprises/{code}/updates", following, limit=PAGE),
        visit.api.get(f"/enterprises/{code}/freshness", year=year),
        visit.api.get("/obligations", credit_code=code, duty="update", state="open"),
    )
    if firm is None:
        raise Silent("the profile service does not answer")
    newest = updates["items"][0] if updates and updates["items"] else None
    latest = await or_none(visit.api.get(f"/enterprises/{code}/updates/{newest['id']}")) if newest else None
    return visit.page(
        "enterprise/page.html",
        firm=firm,
        updates=updates,
        following=following,
        freshness=freshness,
        owed=owed,
        open_years=_open_years(owed, freshness if year is None else None),
        years=sorted({*map(int, firm["updated_years"]), *([freshness["year"]] if freshness else [])}, reverse=True),
        newest=newest,
        latest=latest,
        told=_told(visit, latest["form"]) if latest else None,
        saved=saved,
    )


@router.get("/enterprise/updates/{update_id}")
async def update(visit: LoggedIn, update_id: UUID, against: str = "") -> Response:
    """An update as it was submitted; with `against`, how it differs from that one."""
    path = f"/enterprises/{visit.firm}/updates"
    asked = [visit.api.get(f"{path}/{update_id}"), visit.api.get(path, limit=PAGE)]
    other_id = _id(against)
    if other_id is not None:
        asked.append(visit.api.get(f"{path}/{other_id}"))
    found, others, *other = await together(*asked)
    if found is None:
        raise Silent("the profile service does not answer")
    other_update = other[0] if other else None
    return visit.page(
        "enterprise/update.html",
        update=found,
        told=_told(visit, found["form"]),
        others=[each for each in (others or {"items": []})["items"] if each["id"] != found["id"]],
        other=other_update,
        differences=differences(other_update["form"], found["form"], visit.language) if other_update else None,
    )


def _told(visit: Visit, form: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "groups": [(group, lines(form, group, visit.language)) for group in GROUPS],
        "figures": figures(form, visit.language),
    }


def _open_years(owed: Mapping[str, Any] | None, freshness: Mapping[str, Any] | None) -> list[int]:
    """The years that can be updated for: those that are owed, and the present one, for which more may be told."""
    years = {each["year"] for each in owed["items"] if each["can_act"]} if owed else set()
    return sorted(years | ({freshness["year"]} if freshness else set()))


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
