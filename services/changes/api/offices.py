"""What the offices do with reports: opinions, returns, decisions, what a late one costs, who takes them in hand."""

from uuid import UUID

from fastapi import APIRouter, Response

from services.changes.api.access import OFFICERS, acted, lying_with
from services.changes.commands import assignments, decisions, sanctions
from services.changes.forms import Decision, MinistryAnswer, Opinion, SanctionForm
from services.changes.models import Report
from services.changes.views.reports import ReportDetail
from shared.messaging import Work
from shared.web.auth import CallerDep, Role
from shared.web.cases import Assignment, Return
from shared.web.idempotency import OnceDep

router = APIRouter(prefix="/changes", tags=["changes"])


@router.post("/{report_id}/return", response_model=ReportDetail)
async def return_report(report_id: UUID, form: Return, caller: CallerDep, once: OnceDep) -> Response:
    """Give a report back to its firm for correction: the authority before its opinion, the bureau after it."""

    async def act(work: Work) -> Report:
        await lying_with(work, report_id, caller, *OFFICERS)
        return await decisions.return_for_correction(work, report_id, form, caller)

    return await acted(once, act)


@router.post("/{report_id}/opinion", response_model=ReportDetail)
async def give_opinion(report_id: UUID, form: Opinion, caller: CallerDep, once: OnceDep) -> Response:
    """The authority's opinion."""

    async def act(work: Work) -> Report:
        await lying_with(work, report_id, caller, Role.AUTHORITY)
        return await decisions.give_opinion(work, report_id, form, caller)

    return await acted(once, act)


@router.post("/{report_id}/decision", response_model=ReportDetail)
async def decide_report(report_id: UUID, form: Decision, caller: CallerDep, once: OnceDep) -> Response:
    """The bureau's decision on every held title: retained, cancelled, or for a little giant referred."""

    async def act(work: Work) -> Report:
        await lying_with(work, report_id, caller, Role.BUREAU)
        return await decisions.decide(work, report_id, form, caller)

    return await acted(once, act)


@router.post("/{report_id}/ministry_answer", response_model=ReportDetail)
async def record_ministry_answer(report_id: UUID, form: MinistryAnswer, caller: CallerDep, once: OnceDep) -> Response:
    """What the ministry decided on a referred title, as the bureau records it."""

    async def act(work: Work) -> Report:
        await lying_with(work, report_id, caller, Role.BUREAU)
        return await decisions.record_answer(work, report_id, form, caller)

    return await acted(once, act)


@router.post("/{report_id}/assignment", response_model=ReportDetail)
async def assign_report(report_id: UUID, form: Assignment, caller: CallerDep, once: OnceDep) -> Response:
    """Take a case, release it, or give it to another officer."""

    async def act(work: Work) -> Report:
        await lying_with(work, report_id, caller, *OFFICERS)
        return await assignments.assign(work, report_id, form, caller)

    return await acted(once, act)


@router.post("/{report_id}/sanction", response_model=ReportDetail)
async def sanction_report(report_id: UUID, form: SanctionForm, caller: CallerDep, once: OnceDep) -> Response:
    """Choose what a late report costs: nothing, the right to the review, or the title; never automatic."""

    async def act(work: Work) -> Report:
        await lying_with(work, report_id, caller, Role.BUREAU)
        return await sanctions.sanction_report(work, report_id, form, caller)

    return await acted(once, act)


@router.post("/{report_id}/sanction/ministry_answer", response_model=ReportDetail)
async def record_answer_to_sanction(
    report_id: UUID, form: MinistryAnswer, caller: CallerDep, once: OnceDep
) -> Response:
    """What the ministry decided on a title that a late report had referred to it."""

    async def act(work: Work) -> Report:
        await lying_with(work, report_id, caller, Role.BUREAU)
        return await sanctions.answer_for_report(work, report_id, form, caller)

    return await acted(once, act)
