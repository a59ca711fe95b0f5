"""HTTP on deadline extensions (延期): the notices in force, and those that were withdrawn."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response, status

from services.profile.commands import extensions as commands
from services.profile.forms import Extension, ExtensionWithdrawal
from services.profile.repository import extensions
from services.profile.views.extensions import CurrentExtension, CurrentExtensions, ExtensionPreview, ExtensionView
from shared.messaging import Work
from shared.regulation import deciding
from shared.web.auth import Caller, CallerDep, Role, require
from shared.web.idempotency import OnceDep, Reply
from shared.web.paging import Page, Paging
from shared.web.problems import NotFound
from shared.web.public import for_everybody

router = APIRouter(prefix="/deadline_extensions")

MOST = 50
"""Most notices that are told to everybody."""

Bureau = Annotated[Caller, Depends(require(Role.BUREAU))]


@router.post("", status_code=201, response_model=ExtensionView)
async def extend_deadline(form: Extension, caller: Bureau, once: OnceDep) -> Response:
    """Move a deadline by a notice; of several that apply, the one declared last decides."""

    async def act(work: Work) -> Reply:
        extension = await commands.declare(work, form, caller)
        return Reply(
            body=ExtensionView.of(extension, work.regulation),
            status=status.HTTP_201_CREATED,
            headers={"Location": f"/api/v1/deadline_extensions/{extension.id}"},
        )

    return await once(act)


@router.get("")
async def list_extensions(
    request: Request,
    _: CallerDep,
    paging: Paging,
    year: Annotated[int | None, Query(ge=2010, le=2100)] = None,
    in_force: bool | None = None,
) -> Page[ExtensionView]:
    """Notices that moved deadlines, the newest first; `in_force=true` leaves out those that were withdrawn."""
    async with request.app.state.backend.work() as work:
        found = await extensions.extensions(
            work.session, year=year, in_force=in_force, before=paging.after_id(), limit=paging.limit + 1
        )
        views = [ExtensionView.of(each, work.regulation) for each in found]
    return paging.page(views, lambda view: [view.id])


@router.post("/preview")
async def preview_extension(request: Request, form: Extension, _: Bureau) -> ExtensionPreview:
    """What a notice would move if it were declared now; nothing is changed."""
    regulation = request.app.state.backend.regulation
    return ExtensionPreview.of(form, commands.checked(form, regulation), regulation)


@router.get("/current")
async def current_extensions(request: Request, response: Response) -> CurrentExtensions:
    """The notices that decide a date that has not passed, the newest first; no login is needed."""
    regulation = request.app.state.backend.regulation
    async with request.app.state.backend.work() as work:
        today = work.today()
        noticed = await extensions.in_force(work.session, today.year - 1)
    current = [each for each in deciding(noticed, regulation.authorities) if each.due >= today]
    for_everybody(response)
    return CurrentExtensions(items=[CurrentExtension.of(each, regulation) for each in current[: -MOST - 1 : -1]])


@router.get("/{extension_id}")
async def read_extension(request: Request, extension_id: UUID, _: CallerDep) -> ExtensionView:
    async with request.app.state.backend.work() as work:
        extension = await extensions.extension(work.session, extension_id)
    if extension is None:
        raise NotFound("There is no such deadline extension")
    return ExtensionView.of(extension, request.app.state.backend.regulation)


@router.post("/{extension_id}/withdrawal", response_model=ExtensionView)
async def withdraw_extension(extension_id: UUID, form: ExtensionWithdrawal, caller: Bureau, once: OnceDep) -> Response:
    """End an extension for a reason: the date that held without it holds again."""

    async def act(work: Work) -> Reply:
        extension = await commands.withdraw(work, extension_id, form.reason, caller)
        return Reply(body=ExtensionView.of(extension, work.regulation))

    return await once(act)
