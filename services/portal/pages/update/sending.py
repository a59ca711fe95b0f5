"""Checking the answers, declaring that they are true, submitting them."""

from collections.abc import Mapping
from typing import Any

import httpx
from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.api import Refused, or_none
from services.portal.forms import key_of, typed
from services.portal.pages.update import hub
from services.portal.pages.update.access import Draft, Year, draft_of, firm_of, path_of, submitted_update
from services.portal.update_form.groups import GROUPS
from services.portal.update_form.reading import figures, lines
from services.portal.update_form.writing import group_of, label
from services.portal.visit import LoggedIn, Visit, defects

router = APIRouter()


@router.get("/update/{year}/check")
async def check(visit: LoggedIn, year: Year) -> Response:
    """The answers, each with a way back to where it was given, and the declaration."""
    draft = await draft_of(visit, year)
    if draft.etag is None or draft.defects:
        return visit.go(f"{path_of(year)}?wrong=yes")
    return await _check(visit, year, draft, None, {})


@router.post("/update/{year}/check")
async def submit(visit: LoggedIn, year: Year) -> Response:
    """Submit what was checked; a second click, known by its key, is answered as the first was."""
    form = await visit.request.form()
    fields = typed(form)
    draft = await draft_of(visit, year)
    if draft.etag is None:
        return visit.go(path_of(year, "done"))
    if form.get("etag") != draft.etag:
        return await _check(visit, year, draft, None, fields, overtaken=True)
    declaration = {
        "accepted": fields.get("declaration.accepted") == "true",
        "signatory": fields.get("declaration.signatory", ""),
    }
    body = {**draft.form, "duty_year": year, "declaration": declaration}
    try:
        await visit.api.post(f"/enterprises/{visit.firm}/updates", body, key=key_of(form))
    except Refused as refused:
        present = await draft_of(visit, year)
        if present.etag is None:
            return visit.go(path_of(year, "done"))
        wrong = defects(refused, visit.language)
        inside = [each for each in wrong if group_of(each["field"])]
        if inside:
            named = [{**each, "label": label(visit.language, each["field"], present.form)} for each in inside]
            return await hub.shown(visit, year, present, named)
        return await _check(visit, year, present, refused, fields)
    return visit.go(path_of(year, "done"))


@router.get("/update/{year}/done")
async def done(visit: LoggedIn, year: Year) -> Response:
    """It is submitted: the reference, whether in time for each title, and what happens next."""
    update = await submitted_update(visit, year)
    if update is None:
        return visit.go(path_of(year))
    missed = [each for each in update["titles"] if each["state"] == "missed"]
    return visit.page("update/done.html", year=year, update=update, missed=missed, next_steps=_next_steps(visit))


def _next_steps(visit: Visit) -> list[str]:
    return [
        visit.say("企业信息已经按本次填报更新，联系人也随之更新。"),
        visit.say("不需要等待审核。"),
        visit.say("发现填错的，可以再更新一次；每次提交都会保留，可以在“企业信息”中查看和比较。"),
    ]


async def _check(
    visit: Visit,
    year: int,
    draft: Draft,
    refused: Refused | None,
    fields: Mapping[str, Any],
    *,
    overtaken: bool = False,
) -> Response:
    firm = await firm_of(visit)
    freshness = await or_none(visit.api.get(f"/enterprises/{visit.firm}/freshness", year=year))
    answer = visit.form_page(
        "update/check.html",
        refused,
        fields,
        year=year,
        firm=firm,
        freshness=freshness,
        etag=draft.etag,
        groups=[(group, lines(draft.form, group, visit.language)) for group in GROUPS],
        figures=figures(draft.form, visit.language),
        overtaken=overtaken,
    )
    if overtaken:
        answer.status_code = httpx.codes.PRECONDITION_FAILED
    return answer
