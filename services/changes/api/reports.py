"""What a firm does with its reports, and who reads them."""

import asyncio
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response, status

from services.changes.api.access import OFFICERS, Filer, acted, detail, filing, own, seen, visible_to, writing
from services.changes.commands import reports
from services.changes.domain.attachments import ACCEPTED
from services.changes.forms import EARLIEST, LONGEST_TEXT, Draft, Submission, Withdrawal
from services.changes.models import Report
from services.changes.repository import firms
from services.changes.repository import reports as kept
from services.changes.repository.worklists import in_worklist, sizes
from services.changes.views.reports import DueDateView, LimitsView, ReportDetail, ReportView
from services.changes.vocabulary import ENDED, Status
from shared.contracts import ChangeType
from shared.messaging import Backend, Work
from shared.regulation import Worklist, normalise_credit_code
from shared.web.auth import Caller, CallerDep, Role, require
from shared.web.cases import ME, MOST_COUNTED, WorklistSizes
from shared.web.conditional import ExpectedVersion, tag
from shared.web.idempotency import OnceDep
from shared.web.paging import LARGEST_PAGE, Page, Paging
from shared.web.problems import NotFound

router = APIRouter(prefix="/changes", tags=["changes"])

LATEST = date(2099, 12, 31)
Firm = Annotated[Caller, Depends(require(Role.ENTERPRISE))]
Officer = Annotated[Caller, Depends(require(*OFFICERS))]


@router.post("", status_code=201, response_model=ReportDetail)
async def draft_report(form: Draft, caller: Filer, once: OnceDep) -> Response:
    """Begin a report: from now on its due date is known and reminded of. Officers begin one for a firm (代办)."""

    async def act(work: Work) -> Report:
        firm = await firms.firm(work.session, form.credit_code)
        if caller.role is Role.ENTERPRISE:
            within = caller.may_act_for(form.credit_code)
        else:
            within = firm is None or caller.may_review_for(firm.authority)
        if not within:
            raise NotFound("There is no such enterprise")
        return await reports.draft(work, form, assisted=caller.role is not Role.ENTERPRISE)

    return await acted(once, act, status.HTTP_201_CREATED)


@router.get("")
async def list_reports(
    request: Request,
    caller: CallerDep,
    paging: Paging,
    credit_code: str | None = None,
    type_: Annotated[ChangeType | None, Query(alias="type")] = None,
    status_: Annotated[Status | None, Query(alias="status")] = None,
    authority: str | None = None,
    worklist: Worklist | None = None,
    ended: bool | None = None,
    assignee: Annotated[str | None, Query(max_length=200)] = None,
    occurrence_id: UUID | None = None,
    happened_from: date | None = None,
    happened_to: date | None = None,
    id_: Annotated[list[UUID] | None, Query(alias="id", max_length=LARGEST_PAGE)] = None,
) -> Page[ReportView]:
    """Reports, the newest first; of a worklist, or those that an officer took (`assignee`, `me` for the caller).

    `occurrence_id`: those that report what officers had recorded. `id`, as often as wanted: these alone.

    Drafts are seen by their firm alone. What is to review shows an officer its own step.
    """
    code = normalise_credit_code(credit_code) if credit_code else None
    if code and caller.role is Role.ENTERPRISE and not caller.may_act_for(code):
        raise NotFound("There is no such enterprise")
    async with request.app.state.backend.work() as work:
        office = caller.role if caller.role in OFFICERS else None
        found = await kept.reports(
            work.session,
            visible_to(caller),
            *([in_worklist(worklist, work.today(), office)] if worklist else []),
            *([Report.status.in_(ENDED) == ended] if ended is not None else []),
            *([Report.id.in_(id_)] if id_ else []),
            filters={
                "credit_code": code,
                "type": type_,
                "status": status_,
                "authority": authority,
                "assignee": caller.subject if assignee == ME else assignee,
                "occurrence_id": occurrence_id,
            },
            happened_from=happened_from,
            happened_to=happened_to,
            before=paging.after_id(),
            limit=paging.limit + 1,
        )
        views = [ReportView.of(report, work.regulation, work.today()) for report in found]
    return paging.page(views, lambda view: [view.id])


