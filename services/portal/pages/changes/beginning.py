"""What happened, and when: with these a report begins, and its due date is known. A draft's may be changed."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx
from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.acting import OUT_OF_REACH
from services.portal.api import NotThere, Refused, or_none, together
from services.portal.change_report import retyped
from services.portal.forms import etag_of, key_of, nested, typed
from services.portal.pages.changes.access import acts_for, path_of, read
from services.portal.visit import LoggedIn, Visit, defects

router = APIRouter()


@router.get("/changes/new")
async def new_report(visit: LoggedIn, occurrence: UUID | None = None) -> Response:
    """The type and the day; what officers recorded of it (`occurrence`) stands in them already.

    Where a report of that was begun or made it is shown.
    """
    firm, seen = acts_for(visit), None
    if occurrence is not None:
        seen, begun = await together(
            visit.api.get(f"/occurrences/{occurrence}"),
            visit.api.get("/changes", credit_code=firm, occurrence_id=occurrence),
        )
        for report in begun["items"] if begun else ():
            if report["status"] != "withdrawn":
                return visit.go(path_of(report["id"]))
    fields = {name: seen[name] for name in ("credit_code", "type", "happened_on")} if seen else {}
    return await _asked(visit, None, fields, seen)


@router.post("/changes/new")
async def begin(visit: LoggedIn) -> Response:
    """Begin a report: from now on its due date is reminded of."""
    form = await visit.request.form()
    fields = typed(form)
    occurrence = _id(fields.get("occurrence_id", ""))
    code = acts_for(visit) or fields.get("credit_code", "")
    told = {name: fields.get(name, "") for name in ("type", "happened_on")}
    body: dict[str, Any] = nested(told | {"credit_code": code})
    body |= {"occurrence_id": str(occurrence)} if occurrence else {}
    try:
        if body.get("type") == "relocation" and code:
            firm = await or_none(visit.api.get(f"/enterprises/{quote(code, safe='')}"))
            place = firm["registered_place"] if firm else None
            body["details"] = {"from_place": place} if place else {}
        begun = await visit.api.post("/changes", body, key=key_of(form))
    except (Refused, NotThere) as error:
        refused = error if isinstance(error, Refused) else Refused(OUT_OF_REACH)
        seen = await or_none(visit.api.get(f"/occurrences/{occurrence}")) if occurrence else None
        return await _asked(visit, refused, fields, seen)
    return visit.go(path_of(begun.body["id"], "edit"))


@router.get("/changes/{report_id}/type")
async def report_type(visit: LoggedIn, report_id: UUID) -> Response:
    """The same of a report that is being written."""
    found = await read(visit, report_id)
    if not found.allows("edit"):
        return visit.go(path_of(report_id))
    fields = {name: found.report[name] for name in ("type", "happened_on")}
    return await _asked(visit, None, fields, None, report_id=report_id, etag=found.etag)


@router.post("/changes/{report_id}/type")
async def change_type(visit: LoggedIn, report_id: UUID) -> Response:
    """Make it a report of another type; of its particulars those stay that the new type asks for too."""
    form = await visit.request.form()
    fields = typed(form)
    found = await read(visit, report_id)
    if not found.allows("edit"):
        return visit.go(path_of(report_id))
    body = retyped(found.report, fields.get("type", ""), fields.get("happened_on", ""))
    try:
        await visit.api.put(path_of(report_id), body, etag=etag_of(form))
    except Refused as refused:
        overtaken = refused.status == httpx.codes.PRECONDITION_FAILED
        if overtaken:
            found = await read(visit, report_id)
        if not (overtaken and found.holds(body)):
            return await _asked(visit, refused, fields, None, report_id=report_id, etag=found.etag)
    return visit.go(path_of(report_id, "edit"))


@router.get("/changes/due_date")
async def due_date(visit: LoggedIn, happened_on: str = "") -> Response:
    """By when a change of that day is reported: a part of a page, for its script to put in."""
    due, refused = await _due(visit, happened_on)
    return visit.page("changes/due_date.html", due=due, wrong=defects(refused, visit.language) if refused else [])


async def _asked(visit: Visit, refused: Refused | None, fields: dict[str, str], seen: Any, **context: Any) -> Response:
    due, _ = await _due(visit, fields.get("happened_on", ""))
    context = {"report_id": None, "etag": None} | context
    return visit.form_page("changes/new.html", refused, fields, occurrence=seen, due=due, **context)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


async def _due(visit: Visit, happened_on: str) -> tuple[Any, Refused | None]:
    """The due date of a change of that day, or why there is none; neither for no day, or where nobody answers."""
    if not happened_on:
        return None, None
    try:
        return await or_none(visit.api.get("/changes/due_date", happened_on=happened_on)), None
    except Refused as refused:
        return None, refused
