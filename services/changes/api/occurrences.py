"""Changes that officers see before their firms report them (线索)."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response, status

from services.changes.api.access import OFFICERS
from services.changes.commands import occurrences, sanctions
from services.changes.domain.cases import possible_to
from services.changes.forms import Dismissal, MinistryAnswer, OccurrenceForm, SanctionForm
from services.changes.models import Occurrence
from services.changes.repository import firms
from services.changes.repository import occurrences as kept
from services.changes.views.occurrences import OccurrenceDetail, OccurrenceView
from services.changes.views.titles import TitleChoices
from services.changes.vocabulary import OccurrenceAct, OccurrenceState
from shared.contracts import ChangeType
from shared.messaging import Work
from shared.regulation import normalise_credit_code
from shared.web.auth import Caller, CallerDep, Forbidden, Role, require
from shared.web.idempotency import Once, OnceDep, Reply
from shared.web.paging import Page, Paging
from shared.web.problems import NotFound
from shared.web.reach import within_reach

router = APIRouter(prefix="/occurrences", tags=["occurrences"])

Officer = Annotated[Caller, Depends(require(*OFFICERS))]
Act = Callable[[Work], Awaitable[Occurrence]]


async def _seen(work: Work, occurrence_id: UUID, caller: Caller) -> Occurrence:
    occurrence = await kept.occurrence(work.session, occurrence_id)
    if occurrence is None or not caller.may_see(occurrence.credit_code, occurrence.authority):
        raise NotFound("There is no such occurrence")
    return occurrence


async def _officers(work: Work, occurrence_id: UUID, caller: Caller, *roles: Role) -> None:
    await _seen(work, occurrence_id, caller)
    if caller.role not in roles:
        raise Forbidden(f"This is for {' or '.join(roles)}; the account is {caller.role}")


async def _detail(work: Work, occurrence: Occurrence, caller: Caller) -> OccurrenceDetail:
    """The occurrence as it is answered to an account, with what that can do to it now."""
    acts: set[OccurrenceAct] = set()
    if caller.role in OFFICERS:
        acts |= possible_to(occurrence, work.today())
    if caller.role is not Role.BUREAU:
        acts &= {OccurrenceAct.DISMISS}
    titles = await firms.held_titles(work.session, occurrence.credit_code) if OccurrenceAct.SANCTION in acts else ()
    shown = OccurrenceDetail.of(occurrence, work.regulation, work.today())
    return shown.model_copy(
        update={
            "allowed": sorted(acts, key=list(OccurrenceAct).index),
            "titles": [TitleChoices.of(each, work.regulation) for each in titles],
        }
    )


async def _acted(once: Once, act: Act, code: int = status.HTTP_200_OK) -> Response:
    async def reply(work: Work) -> Reply:
        occurrence = await act(work)
        headers = {"ETag": f'"{occurrence.version}"'}
        detail = await _detail(work, occurrence, once.caller)
        if code == status.HTTP_201_CREATED:
            headers["Location"] = f"/api/v1/occurrences/{occurrence.id}"
        return Reply(body=detail, status=code, headers=headers)

    return await once(reply)


@router.post("", status_code=201, response_model=OccurrenceDetail)
async def record_occurrence(form: OccurrenceForm, caller: Officer, once: OnceDep) -> Response:
    """Record that a firm's major change happened; its three months run, and the firm is told."""

    async def act(work: Work) -> Occurrence:
        firm = await firms.firm(work.session, form.credit_code)
        if firm is not None and not caller.may_review_for(firm.authority):
            raise NotFound("There is no such enterprise")
        return await occurrences.record(work, form, caller)

    return await _acted(once, act, status.HTTP_201_CREATED)


@router.get("")
async def list_occurrences(
    request: Request,
    caller: CallerDep,
    paging: Paging,
    credit_code: str | None = None,
    type_: Annotated[ChangeType | None, Query(alias="type")] = None,
    state: OccurrenceState | None = None,
    authority: str | None = None,
    due_from: date | None = None,
    due_to: date | None = None,
) -> Page[OccurrenceView]:
    """Occurrences, the newest first; `overdue` are those whose time is over without a report."""
    code = normalise_credit_code(credit_code) if credit_code else None
    if code and caller.role is Role.ENTERPRISE and not caller.may_act_for(code):
        raise NotFound("There is no such enterprise")
    async with request.app.state.backend.work() as work:
        found = await kept.occurrences(
            work.session,
            within_reach(caller, Occurrence.credit_code, Occurrence.authority),
            filters={"credit_code": code, "type": type_, "authority": authority},
            state=state,
            today=work.today(),
            due_from=due_from,
            due_to=due_to,
            before=paging.after_id(),
            limit=paging.limit + 1,
        )
        views = [OccurrenceView.of(each, work.regulation, work.today()) for each in found]
    return paging.page(views, lambda view: [view.id])


@router.get("/{occurrence_id}")
async def read_occurrence(request: Request, occurrence_id: UUID, caller: CallerDep) -> OccurrenceDetail:
    """An occurrence, with what became of it."""
    async with request.app.state.backend.work() as work:
        return await _detail(work, await _seen(work, occurrence_id, caller), caller)


@router.post("/{occurrence_id}/dismissal", response_model=OccurrenceDetail)
async def dismiss_occurrence(occurrence_id: UUID, form: Dismissal, caller: CallerDep, once: OnceDep) -> Response:
    """Dismiss an occurrence that was none, or that need not be reported."""

    async def act(work: Work) -> Occurrence:
        await _officers(work, occurrence_id, caller, *OFFICERS)
        return await occurrences.dismiss(work, occurrence_id, form.reason, caller)

    return await _acted(once, act)


@router.post("/{occurrence_id}/sanction", response_model=OccurrenceDetail)
async def sanction_occurrence(occurrence_id: UUID, form: SanctionForm, caller: CallerDep, once: OnceDep) -> Response:
    """Choose what a change costs whose time is over without a report; never automatic."""

    async def act(work: Work) -> Occurrence:
        await _officers(work, occurrence_id, caller, Role.BUREAU)
        return await sanctions.sanction_occurrence(work, occurrence_id, form, caller)

    return await _acted(once, act)


@router.post("/{occurrence_id}/sanction/ministry_answer", response_model=OccurrenceDetail)
async def record_answer_to_occurrence(
    occurrence_id: UUID, form: MinistryAnswer, caller: CallerDep, once: OnceDep
) -> Response:
    """What the ministry decided on a title that an unreported change had referred to it."""

    async def act(work: Work) -> Occurrence:
        await _officers(work, occurrence_id, caller, Role.BUREAU)
        return await sanctions.answer_for_occurrence(work, occurrence_id, form)

    return await _acted(once, act)
