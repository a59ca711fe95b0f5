"""A group of the form: every button saves what was typed before it does anything else."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.api import NotThere, Refused
from services.portal.forms import etag_of, typed
from services.portal.language import gettext
from services.portal.pages.update.access import (
    Draft,
    Year,
    draft_of,
    draft_path,
    firm_of,
    last_update,
    path_of,
)
from services.portal.update_form.groups import BY_NAME, FIGURE_YEARS, GROUPS, Group
from services.portal.update_form.reading import last_told, lines
from services.portal.update_form.writing import document, proposed, rows, typed_of, without
from services.portal.visit import LoggedIn, Visit, defects

router = APIRouter()
NEXT, ADD, REMOVE = "next", "add:", "remove:"
OVERTAKEN = (httpx.codes.PRECONDITION_FAILED, httpx.codes.PRECONDITION_REQUIRED)
MOST_YEARS = 3


@router.get("/update/{year}/{name}")
async def group(visit: LoggedIn, year: Year, name: str, wrong: str = "", add: str = "", saved: str = "") -> Response:
    """A group with what was saved of it, else with what was told last time; `add` is a list with a row more."""
    asked = _group(name)
    draft = await draft_of(visit, year)
    errors = draft.wrong(visit.language, [asked]) if wrong else []
    return await shown(visit, year, asked, draft, errors=errors, add=add, saved=saved)


@router.post("/update/{year}/{name}")
async def save(visit: LoggedIn, year: Year, name: str) -> Response:
    """暂存, and then what else the button asks for: the next group, a row more or less."""
    form = await visit.request.form()
    asked, fields, do = _group(name), typed(form), str(form.get("do") or "save")
    if do.startswith(REMOVE):
        fields = without(fields, do.removeprefix(REMOVE))
    draft = await draft_of(visit, year)
    told = document(draft.form, asked, fields)
    try:
        saved = await _put(visit, year, asked, draft, told, form)
    except Refused as refused:
        if refused.status not in OVERTAKEN:
            wrong = defects(refused, visit.language)
            return await shown(visit, year, asked, draft, fields, errors=wrong, status=refused.status)
        saved = await draft_of(visit, year)
        if not saved.holds(told, asked):
            return await _overtaken(visit, year, asked, saved, fields, told)
    if do == NEXT:
        if wrong := saved.wrong(visit.language, [asked]):
            unfinished = httpx.codes.UNPROCESSABLE_ENTITY
            return await shown(visit, year, asked, saved, errors=wrong, status=unfinished)
        return visit.go(_following(year, asked, saved))
    return visit.go(_here(year, asked, do, saved))


async def _put(
    visit: Visit, year: int, asked: Group, draft: Draft, told: Mapping[str, Any], form: Mapping[str, Any]
) -> Draft:
    """Save the form. What others saved in other groups meanwhile stays, as does what they saved in this one."""
    etag = etag_of(form)
    if draft.etag is not None and etag != draft.etag and form.get("seen") == draft.print_of(asked):
        etag = draft.etag
    elif etag != draft.etag and draft.holds(told, asked):
        return draft
    return Draft.of(await visit.api.put(draft_path(visit, year), told, etag=etag))


async def shown(
    visit: Visit,
    year: int,
    asked: Group,
    draft: Draft,
    fields: Mapping[str, str] | None = None,
    *,
    errors: Sequence[dict[str, str]] = (),
    status: int = 200,
    add: str = "",
    **context: Any,
) -> Response:
    """A group's page with what was typed, else what stands there."""
    firm, last = await asyncio.gather(firm_of(visit), last_update(visit, year))
    known = dict(fields) if fields is not None else proposed(draft.form, asked, last, firm, year)
    known.setdefault("basics.contact.language", "zh-CN")
    known.setdefault("basics.second_contact.language", known["basics.contact.language"])
    years = [known[f"years.{place}.year"] for place in range(rows(known, "years"))] if asked.name == "years" else []
    if add == "years" and FIGURE_YEARS <= len(years) < MOST_YEARS:
        years.append(str(int(years[-1]) - 1))
    counts = {each.name: rows(known, f"{asked.name}.{each.name}") for each in asked.lists}
    return visit.page(
        "update/group.html",
        status,
        year=year,
        group=asked,
        place=GROUPS.index(asked) + 1,
        places=len(GROUPS),
        draft=draft,
        seen=draft.print_of(asked),
        firm=firm,
        typed=known,
        errors=errors,
        choices=lambda field: [(code, gettext(visit.language, text)) for code, text in field.choices],
        last=last_told(asked, last, year, visit.language),
        last_name=_last_name(visit, asked, last, year),
        filled_in=last is not None and fields is None and asked.name not in draft.form and bool(known),
        last_update=last,
        years=years,
        most_years=MOST_YEARS,
        rows={
            each.name: min(max(counts[each.name] + (add == each.name), each.shown), each.most) for each in asked.lists
        },
        **{"saved": "", "theirs": None} | context,
    )


async def _overtaken(
    visit: Visit, year: int, asked: Group, draft: Draft, fields: Mapping[str, str], told: Mapping[str, Any]
) -> Response:
    """Somebody else saved this group meanwhile: what was typed stays, with what stands there now."""
    present, ours = (
        {each.label: each.value for each in lines(form, asked, visit.language)} for form in (draft.form, told)
    )
    theirs = [
        (name, present.get(name) or "—")
        for name in dict.fromkeys([*present, *ours])
        if present.get(name) != ours.get(name)
    ]
    return await shown(visit, year, asked, draft, fields, status=httpx.codes.PRECONDITION_FAILED, theirs=theirs)


def _group(name: str) -> Group:
    if name not in BY_NAME:
        raise NotThere
    return BY_NAME[name]


def _following(year: int, asked: Group, draft: Draft) -> str:
    """The next group of which nothing was saved; once all are as they must be, the check."""
    later = GROUPS[GROUPS.index(asked) + 1 :]
    unsaved = next((each for each in later if each.name not in draft.form), None)
    if unsaved is not None:
        return path_of(year, unsaved.name)
    return path_of(year) if draft.defects else path_of(year, "check")


def _here(year: int, asked: Group, do: str, draft: Draft) -> str:
    here = path_of(year, asked.name)
    if do.startswith(ADD):
        added = do.removeprefix(ADD)
        listed = next((each for each in asked.lists if each.name == added), None)
        if listed is not None:
            place = rows(typed_of(draft.form, asked), f"{asked.name}.{added}")
            first = f"{asked.name}.{added}.{place}.{listed.fields[0].name}".rstrip(".")
            return f"{here}?add={added}#{first}"
        return f"{here}?add=years#years.{FIGURE_YEARS}.staff"
    if do.startswith(REMOVE):
        return f"{here}#{'.'.join(do.removeprefix(REMOVE).split('.')[:2])}"
    return f"{here}?saved=yes"


def _last_name(visit: Visit, asked: Group, last: Mapping[str, Any] | None, year: int) -> str:
    if last is None:
        return ""
    if asked.name == "years":
        return visit.say("%(year)s年：", year=year - 2)
    return visit.say("%(year)s年度填报：", year=last["duty_year"])
