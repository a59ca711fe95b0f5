"""HTTP of the changes service: reports of major changes (重大变化情况报告表)."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response, status
from sqlalchemy import ColumnElement, and_

from services.changes import commands, repository
from services.changes.domain import Status
from services.changes.forms import EARLIEST, Decision, Draft, MinistryAnswer, Opinion, Submission, Withdrawal
from services.changes.models import Report
from services.changes.views import DueDateView, ReportDetail, ReportView
from shared.contracts import ChangeType
from shared.messaging import Work
from shared.regulation import normalise_credit_code
from shared.web.auth import Caller, CallerDep, Forbidden, Role, require
from shared.web.conditional import ExpectedVersion, tag
from shared.web.idempotency import Once, OnceDep, Reply
from shared.web.paging import Page, Paging
from shared.web.problems import NotFound
from shared.web.reach import within_reach

router = APIRouter(prefix="/api/v1/changes", tags=["changes"])

LATEST = date(2099, 12, 31)
Firm = Annotated[Caller, Depends(require(Role.ENTERPRISE))]
Act = Callable[[Work], Awaitable[Report]]


def _reach(caller: Caller) -> ColumnElement[bool]:
    """Drafts are their firm's alone."""
    reach = within_reach(caller, Report.credit_code, Report.authority)
    if caller.role is Role.ENTERPRISE:
        return reach
    return and_(reach, Report.status != Status.DRAFT)


async def _seen(work: Work, report_id: UUID, caller: Caller) -> Report:
    report = await repository.report(work.session, report_id)
    if (
        report is None
        or not caller.may_see(report.credit_code, report.authority)
        or (report.status == Status.DRAFT and not caller.may_act_for(report.credit_code))
    ):
        raise NotFound("There is no such report")
    return report


async def _own(work: Work, report_id: UUID, caller: Caller) -> None:
    report = await _seen(work, report_id, caller)
    if not caller.may_act_for(report.credit_code):
        raise Forbidden("Only the enterprise itself may do this")


async def _officers(work: Work, report_id: UUID, caller: Caller, role: Role) -> None:
    await _seen(work, report_id, caller)
    if caller.role is not role:
        raise Forbidden(f"This is for {role}; the account is {caller.role}")


async def _detail(work: Work, report: Report) -> ReportDetail:
    await work.session.flush()
    steps = await repository.steps(work.session, report.id)
    defects = commands.missing_in(report) if report.status == Status.DRAFT else []
    return ReportDetail.with_history(report, work.regulation, list(steps), defects)


async def _acted(once: Once, act: Act, code: int = status.HTTP_200_OK) -> Response:
    async def reply(work: Work) -> Reply:
        report = await act(work)
        headers = {"ETag": f'"{report.version}"'}
        if code == status.HTTP_201_CREATED:
            headers["Location"] = f"/api/v1/changes/{report.id}"
        return Reply(body=await _detail(work, report), status=code, headers=headers)

    return await once(reply)


@router.post("", status_code=201, response_model=ReportDetail)
async def draft_report(form: Draft, caller: Firm, once: OnceDep) -> Response:
    """Begin a report: from now on its due date is known and reminded of."""
    if not caller.may_act_for(form.credit_code):
        raise NotFound("There is no such enterprise")
    return await _acted(once, lambda work: commands.draft(work, form), status.HTTP_201_CREATED)


@router.get("")
async def list_reports(
    request: Request,
    caller: CallerDep,
    paging: Paging,
    credit_code: str | None = None,
    type_: Annotated[ChangeType | None, Query(alias="type")] = None,
    status_: Annotated[Status | None, Query(alias="status")] = None,
    authority: str | None = None,
    happened_from: date | None = None,
    happened_to: date | None = None,
) -> Page[ReportView]:
    """Reports, the newest first. Drafts are seen by their firm alone."""
    code = normalise_credit_code(credit_code) if credit_code else None
    if code and caller.role is Role.ENTERPRISE and not caller.may_act_for(code):
        raise NotFound("There is no such enterprise")
    async with request.app.state.backend.work() as work:
        reports = await repository.reports(
            work.session,
            _reach(caller),
            filters={"credit_code": code, "type": type_, "status": status_, "authority": authority},
            happened_from=happened_from,
            happened_to=happened_to,
            before=paging.after_id(),
            limit=paging.limit + 1,
        )
        views = [ReportView.of(report, work.regulation) for report in reports]
    return paging.page(views, lambda view: [view.id])