@router.get("/due_date")
async def read_due_date(
    request: Request, _: CallerDep, happened_on: Annotated[date, Query(ge=EARLIEST, le=LATEST)]
) -> DueDateView:
    """By when a change of that day is reported: three months, to the next working day (第十三条)."""
    backend: Backend = request.app.state.backend
    return DueDateView.of(happened_on, backend.regulation.change_report_due(happened_on), backend.clock.today())


@router.get("/limits")
async def read_limits(request: Request, _: CallerDep) -> LimitsView:
    """How much a report takes."""
    settings = request.app.state.settings
    return LimitsView(
        text=LONGEST_TEXT,
        attachments=settings.attachments_per_report,
        attachment_size=settings.attachment_size,
        endings=[ending for endings in ACCEPTED.values() for ending in endings],
    )


@router.get("/worklists")
async def count_worklists(request: Request, caller: Officer) -> WorklistSizes:
    """How many reports are in each worklist (待办)."""
    async with request.app.state.backend.work() as work:
        found = await sizes(work.session, visible_to(caller), work.today(), caller.role, MOST_COUNTED)
    return WorklistSizes(items=found)


@router.get("/{report_id}")
async def read_report(request: Request, response: Response, report_id: UUID, caller: CallerDep) -> ReportDetail:
    """A report with its history."""
    async with request.app.state.backend.work() as work:
        report = await seen(work, report_id, caller)
        tag(response, report.version)
        return await detail(work, report, caller)


@router.put("/{report_id}")
async def edit_report(
    request: Request, response: Response, report_id: UUID, form: Draft, expected: ExpectedVersion, caller: Filer
) -> ReportDetail:
    """Replace the content of a draft, or of a returned report."""
    async with request.app.state.backend.work() as work:
        await writing(work, report_id, caller)
        report = await reports.edit(work, report_id, form, expected)
        tag(response, report.version)
        return await detail(work, report, caller)


@router.delete("/{report_id}", status_code=204)
async def discard_report(request: Request, report_id: UUID, expected: ExpectedVersion, caller: Filer) -> None:
    """Delete a draft."""
    async with request.app.state.backend.work() as work:
        await writing(work, report_id, caller)
        files = await reports.discard(work, report_id, expected)
    await asyncio.to_thread(request.app.state.attachments.remove, *files)


@router.post("/{report_id}/submission", response_model=ReportDetail)
async def submit_report(report_id: UUID, form: Submission, caller: Filer, once: OnceDep) -> Response:
    """Submit a draft with the declaration; the answer says whether it is in time, and why."""

    async def act(work: Work) -> Report:
        assisted = await filing(work, report_id, caller, form.declaration)
        return await reports.submit(work, report_id, form.declaration, caller, assisted=assisted)

    return await acted(once, act)


@router.post("/{report_id}/resubmission", response_model=ReportDetail)
async def resubmit_report(report_id: UUID, form: Submission, caller: Filer, once: OnceDep) -> Response:
    """Resubmit a returned report with the declaration; it goes back to the office that returned it."""

    async def act(work: Work) -> Report:
        assisted = await filing(work, report_id, caller, form.declaration)
        return await reports.resubmit(work, report_id, form.declaration, caller, assisted=assisted)

    return await acted(once, act)


@router.post("/{report_id}/withdrawal", response_model=ReportDetail)
async def withdraw_report(report_id: UUID, form: Withdrawal, caller: Firm, once: OnceDep) -> Response:
    """Take a report back, as long as no opinion was given or while it is returned."""

    async def act(work: Work) -> Report:
        await own(work, report_id, caller)
        return await reports.withdraw(work, report_id, form.reason, caller)

    return await acted(once, act)
