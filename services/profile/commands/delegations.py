"""Natural persons who act for firms (授权): they ask, the firm's legal-person account decides, either side ends it."""

from datetime import date
from uuid import UUID

import uuid_utils.compat as uuid7s

from services.profile.commands.telling import held
from services.profile.forms import DelegationDecision
from services.profile.models import Delegation, Enterprise
from services.profile.repository import delegations
from services.profile.repository.delegations import Found
from services.profile.vocabulary import DelegationStatus
from shared.contracts import DelegationEnded, DelegationGranted, DelegationState
from shared.messaging import Work
from shared.regulation import in_chinese
from shared.web.caller import AccountType, Caller
from shared.web.delegations import keep
from shared.web.problems import Conflict, Defect, InvalidInput, NotFound

RAN_OUT = "授权已到期。"


class DelegationExists(Conflict):
    """This account acts for the enterprise already, or has asked to"""

    type = "delegation-exists"
    title_zh = "该账号已获该企业授权或已提出申请"


class DelegationInState(Conflict):
    """The delegation is in a state that does not allow this

    `possible_while` lists the states in which it is allowed.
    """

    type = "delegation-state"
    title_zh = "授权当前状态不允许此操作"


async def request(work: Work, credit_code: str, statement: str, caller: Caller) -> Found:
    """Ask to act for a firm. Raises `DelegationExists`."""
    firm = await held(work, credit_code)
    present = await delegations.alive(work.session, credit_code, caller.subject)
    if present is not None and has_run_out(present, work.today()):
        await _end(work, present, firm, RAN_OUT, None)
        await work.session.flush()
    elif present is not None or caller.may_act_for(credit_code):
        raise DelegationExists(f"It is {present.status}" if present else None)
    delegation = Delegation(
        id=uuid7s.uuid7(),
        version=1,
        credit_code=credit_code,
        person=caller.subject,
        person_name=caller.name,
        status=DelegationStatus.REQUESTED,
        statement=statement,
        requested_at=work.now(),
    )
    work.session.add(delegation)
    return delegation, firm


async def decide(work: Work, delegation_id: UUID, form: DelegationDecision, caller: Caller) -> Found:
    """Let the person act for the firm, or refuse it. Raises `DelegationInState`, `InvalidInput`."""
    delegation, firm = await _locked(work, delegation_id)
    _require(delegation, DelegationStatus.REQUESTED)
    if form.accepted and form.until is not None and form.until < work.today():
        raise InvalidInput(
            errors=[
                Defect(
                    pointer="/until",
                    code="in_the_past",
                    detail=f"{form.until} has passed; today is {work.today()}",
                    detail_zh=f"{in_chinese(form.until)}已过（今天是{in_chinese(work.today())}）",
                )
            ]
        )
    delegation.status = DelegationStatus.GRANTED if form.accepted else DelegationStatus.REFUSED
    delegation.until = form.until if form.accepted else None
    delegation.decided_at = work.now()
    delegation.decided_by, delegation.decided_by_name = caller.subject, caller.name
    delegation.decision_reason = form.reason
    delegation.version += 1
    if form.accepted:
        state = delegation_state(delegation, firm)
        await keep(work.session, [state])
        work.emit(DelegationGranted(credit_code=firm.credit_code, delegation=state), sequence=delegation.version)
    return delegation, firm


async def end(work: Work, delegation_id: UUID, reason: str, caller: Caller) -> Found:
    """End a delegation, or take a request back. Raises `DelegationInState`."""
    delegation, firm = await _locked(work, delegation_id)
    _require(delegation, DelegationStatus.REQUESTED, DelegationStatus.GRANTED)
    await _end(work, delegation, firm, reason, caller)
    return delegation, firm


def has_run_out(delegation: Delegation, today: date) -> bool:
    """Whether a granted delegation's last day is over."""
    return delegation.status == DelegationStatus.GRANTED and delegation.until is not None and delegation.until < today


async def _end(work: Work, delegation: Delegation, firm: Enterprise, reason: str, caller: Caller | None) -> None:
    was_granted = delegation.status == DelegationStatus.GRANTED
    delegation.status = DelegationStatus.ENDED
    delegation.ended_at = work.now()
    delegation.ended_by, delegation.ended_by_name = (caller.subject, caller.name) if caller else (None, None)
    delegation.end_reason = reason
    delegation.version += 1
    if was_granted:
        state = delegation_state(delegation, firm)
        await keep(work.session, [state])
        work.emit(
            DelegationEnded(credit_code=firm.credit_code, delegation=state, by=_side(caller), reason=reason),
            sequence=delegation.version,
        )


def _side(caller: Caller | None) -> str:
    if caller is None:
        return "platform"
    return "enterprise" if caller.account_type is AccountType.LEGAL_PERSON else "person"


async def _locked(work: Work, delegation_id: UUID) -> Found:
    found = await delegations.delegation(work.session, delegation_id, lock=True)
    if found is None:
        raise NotFound("There is no such delegation")
    return found


def _require(delegation: Delegation, *possible: DelegationStatus) -> None:
    if delegation.status not in possible:
        raise DelegationInState(
            f"The delegation is {delegation.status}", status_of_delegation=delegation.status, possible_while=possible
        )


def delegation_state(delegation: Delegation, firm: Enterprise) -> DelegationState:
    """The delegation as it is told to other services."""
    return DelegationState(
        delegation_id=delegation.id,
        version=delegation.version,
        credit_code=delegation.credit_code,
        enterprise_name=firm.name,
        authority=firm.authority,
        person=delegation.person,
        person_name=delegation.person_name,
        granted_at=delegation.decided_at or delegation.requested_at,
        until=delegation.until,
        ended_at=delegation.ended_at,
    )
