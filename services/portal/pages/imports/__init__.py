"""名单导入: the bureau uploads a list of titles, sees what it would do, starts it, and follows its progress."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from services.portal.api import Refused, or_none
from services.portal.forms import key_of, typed
from services.portal.visit import NO_LABELS, Bureau, Visit

HERE = "/officers/imports"
router = APIRouter(prefix=HERE, include_in_schema=False)
PAGE = 20
SHOWN = 200
"""Defects of rows that a page shows."""


@router.get("")
async def imports(visit: Bureau, following: str | None = None) -> Response:
    """The form for a file, and the lists that were uploaded."""
    return await _list(visit, following)


@router.post("")
async def upload(visit: Bureau) -> Response:
    """Take a file to be looked at."""
    form = await visit.request.form()
    fields = typed(form)
    file = form.get("file")
    chosen = (
        {"file": (file.filename, file.file, file.content_type or "application/octet-stream")}
        if isinstance(file, UploadFile) and file.filename
        else {}
    )
    try:
        answer = await visit.api.call(
            "POST",
            "/certification_imports",
            query={"preview": True, "duties_from": fields.get("duties_from")},
            files=chosen,
        )
    except Refused as refused:
        return await _list(visit, None, refused, fields)
    return visit.go(f"{HERE}/{answer.body['id']}")


@router.get("/{import_id:uuid}")
async def one(visit: Bureau, import_id: UUID) -> Response:
    """How far a list has come: what it would do, its progress, or what became of it."""
    return await _shown(visit, import_id)


@router.post("/{import_id:uuid}/start")
async def start(visit: Bureau, import_id: UUID) -> Response:
    """Have it worked on, as a whole or its good rows; one that was started already is shown as it is."""
    form = await visit.request.form()
    keep_good = form.get("keep_good") == "true"
    try:
        await visit.api.post(f"/certification_imports/{import_id}/start", {"keep_good": keep_good}, key=key_of(form))
    except Refused as refused:
        return await _shown(visit, import_id, refused)
    return visit.go(f"{HERE}/{import_id}")


@router.get("/{import_id:uuid}/discard")
async def ask_to_discard(visit: Bureau, import_id: UUID) -> Response:
    """Whether the list is really to be let go."""
    found = await visit.api.get(f"/certification_imports/{import_id}")
    if "discard" not in found["allowed"]:
        return visit.go(f"{HERE}/{import_id}")
    return visit.page("imports/discard.html", job=found)


@router.post("/{import_id:uuid}/discard")
async def discard(visit: Bureau, import_id: UUID) -> Response:
    """Let it go."""
    form = await visit.request.form()
    try:
        await visit.api.post(f"/certification_imports/{import_id}/discard", key=key_of(form))
    except Refused as refused:
        return await _shown(visit, import_id, refused)
    return visit.go(f"{HERE}/{import_id}")


async def _list(
    visit: Visit, following: str | None, refused: Refused | None = None, fields: Mapping[str, Any] = NO_LABELS
) -> Response:
    page = await or_none(visit.api.page("/certification_imports", following, limit=PAGE))
    labels = {"file": visit.say("名单文件"), "duties_from": visit.say("信息更新义务起算日期")}
    return visit.form_page("imports/list.html", refused, fields, labels=labels, page=page, following=following or "")


async def _shown(visit: Visit, import_id: UUID, refused: Refused | None = None) -> Response:
    job = await visit.api.get(f"/certification_imports/{import_id}")
    bad = len({each["line"] for each in job["errors"]})
    return visit.form_page("imports/detail.html", refused, NO_LABELS, job=job, bad=bad, shown=job["errors"][:SHOWN])
