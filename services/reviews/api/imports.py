"""HTTP on uploaded lists of titles (名单)."""

import asyncio
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response, UploadFile, status

from services.reviews.commands import imports as commands
from services.reviews.forms import ImportStart
from services.reviews.list_files import UnreadableList, read_list
from services.reviews.repository import imports
from services.reviews.views.imports import ImportView, ListedImport
from shared.messaging import Work
from shared.web.auth import Caller, Role, require
from shared.web.idempotency import OnceDep, Reply
from shared.web.paging import Page, Paging
from shared.web.problems import Defect, InvalidInput, NotFound

router = APIRouter(prefix="/certification_imports", tags=["certifications"])

Bureau = Annotated[Caller, Depends(require(Role.BUREAU))]
Reader = Annotated[Caller, Depends(require(Role.BUREAU, Role.OPERATOR))]


@router.post("", status_code=status.HTTP_202_ACCEPTED)
async def upload_list(
    request: Request,
    response: Response,
    file: UploadFile,
    caller: Bureau,
    keep_good: bool = False,
    duties_from: date | None = None,
    preview: Annotated[bool, Query(description="Only find out what it would do, until it is started")] = False,
) -> ImportView:
    """Take a list (CSV or XLSX) to be worked on; where to look for its progress stands in `Location`.

    The same list twice changes nothing. A file that is no list is refused at once.
    """
    content = await file.read()
    try:
        await asyncio.to_thread(read_list, content)
    except UnreadableList as error:
        raise InvalidInput(
            errors=[Defect(pointer="/file", code="unreadable_list", detail=error.text_en, detail_zh=error.text)]
        ) from error
    async with request.app.state.backend.work() as work:
        job, progress = await commands.upload(
            work,
            content,
            file.filename or "",
            caller,
            keep_good=keep_good,
            duties_from=duties_from,
            preview=preview,
        )
        response.headers["Location"] = f"/api/v1/certification_imports/{job.id}"
        return ImportView.of(job, progress)


@router.get("")
async def list_imports(request: Request, _: Reader, paging: Paging) -> Page[ListedImport]:
    """Uploaded lists, the newest first."""
    async with request.app.state.backend.work() as work:
        found = await imports.uploaded(work.session, before=paging.after_id(), limit=paging.limit + 1)
        views = [ListedImport.of(*each) for each in found]
    return paging.page(views, lambda view: [view.id])


@router.get("/{import_id}")
async def read_import(request: Request, import_id: UUID, _: Reader) -> ImportView:
    """How far a list has come, and every bad row."""
    async with request.app.state.backend.work() as work:
        found = await imports.imported(work.session, import_id)
        if found is None:
            raise NotFound("There is no such import")
        return ImportView.of(*found)


@router.post("/{import_id}/start", status_code=status.HTTP_202_ACCEPTED, response_model=ImportView)
async def start_import(import_id: UUID, form: ImportStart, caller: Bureau, once: OnceDep) -> Response:
    """Have a list that was looked at worked on: as a whole, or only its good rows."""

    async def act(work: Work) -> Reply:
        found = await commands.start(work, import_id, caller, keep_good=form.keep_good)
        return Reply(body=ImportView.of(*found), status=status.HTTP_202_ACCEPTED)

    return await once(act)


@router.post("/{import_id}/discard", response_model=ImportView)
async def discard_import(import_id: UUID, _: Bureau, once: OnceDep) -> Response:
    """Let a list go that was looked at; nothing of it is kept but its record."""

    async def act(work: Work) -> Reply:
        return Reply(body=ImportView.of(*await commands.discard(work, import_id)))

    return await once(act)
