"""HTTP on delegations (授权): natural persons ask to act for firms, whose legal-person accounts decide."""

from uuid import UUID

from fastapi import APIRouter, Request, Response, status
from sqlalchemy import ColumnElement

from services.profile.api.access import CreditCodePath
from services.profile.commands import delegations as commands
from services.profile.forms import DelegationDecision, DelegationEnd, DelegationRequest
from services.profile.models import Delegation, Enterprise
from services.profile.repository import delegations
from services.profile.repository.delegations import Found
from services.profile.views.delegations import DelegationView, speaks_for
from services.profile.vocabulary import DelegationStatus
from shared.messaging import Work
from shared.regulation import normalise_credit_code
from shared.web.auth import AccountDep, AccountType, Caller, CallerDep, Forbidden, Role
from shared.web.idempotency import OnceDep, Reply
from shared.web.paging import Page, Paging
from shared.web.problems import NotFound
from shared.web.reach import within_reach

router = APIRouter()


def _is_person(caller: Caller) -> bool:
    return caller.account_type is AccountType.NATURAL_PERSON


def _reach(caller: Caller) -> ColumnElement[bool]:
    """A natural person sees their own alone."""
    if _is_person(caller):
        return Delegation.person == caller.subject
    return within_reach(caller, Delegation.credit_code, Enterprise.authority)


async def _seen(work: Work, delegation_id: UUID, caller: Caller) -> Found:
    found = await delegations.delegation(work.session, delegation_id)
    if found is not None:
        own = found[0].person == caller.subject
        if own or (not _is_person(caller) and caller.may_see(found[0].credit_code, found[1].authority)):
            return found
    raise NotFound("There is no such delegation")


@router.post("/enterprises/{credit_code}/delegations", status_code=201, response_model=DelegationView)
async def request_delegation(
    credit_code: CreditCodePath, form: DelegationRequest, caller: AccountDep, once: OnceDep
) -> Response:
    """A natural person asks to act for a firm."""
    if not _is_person(caller) or caller.role is not Role.ENTERPRISE:
        raise Forbidden("This is for a natural person's account; a firm's own account acts for it anyway")

    async def act(work: Work) -> Reply:
        found = await commands.request(work, normalise_credit_code(credit_code), form.statement, caller)
        return Reply(
            body=DelegationView.of(*found, work.today(), caller),
            status=status.HTTP_201_CREATED,
            headers={"Location": f"/api/v1/delegations/{found[0].id}"},
        )

    return await once(act)


@router.get("/delegations")
async def list_delegations(
    request: Request,
    caller: AccountDep,
    paging: Paging,
    credit_code: str | None = None,
    status: DelegationStatus | None = None,
) -> Page[DelegationView]:
    """Delegations, the newest first: a natural person's own, those to act for a firm, or within an officer's reach."""
    async with request.app.state.backend.work() as work:
        found = await delegations.delegations(
            work.session,
            _reach(caller),
            credit_code=normalise_credit_code(credit_code) if credit_code else None,
            status=status,
            before=paging.after_id(),
            limit=paging.limit + 1,
        )
        views = [DelegationView.of(*each, work.today(), caller) for each in found]
    return paging.page(views, lambda view: [view.id])


@router.get("/delegations/{delegation_id}")
async def read_delegation(request: Request, delegation_id: UUID, caller: AccountDep) -> DelegationView:
    async with request.app.state.backend.work() as work:
        return DelegationView.of(*await _seen(work, delegation_id, caller), work.today(), caller)


@router.post("/delegations/{delegation_id}/approval", response_model=DelegationView)
async def decide_delegation(
    delegation_id: UUID, form: DelegationDecision, caller: CallerDep, once: OnceDep
) -> Response:
    """The firm's legal-person account lets the person act for it until a day, or refuses."""

    async def act(work: Work) -> Reply:
        delegation, _ = await _seen(work, delegation_id, caller)
        if not speaks_for(caller, delegation):
            raise Forbidden("Only the enterprise's legal-person account decides who acts for it")
        return Reply(
            body=DelegationView.of(*await commands.decide(work, delegation_id, form, caller), work.today(), caller)
        )

    return await once(act)


@router.post("/delegations/{delegation_id}/end", response_model=DelegationView)
async def end_delegation(delegation_id: UUID, form: DelegationEnd, caller: AccountDep, once: OnceDep) -> Response:
    """End a delegation, or take a request back: by the firm's legal-person account or by the person."""

    async def act(work: Work) -> Reply:
        delegation, _ = await _seen(work, delegation_id, caller)
        if delegation.person != caller.subject and not speaks_for(caller, delegation):
            raise Forbidden("Only the enterprise's legal-person account or the person may end it")
        found = await commands.end(work, delegation_id, form.reason, caller)
        return Reply(body=DelegationView.of(*found, work.today(), caller))

    return await once(act)