@router.get("/due_date")
async def read_due_date(
    request: Request, _: CallerDep, happened_on: Annotated[date, Query(ge=EARLIEST, le=LATEST)]
) -> DueDateView:
    """By when a change of that day is reported: three months, to the next working day (第十三条)."""
    return DueDateView.of(happened_on, request.app.state.backend.regulation.change_report_due(happened_on))


@router.get("/{report_id}")
async def read_report(request: Request, response: Response, report_id: UUID, caller: CallerDep) -> ReportDetail:
    """A report with its history."""
    async with request.app.state.backend.work() as work:
        report = await _seen(work, report_id, caller)
        tag(response, report.version)
        return await _detail(work, report)


@router.put("/{report_id}")
async def edit_report(
    request: Request, response: Response, report_id: UUID, form: Draft, expected: ExpectedVersion, caller: Firm
) -> ReportDetail:
    """Replace a draft's content."""
    async with request.app.state.backend.work() as work:
        await _own(work, report_id, caller)
        report = await commands.edit(work, report_id, form, expected)
        tag(response, report.version)
        return await _detail(work, report)


@router.delete("/{report_id}", status_code=204)
async def discard_report(request: Request, report_id: UUID, expected: ExpectedVersion, caller: Firm) -> None:
    """Delete a draft."""
    async with request.app.state.backend.work() as work:
        await _own(work, report_id, caller)
        await commands.discard(work, report_id, expected)


@router.post("/{report_id}/submission", response_model=ReportDetail)
async def submit_report(report_id: UUID, form: Submission, caller: Firm, once: OnceDep) -> Response:
    """Submit a draft with the declaration; the answer says whether it is in time, and why."""

    async def act(work: Work) -> Report:
        await _own(work, report_id, caller)
        return await commands.submit(work, report_id, form.declaration.signatory, caller)

    return await _acted(once, act)


@router.post("/{report_id}/withdrawal", response_model=ReportDetail)
async def withdraw_report(report_id: UUID, form: Withdrawal, caller: Firm, once: OnceDep) -> Response:
    """Take a report back, as long as no opinion was given."""

    async def act(work: Work) -> Report:
        await _own(work, report_id, caller)
        return await commands.withdraw(work, report_id, form.reason, caller)

    return await _acted(once, act)


@router.post("/{report_id}/opinion", response_model=ReportDetail)
async def give_opinion(report_id: UUID, form: Opinion, caller: CallerDep, once: OnceDep) -> Response:
    """The authority's opinion."""

    async def act(work: Work) -> Report:
        await _officers(work, report_id, caller, Role.AUTHORITY)
        return await commands.give_opinion(work, report_id, form, caller)

    return await _acted(once, act)


@router.post("/{report_id}/decision", response_model=ReportDetail)
async def decide_report(report_id: UUID, form: Decision, caller: CallerDep, once: OnceDep) -> Response:
    """The bureau's decision on every held title: retained, cancelled, or for a little giant referred."""

    async def act(work: Work) -> Report:
        await _officers(work, report_id, caller, Role.BUREAU)
        return await commands.decide(work, report_id, form, caller)

    return await _acted(once, act)


@router.post("/{report_id}/ministry_answer", response_model=ReportDetail)
async def record_ministry_answer(report_id: UUID, form: MinistryAnswer, caller: CallerDep, once: OnceDep) -> Response:
    """What the ministry decided on a referred title, as the bureau records it."""

    async def act(work: Work) -> Report:
        await _officers(work, report_id, caller, Role.BUREAU)
        return await commands.record_answer(work, report_id, form, caller)

    return await _acted(once, act)
