"""Files that belong to a report (附件)."""

import asyncio
import hashlib
from typing import BinaryIO
from uuid import UUID

import uuid_utils.compat as uuid7s
from fastapi import APIRouter, Request, Response, UploadFile, status
from fastapi.responses import StreamingResponse

from services.changes.api.access import Filer, seen, writing
from services.changes.commands import attachments
from services.changes.commands.attachments import Upload
from services.changes.domain.attachments import ACCEPTED, defects_of_file, disposition, media_type_of, plain_name
from services.changes.repository import attachments as kept
from services.changes.storage import CHUNK, AttachmentStore, chunks
from services.changes.views.reports import AttachmentView
from shared.web.auth import CallerDep
from shared.web.problems import BodyTooLarge, InvalidInput, NotFound, Problem, Unavailable

router = APIRouter(prefix="/changes/{report_id}/attachments", tags=["changes"])


@router.post("", status_code=status.HTTP_201_CREATED)
async def attach_file(
    request: Request, response: Response, report_id: UUID, file: UploadFile, caller: Filer
) -> AttachmentView:
    """Attach a PDF, JPEG or PNG to a draft or a returned report; the same content again is the same attachment."""
    backend, settings = request.app.state.backend, request.app.state.settings
    store: AttachmentStore = request.app.state.attachments
    async with backend.work() as work:
        await writing(work, report_id, caller)
        await attachments.may_attach(work, report_id)
    upload = await asyncio.to_thread(_looked_at, file.file, file.filename, settings.attachment_size)
    stored_as = f"{report_id}/{upload.id}"
    await asyncio.to_thread(store.put, stored_as, file.file)
    try:
        async with backend.work() as work:
            attachment = await attachments.attach(work, report_id, upload, settings.attachments_per_report, caller)
    except Problem:  # anything else may have happened to the answer of a commit: then the file stays
        await asyncio.to_thread(store.remove, stored_as)
        raise
    if attachment.id != upload.id:
        await asyncio.to_thread(store.remove, stored_as)
    response.headers["Location"] = f"/api/v1/changes/{report_id}/attachments/{attachment.id}"
    return AttachmentView.model_validate(attachment)


@router.get(
    "/{attachment_id}",
    response_class=StreamingResponse,
    responses={200: {"content": {media_type: {} for media_type in ACCEPTED}}},
)
async def download_attachment(
    request: Request, report_id: UUID, attachment_id: UUID, caller: CallerDep
) -> StreamingResponse:
    """A file, for whoever may see its report."""
    async with request.app.state.backend.work() as work:
        await seen(work, report_id, caller)
        attachment = await kept.attachment(work.session, report_id, attachment_id)
    if attachment is None:
        raise NotFound("There is no such attachment")
    store: AttachmentStore = request.app.state.attachments
    try:
        file = await asyncio.to_thread(store.open, attachment.stored_as)
    except OSError as error:
        raise Unavailable("The store of attachments does not have it now") from error
    return StreamingResponse(
        chunks(file),
        media_type=attachment.media_type,
        headers={
            "Content-Length": str(attachment.size),
            "Content-Disposition": disposition(attachment.file_name, attachment.media_type),
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )


@router.delete("/{attachment_id}", status_code=status.HTTP_204_NO_CONTENT)
async def remove_attachment(request: Request, report_id: UUID, attachment_id: UUID, caller: Filer) -> None:
    """Take a file from a draft or a returned report."""
    async with request.app.state.backend.work() as work:
        await writing(work, report_id, caller)
        stored_as = await attachments.detach(work, report_id, attachment_id)
    await asyncio.to_thread(request.app.state.attachments.remove, stored_as)


def _looked_at(file: BinaryIO, given_name: str | None, largest: int) -> Upload:
    """What was uploaded. Raises `BodyTooLarge`, `InvalidInput`."""
    name = plain_name(given_name)
    size = file.seek(0, 2)
    if size > largest:
        most = f"{largest / (1 << 20):g}"
        raise BodyTooLarge(
            f"An attachment has at most {most} MB ({largest} bytes), this one {size} bytes",
            detail_zh=f"每个附件不超过{most}MB",
        )
    file.seek(0)
    media_type = media_type_of(file)
    if defects := defects_of_file(name, media_type):
        raise InvalidInput(errors=defects)
    digest = hashlib.sha256()
    file.seek(0)
    while piece := file.read(CHUNK):
        digest.update(piece)
    return Upload(uuid7s.uuid7(), name, media_type or "", size, digest.hexdigest())
