"""The groups of the form with how far each is; throwing the draft away."""

import asyncio
from collections.abc import Sequence

import httpx
from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.api import NotThere, Refused, or_none
from services.portal.forms import etag_of
from services.portal.pages.update.access import Draft, Year, draft_of, draft_path, firm_of, last_update, path_of
from services.portal.update_form.groups import GROUPS, Group
from services.portal.visit import LoggedIn, Visit

router = APIRouter()


@router.get("/update/{year}")
async def groups(visit: LoggedIn, year: Year, wrong: str = "", saved: str = "") -> Response:
    """信息更新: the groups as a list of tasks; `wrong` when somebody would go on too early."""
    draft = await draft_of(visit, year)
    errors = draft.wrong(visit.language) if wrong else []
    return await shown(visit, year, draft, errors, saved=saved)


@router.get("/update/{year}/discard")
async def ask_to_discard(visit: LoggedIn, year: Year) -> Response:
    """Whether the draft is really to be thrown away."""
    draft = await draft_of(visit, year)
    if draft.etag is None:
        return visit.go(path_of(year))
    return visit.page("update/discard.html", year=year, draft=draft)


@router.post("/update/{year}/discard")
async def discard(visit: LoggedIn, year: Year) -> Response:
    """Throw the draft away; one that is gone already is as well."""
    form = await visit.request.form()
    try:
        await visit.api.delete(draft_path(visit, year), etag=etag_of(form))
    except NotThere:
        pass
    except Refused as refused:
        draft = await draft_of(visit, year)
        if draft.etag is not None:
            return visit.form_page("update/discard.html", refused, {}, year=year, draft=draft)
    return visit.go(f"{path_of(year)}?saved=discarded")


async def shown(
    visit: Visit, year: int, draft: Draft, errors: Sequence[dict[str, str]] = (), saved: str = ""
) -> Response:
    """The list of groups, and what is wrong in them, each with a way to its field."""
    firm, last, freshness = await asyncio.gather(
        firm_of(visit),
        last_update(visit, year),
        or_none(visit.api.get(f"/enterprises/{visit.firm}/freshness", year=year)),
    )
    found = [{**each, "path": f"{path_of(year, each['field'].partition('.')[0])}?wrong=yes"} for each in errors]
    return visit.page(
        "update/hub.html",
        httpx.codes.UNPROCESSABLE_ENTITY if errors else httpx.codes.OK,
        year=year,
        draft=draft,
        firm=firm,
        last=last,
        freshness=freshness,
        groups=[(group, _state(draft, group)) for group in GROUPS],
        ready=draft.etag is not None and not draft.defects,
        errors=found,
        saved=saved,
    )


def _state(draft: Draft, group: Group) -> str:
    """How far a group is: done, wrong, or todo or optional where nothing of it was saved."""
    if group.name not in draft.form:
        return "todo" if group.required else "optional"
    return "wrong" if draft.lacks(group) else "done"
