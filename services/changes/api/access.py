"""Which reports an account sees and who may act on them; how an act on a report is answered."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Response, status
from sqlalchemy import ColumnElement, and_, or_

from services.changes.commands.reports import missing_in
from services.changes.domain.cases import possible
from services.changes.models import Report
from services.changes.repository import attachments, firms, occurrences, reports
from services.changes.views.reports import ReportDetail
from services.changes.vocabulary import OFFICE, Act, Status
from shared.messaging import Work
from shared.regulation import Step
from shared.web.auth import Caller, Forbidden, Role, require
from shared.web.fields import Declaration
from shared.web.idempotency import Once, Reply
from shared.web.problems import NotFound
from shared.web.reach import is_assisted, within_reach

OFFICERS = (Role.AUTHORITY, Role.BUREAU)

Filer = Annotated[Caller, Depends(require(Role.ENTERPRISE, *OFFICERS))]
"""Who files reports: firms, and officers for them (代办)."""

Command = Callable[[Work], Awaitable[Report]]


def visible_to(caller: Caller) -> ColumnElement[bool]:
    """Reports within the account's reach. A draft is its firm's alone, but for one that an officer began for it."""
    reach = within_reach(caller, Report.credit_code, Report.authority)
    if caller.role is Role.ENTERPRISE:
        return reach
    if caller.role in OFFICERS:
        return and_(reach, or_(Report.status != Status.DRAFT, Report.assisted))
    return and_(reach, Report.status != Status.DRAFT)


async def seen(work: Work, report_id: UUID, caller: Caller) -> Report:
    """The report. Raises `NotFound` for who may not know of it."""
    report = await reports.report(work.session, report_id)
    if (
        report is None
        or not caller.may_see(report.credit_code, report.authority)
        or (report.status == Status.DRAFT and not _writes(caller, report))
    ):
        raise NotFound("There is no such report")
    return report


async def writing(work: Work, report_id: UUID, caller: Caller) -> None:
    """Raises `NotFound`, or `Forbidden` for who neither stands for the firm nor files this report for it."""
    if not _writes(caller, await seen(work, report_id, caller)):
        raise Forbidden("Only the enterprise itself may do this, or an officer who files the report for it")


async def filing(work: Work, report_id: UUID, caller: Caller, declaration: Declaration) -> bool:
    """Whether an officer files the report for its firm (代办). Raises `NotFound`, and as `is_assisted`."""
    report = await seen(work, report_id, caller)
    return is_assisted(caller, report.credit_code, report.authority, declaration)


async def own(work: Work, report_id: UUID, caller: Caller) -> None:
    """Raises `NotFound`, or `Forbidden` where the account does not stand for the report's firm."""
    report = await seen(work, report_id, caller)
    if not caller.may_act_for(report.credit_code):
        raise Forbidden("Only the enterprise itself may do this")


def _writes(caller: Caller, report: Report) -> bool:
    return caller.may_act_for(report.credit_code) or (report.assisted and caller.may_review_for(report.authority))


async def lying_with(work: Work, report_id: UUID, caller: Caller, *roles: Role) -> None:
    """Raises `NotFound`, or `Forbidden` where the account is none of these officers."""
    await seen(work, report_id, caller)
    if caller.role not in roles:
        raise Forbidden(f"This is for {' or '.join(roles)}; the account is {caller.role}")


async def detail(work: Work, report: Report, caller: Caller) -> ReportDetail:
    """The report as it is answered to an account."""
    await work.session.flush()
    steps = await reports.steps(work.session, report.id)
    attached = await attachments.attachments(work.session, report.id)
    defects = missing_in(report) if report.status in (Status.DRAFT, Status.RETURNED) else []
    acts = await allowed(work, report, caller)
    decides = {Act.DECIDE, Act.SANCTION} & set(acts)
    titles = await firms.held_titles(work.session, report.credit_code) if decides else ()
    return ReportDetail.with_history(report, work.regulation, work.today(), attached, steps, defects, acts, titles)


async def allowed(work: Work, report: Report, caller: Caller) -> list[Act]:
    """What this account can do to the report now."""
    acts = possible(report) & _acts_of(caller, report)
    if Act.SANCTION in acts and report.occurrence_id is not None:
        linked = await occurrences.occurrence(work.session, report.occurrence_id)
        if linked is not None and linked.sanction is not None:
            acts -= {Act.SANCTION}
    return sorted(acts, key=list(Act).index)


def _acts_of(caller: Caller, report: Report) -> set[Act]:
    """What an account could do to the report, in one state or another."""
    acts: set[Act] = set()
    if _writes(caller, report):
        acts |= {Act.EDIT, Act.DISCARD, Act.ATTACH}
    if caller.may_act_for(report.credit_code):
        acts |= {Act.SUBMIT, Act.RESUBMIT, Act.WITHDRAW}
    elif caller.may_review_for(report.authority):
        acts |= {Act.SUBMIT, Act.RESUBMIT}
        if OFFICE.get(Status(report.status)) == Step(caller.role):
            acts.add(Act.RETURN)
        if caller.role is Role.BUREAU:
            acts |= {Act.DECIDE, Act.RECORD_ANSWER, Act.SANCTION, Act.ANSWER_SANCTION, Act.ASSIGN}
        else:
            acts.add(Act.GIVE_OPINION)
            if report.assignee in (None, caller.subject):
                acts.add(Act.ASSIGN)
    return acts


async def acted(once: Once, act: Command, code: int = status.HTTP_200_OK) -> Response:
    """Answer a request by what `act` made of a report."""

    async def reply(work: Work) -> Reply:
        report = await act(work)
        headers = {"ETag": f'"{report.version}"'}
        if code == status.HTTP_201_CREATED:
            headers["Location"] = f"/api/v1/changes/{report.id}"
        return Reply(body=await detail(work, report, once.caller), status=code, headers=headers)

    return await once(reply)
