"""HTTP on uploaded lists of titles (名单)."""

import asyncio
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response, UploadFile, status

from services.reviews.commands.imports import upload
from services.reviews.list_files import UnreadableList, read_list
from services.reviews.repository import imports
from services.reviews.views.imports import ImportView
from shared.web.auth import Caller, Role, require
from shared.web.problems import Defect, InvalidInput, NotFound

router = APIRouter(prefix="/certification_imports", tags=["certifications"])


@router.post("", status_code=status.HTTP_202_ACCEPTED)
async def upload_list(
    request: Request,
    response: Response,
    file: UploadFile,
    caller: Annotated[Caller, Depends(require(Role.BUREAU))],
    keep_good: bool = False,
    duties_from: date | None = None,
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
        job, progress = await upload(
            work, content, file.filename or "", caller, keep_good=keep_good, duties_from=duties_from
        )
        response.headers["Location"] = f"/api/v1/certification_imports/{job.id}"
        return ImportView.of(job, progress)


@router.get("/{import_id}")
async def read_import(
    request: Request, import_id: UUID, _: Annotated[Caller, Depends(require(Role.BUREAU, Role.OPERATOR))]
) -> ImportView:
    """How far a list has come, and every bad row."""
    async with request.app.state.backend.work() as work:
        found = await imports.imported(work.session, import_id)
        if found is None:
            raise NotFound("There is no such import")
        return ImportView.of(*found)
