"""Which reports an account sees and who may act on them; how an act on a report is answered."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from fastapi import Response, status
from sqlalchemy import ColumnElement, and_

from services.changes.commands.reports import missing_in
from services.changes.models import Report
from services.changes.repository import reports
from services.changes.views import ReportDetail
from services.changes.vocabulary import Status
from shared.messaging import Work
from shared.web.auth import Caller, Forbidden, Role
from shared.web.idempotency import Once, Reply
from shared.web.problems import NotFound
from shared.web.reach import within_reach

Act = Callable[[Work], Awaitable[Report]]


def visible_to(caller: Caller) -> ColumnElement[bool]:
    """Reports within the account's reach; drafts are their firm's alone."""
    reach = within_reach(caller, Report.credit_code, Report.authority)
    if caller.role is Role.ENTERPRISE:
        return reach
    return and_(reach, Report.status != Status.DRAFT)


async def seen(work: Work, report_id: UUID, caller: Caller) -> Report:
    """The report. Raises `NotFound` for who may not know of it."""
    report = await reports.report(work.session, report_id)
    if (
        report is None
        or not caller.may_see(report.credit_code, report.authority)
        or (report.status == Status.DRAFT and not caller.may_act_for(report.credit_code))
    ):
        raise NotFound("There is no such report")
    return report


async def own(work: Work, report_id: UUID, caller: Caller) -> None:
    """Raises `NotFound`, or `Forbidden` where the account does not stand for the report's firm."""
    report = await seen(work, report_id, caller)
    if not caller.may_act_for(report.credit_code):
        raise Forbidden("Only the enterprise itself may do this")


async def lying_with(work: Work, report_id: UUID, caller: Caller, *roles: Role) -> None:
    """Raises `NotFound`, or `Forbidden` where the account is none of these officers."""
    await seen(work, report_id, caller)
    if caller.role not in roles:
        raise Forbidden(f"This is for {' or '.join(roles)}; the account is {caller.role}")


async def detail(work: Work, report: Report) -> ReportDetail:
    """The report as it is answered."""
    await work.session.flush()
    steps = await reports.steps(work.session, report.id)
    unfinished = report.status in (Status.DRAFT, Status.RETURNED)
    return ReportDetail.with_history(report, work.regulation, list(steps), missing_in(report) if unfinished else [])


async def acted(once: Once, act: Act, code: int = status.HTTP_200_OK) -> Response:
    """Answer a request by what `act` made of a report."""

    async def reply(work: Work) -> Reply:
        report = await act(work)
        headers = {"ETag": f'"{report.version}"'}
        if code == status.HTTP_201_CREATED:
            headers["Location"] = f"/api/v1/changes/{report.id}"
        return Reply(body=await detail(work, report), status=code, headers=headers)

    return await once(reply)
