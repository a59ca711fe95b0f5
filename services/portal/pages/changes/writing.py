"""Writing a report: one form, saved by each of its buttons, with its attachments; deleting a draft.

Whatever was typed is saved before anything else is done, so that no button loses it.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx
from fastapi import APIRouter, UploadFile
from fastapi.responses import Response
from starlette.datastructures import FormData
from starlette.datastructures import UploadFile as Uploaded

from services.portal.acting import OFFICERS
from services.portal.api import NotThere, Refused, or_none
from services.portal.change_report import (
    DETAILS,
    IMPACT,
    WITH_PARTIES,
    content,
    document,
    label,
    marked,
    parties,
    shortcomings,
    spared,
)
from services.portal.forms import etag_of, field_of, typed
from services.portal.pages.changes.access import Read, is_officer, path_of, read
from services.portal.visit import LoggedIn, Visit, defects

router = APIRouter()
NEXT, ADD, REMOVE = "next", "add", "remove:"


@router.get("/changes/{report_id}/edit")
async def form(visit: LoggedIn, report_id: UUID, parties: int = 0, saved: str = "") -> Response:
    """The form with what is saved; `parties` rows for other enterprises, however few are named."""
    found = await read(visit, report_id)
    if not found.allows("edit"):
        return visit.go(path_of(report_id))
    return await shown(visit, found, rows=parties, saved=saved)


@router.post("/changes/{report_id}/edit")
async def save(visit: LoggedIn, report_id: UUID) -> Response:
    """暂存, and then what else the button asks for: the next page, another row, an attachment more or less."""
    form = await visit.request.form()
    fields, do = typed(form), str(form.get("do") or "save")
    found = await read(visit, report_id)
    if not found.allows("edit"):
        return visit.go(path_of(report_id))
    told = document(found.report, fields)
    try:
        answer = await visit.api.put(path_of(report_id), told, etag=etag_of(form))
    except Refused as refused:
        if refused.status != httpx.codes.PRECONDITION_FAILED:
            return await shown(visit, found, fields, defects(refused, visit.language), refused.status)
        saved = await read(visit, report_id)
        if not saved.holds(told):
            return await _overtaken(visit, saved, fields, told)
    else:
        saved = Read(answer.body, answer.etag)
    wrong = await _upload(visit, report_id, form)
    if do.startswith(REMOVE):
        await _remove(visit, report_id, do.removeprefix(REMOVE))
    if do == NEXT:
        wrong += _lacking(visit, saved.report)
    if wrong:
        if any(each["field"] == "file" for each in wrong):
            saved = await read(visit, report_id)
        return await shown(visit, saved, errors=wrong, status=httpx.codes.UNPROCESSABLE_ENTITY)
    return visit.go(_afterwards(report_id, do, fields))


@router.get("/changes/{report_id}/delete")
async def ask_to_delete(visit: LoggedIn, report_id: UUID) -> Response:
    """Whether a draft is really to be deleted."""
    found = await read(visit, report_id)
    if not found.allows("discard"):
        return visit.go(path_of(report_id))
    return visit.page("changes/delete.html", report=found.report, etag=found.etag)


@router.post("/changes/{report_id}/delete")
async def delete(visit: LoggedIn, report_id: UUID) -> Response:
    """Delete a draft; one that is gone already is as well."""
    form = await visit.request.form()
    try:
        await visit.api.delete(path_of(report_id), etag=etag_of(form))
    except NotThere:
        pass
    except Refused as refused:
        found = await read(visit, report_id)
        if not found.allows("discard"):
            return visit.go(path_of(report_id))
        return visit.form_page("changes/delete.html", refused, {}, report=found.report, etag=found.etag)
    return visit.go(f"{OFFICERS if is_officer(visit) else ''}/changes?done=deleted")


async def shown(
    visit: Visit,
    found: Read,
    fields: Mapping[str, str] | None = None,
    errors: list[dict[str, str]] | None = None,
    status: int = 200,
    **context: Any,
) -> Response:
    """The form with what was typed, else what is saved; officers' findings and errors beside their fields."""
    report = found.report
    typed = content(report) if fields is None else fields
    told_by = spared(report, {each["field"] for each in shortcomings(report)} | set(fields or ()))
    errors, wanted = [marked(visit.language, part, told_by) for part in (errors or [], shortcomings(report))]
    return visit.page(
        "changes/edit.html",
        status,
        report=report,
        etag=found.etag,
        typed=typed,
        errors=errors,
        wanted=wanted,
        marks=[*errors, *wanted],
        told_by=told_by,
        details=DETAILS.get(report["type"], ()),
        with_parties=report["type"] in WITH_PARTIES,
        impact=IMPACT,
        rows=max(parties(typed), min(context.pop("rows", 0), 20), 1),
        limits=await or_none(visit.api.get("/changes/limits")),
        **{"saved": "", "theirs": None} | context,
    )


async def _overtaken(visit: Visit, found: Read, fields: Mapping[str, str], told: Mapping[str, Any]) -> Response:
    """Somebody else saved meanwhile: what was typed stays, with what stands there now; saved again, it holds."""
    present, ours = content(found.report), content(told)
    theirs = [
        (label(visit.language, name), present.get(name, ""))
        for name in dict.fromkeys([*present, *ours])
        if present.get(name, "") != ours.get(name, "")
    ]
    return await shown(visit, found, fields, status=httpx.codes.PRECONDITION_FAILED, theirs=theirs)


async def _upload(visit: Visit, report_id: UUID, form: FormData) -> list[dict[str, str]]:
    """Attach what was chosen, one after the other; why the API did not take one, with its name."""
    wrong = []
    for each in form.getlist("file"):
        if not isinstance(each, UploadFile | Uploaded) or not each.filename:
            continue
        file = (each.filename, each.file, each.content_type or "application/octet-stream")
        try:
            await visit.api.call("POST", path_of(report_id, "attachments"), files={"file": file})
        except Refused as refused:
            text = "；".join(defect["text"] for defect in defects(refused, visit.language))
            wrong.append({"field": "file", "text": f"{each.filename}：{text}"})
    return wrong


async def _remove(visit: Visit, report_id: UUID, attachment: str) -> None:
    try:
        await visit.api.delete(path_of(report_id, "attachments", UUID(attachment)))
    except (NotThere, ValueError):
        return  # it is gone already


def _lacking(visit: Visit, report: Mapping[str, Any]) -> list[dict[str, str]]:
    english = visit.language == "en"
    return [
        {
            "field": field_of(each["pointer"]),
            "text": each["detail"] if english else each["detail_zh"] or each["detail"],
        }
        for each in report["defects"]
    ]


def _afterwards(report_id: UUID, do: str, fields: Mapping[str, str]) -> str:
    if do == NEXT:
        return path_of(report_id, "check")
    here = path_of(report_id, "edit")
    if do == ADD:
        place = parties({name: value for name, value in fields.items() if value})
        return f"{here}?parties={place + 1}#details.counterparties.{place}.name"
    if do == "upload" or do.startswith(REMOVE):
        return f"{here}#attachments"
    return f"{here}?saved=yes"
