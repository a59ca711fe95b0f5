"""The right to the review (复核资格): lost by the rule or by an officer, given back by either. Every act is on record.

What the platform took by the rule it gives back by itself where that was wrong; what an officer did is undone only by
a new act. All but the officers' acts are called with the title's row locked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuid7s

from services.reviews.commands.endings import stop
from services.reviews.commands.records import certification_state, set_end
from services.reviews.models import Certification, EligibilityStep, UpdateDuty
from services.reviews.repository import certifications as titles
from services.reviews.rights import NEEDED, grounds, possible, restoring
from services.reviews.vocabulary import PLATFORM, CertificationStatus, DutyStatus, Eligibility, EligibilityAct
from shared.contracts import Citation, EligibilityRestored, EligibilityRevoked
from shared.messaging import Work
from shared.regulation import Basis, Duty, Rule, Title, in_chinese
from shared.web.caller import Caller
from shared.web.problems import Conflict, Defect, InvalidInput, NotFound


class EligibilityState(Conflict):
    """The right to the review is in a state that does not allow this"""

    type = "eligibility-state"
    title_zh = "复核资格当前状态不允许此操作"


@dataclass(frozen=True, slots=True)
class Loss:
    """What a right is lost for: the duty, for a missed update its year and dates, and why.

    `by` is whose decision it is, where no caller is known.
    """

    duty: Duty
    reason: str
    reason_en: str
    citation: Citation
    year: int | None = None
    nominal_due: date | None = None
    due: date | None = None
    by: str = PLATFORM


def lost_by_the_rule(revocation: Mapping[str, Any] | None) -> bool:
    """Whether the platform itself took the right, for a missed update."""
    return revocation is not None and revocation["duty"] == Duty.UPDATE and revocation.get("by", PLATFORM) == PLATFORM


async def revoke_for_missed_update(
    work: Work, certification: Certification, missed: UpdateDuty, duties: Sequence[UpdateDuty]
) -> None:
    """Take the right of a title whose annual update was missed (第十二条), once."""
    if certification.status == CertificationStatus.VALID and certification.eligibility == Eligibility.HELD:
        await revoke(work, certification, _missed_update(work, certification, missed), duties)


async def reconsider(
    work: Work, certification: Certification, duties: Sequence[UpdateDuty], reason: str, basis: Basis
) -> None:
    """Give back a right that the platform took for an update that is not missed any more; `reason` says why.

    Where another update is missed it is lost for that one. What an officer took is given back by an officer alone.
    """
    lost = certification.revocation
    if lost is None or not lost_by_the_rule(lost):
        return
    missed = [duty for duty in duties if duty.state == DutyStatus.MISSED]
    if not missed:
        await restore(work, certification, reason, basis, duties)
    elif lost["year"] not in {duty.year for duty in missed}:
        await revoke(work, certification, _missed_update(work, certification, missed[0]), duties)


async def revoke_for_late_report(
    work: Work, certification: Certification, reason: str, due: date, citation: Citation, decided_by: str
) -> None:
    """Take the right of a title for a change that was not reported in time (第十三条), as an officer decided, once.

    Where the platform had taken it for a missed update, it is now an officer's act that has: no late finding that the
    update was made gives it back.
    """
    if certification.status != CertificationStatus.VALID:
        return
    if certification.eligibility == Eligibility.REVOKED and not lost_by_the_rule(certification.revocation):
        return
    duties = (await titles.duties(work.session, [certification.id]))[certification.id]
    loss = Loss(Duty.CHANGE_REPORT, reason, reason, citation, due=due, by=decided_by)
    await revoke(work, certification, loss, duties)


async def revoke(
    work: Work, certification: Certification, loss: Loss, duties: Sequence[UpdateDuty], caller: Caller | None = None
) -> None:
    """Take the right; an open application stops with it. Without a caller it is done by whom the loss says."""
    by = caller.role if caller else loss.by
    certification.eligibility = Eligibility.REVOKED
    certification.revocation = {
        "duty": loss.duty,
        "year": loss.year,
        "nominal_due": loss.nominal_due.isoformat() if loss.nominal_due else None,
        "due": loss.due.isoformat() if loss.due else None,
        "reason": loss.reason,
        "reason_en": loss.reason_en,
        "citation": loss.citation.model_dump(),
        "by": by,
        "at": work.now().isoformat(),
    }
    certification.version += 1
    set_end(certification)
    _note(work, certification, EligibilityAct.REVOKED, loss.reason, loss.citation, caller, loss)
    work.emit(
        EligibilityRevoked(
            credit_code=certification.credit_code,
            certification=certification_state(certification, duties),
            duty=loss.duty,
            year=loss.year,
            due=loss.due,
            reason=loss.reason,
            citation=loss.citation,
            by=by,
        ),
        sequence=certification.version,
    )
    await stop(work, certification, f"复核资格已取消：{loss.reason}", loss.citation)


async def restore(
    work: Work,
    certification: Certification,
    reason: str,
    basis: Basis,
    duties: Sequence[UpdateDuty],
    caller: Caller | None = None,
) -> None:
    """Give the right back. Without a caller the platform does it."""
    if certification.status != CertificationStatus.VALID or certification.eligibility == Eligibility.HELD:
        return
    certification.eligibility = Eligibility.HELD
    certification.revocation = None
    certification.version += 1
    set_end(certification)
    citation = Citation.model_validate(basis)
    _note(work, certification, EligibilityAct.RESTORED, reason, citation, caller)
    work.emit(
        EligibilityRestored(
            credit_code=certification.credit_code,
            certification=certification_state(certification, duties),
            reason=reason,
            citation=citation,
            by=caller.role if caller else PLATFORM,
        ),
        sequence=certification.version,
    )


async def restore_by_officer(work: Work, certification_id: UUID, reason: str, caller: Caller) -> Certification:
    """Give the right back for a reason; what was missed until now is forgiven and costs nothing any more.

    Raises `EligibilityState` where the title is not valid or its right not lost.
    """
    certification = await _held(work, certification_id, EligibilityAct.RESTORED)
    await titles.forgive(work.session, certification_id)
    duties = (await titles.duties(work.session, [certification_id]))[certification_id]
    await restore(work, certification, reason, restoring(Title(certification.title), work.regulation), duties, caller)
    return certification


async def revoke_by_officer(
    work: Work, certification_id: UUID, duty: Duty, reason: str, caller: Caller
) -> Certification:
    """Take the right for a reason. Raises `EligibilityState` where the title is not valid or its right not held.

    A title that owes no annual update cannot lose its right for one: `InvalidInput`.
    """
    certification = await _held(work, certification_id, EligibilityAct.REVOKED)
    title = Title(certification.title)
    basis = grounds(title, work.regulation, work.today()).get(duty)
    if basis is None:
        raise InvalidInput(
            errors=[
                Defect(
                    pointer="/duty",
                    code="owes_no_update",
                    detail=f"{title} owes no annual update",
                    detail_zh=f"{work.regulation.title_name(title)}没有年度信息更新义务",
                )
            ]
        )
    duties = (await titles.duties(work.session, [certification_id]))[certification_id]
    loss = Loss(duty, reason, reason, Citation.model_validate(basis))
    await revoke(work, certification, loss, duties, caller)
    return certification


def _missed_update(work: Work, certification: Certification, missed: UpdateDuty) -> Loss:
    basis = work.regulation.basis(Rule.UPDATE_MISSED, Title(certification.title), missed.nominal_due)
    return Loss(
        duty=Duty.UPDATE,
        reason=f"{missed.year}年度信息更新未在{in_chinese(missed.due)}前提交。",
        reason_en=f"The update for {missed.year} was not submitted by {missed.due}.",
        citation=Citation.model_validate(basis),
        year=missed.year,
        nominal_due=missed.nominal_due,
        due=missed.due,
    )


async def _held(work: Work, certification_id: UUID, act: EligibilityAct) -> Certification:
    certification = await titles.certification(work.session, certification_id, lock=True)
    if certification is None:
        raise NotFound("There is no such title")
    if possible(certification) is not act:
        raise EligibilityState(
            f"The title is {certification.status}, its right to the review {certification.eligibility}",
            status_of_title=certification.status,
            eligibility=certification.eligibility,
            possible_while={"status": CertificationStatus.VALID, "eligibility": NEEDED[act]},
        )
    return certification


def _note(
    work: Work,
    certification: Certification,
    act: EligibilityAct,
    reason: str,
    citation: Citation,
    caller: Caller | None,
    loss: Loss | None = None,
) -> None:
    work.session.add(
        EligibilityStep(
            id=uuid7s.uuid7(),
            certification_id=certification.id,
            at=work.now(),
            act=act,
            actor=caller.subject if caller else None,
            actor_name=caller.name if caller else None,
            role=caller.role if caller else loss.by if loss else PLATFORM,
            duty=loss.duty if loss else None,
            year=loss.year if loss else None,
            due=loss.due if loss else None,
            reason=reason,
            citation=citation.model_dump(),
        )
    )
