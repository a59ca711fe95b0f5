"""How a title ends: cancelled, or at the end of its time. An open application stops with it.

All of these are called with the title's row locked.
"""

from datetime import date

from services.reviews.commands.records import certification_state, move, tell_end
from services.reviews.models import Certification
from services.reviews.repository import applications
from services.reviews.repository import certifications as titles
from services.reviews.vocabulary import Act, CertificationStatus, Eligibility, ReviewStatus
from shared.contracts import (
    CertificationCancelled,
    CertificationExpired,
    Citation,
)
from shared.messaging import Work
from shared.regulation import Basis, Rule, Title, in_chinese
from shared.runtime.acting import present_act

PAGE = 200


async def stop(work: Work, certification: Certification, reason: str, basis: Basis | Citation) -> None:
    """End the title's open application: it cannot be approved any more."""
    review = (await applications.open_reviews(work.session, [certification.id])).get(certification.id)
    if review is None:
        return
    move(work, review, Act.STOP, ReviewStatus.STOPPED, opinion=reason, basis=basis)
    tell_end(work, review, certification, "platform", reason, basis)


async def cancel(
    work: Work, certification: Certification, reason: str, decided_by: str, basis: Basis | Citation | None = None
) -> None:
    """Cancel a title (第十三条), after a decided change or as `basis` says; one that has ended stays as it is."""
    if certification.status != CertificationStatus.VALID:
        return
    basis = basis or work.regulation.basis(Rule.CHANGE_REPORT_CANCELLED, Title(certification.title))
    await _end(work, certification, CertificationStatus.CANCELLED, reason, basis)
    work.emit(
        CertificationCancelled(
            credit_code=certification.credit_code,
            certification=certification_state(certification, ()),
            reason=reason,
            citation=Citation.model_validate(basis),
            decided_by=decided_by,
        ),
        sequence=certification.version,
    )
    await stop(work, certification, f"称号已取消：{reason}", basis)


async def expire_due(work: Work) -> int:
    """End a page of the titles whose time is over; how many were found."""
    found = await titles.ending(work.session, work.now(), PAGE)
    for certification in found:
        basis = work.regulation.basis(Rule.REVIEW_NOT_RENEWED, Title(certification.title))
        reason = _why_ended(certification)
        await _end(work, certification, CertificationStatus.EXPIRED, reason, basis, lapse=False)
        work.emit(
            CertificationExpired(
                credit_code=certification.credit_code,
                certification=certification_state(certification, ()),
                reason=reason,
                citation=Citation.model_validate(basis),
            ),
            sequence=certification.version,
        )
    if found:
        await titles.let_lapse(work.session, [certification.id for certification in found])
    return len(found)


def _why_ended(certification: Certification) -> str:
    expiry: date = certification.valid_to
    if certification.renewal_refused:
        return f"复核未通过，称号于{in_chinese(expiry)}到期终止。"
    if certification.eligibility == Eligibility.REVOKED:
        return f"复核资格已取消，称号于{in_chinese(expiry)}到期终止。"
    return f"至{in_chinese(certification.window_closes)}未申请复核，称号于{in_chinese(expiry)}到期终止。"


async def _end(
    work: Work,
    certification: Certification,
    status: CertificationStatus,
    reason: str,
    basis: Basis | Citation,
    *,
    lapse: bool = True,
) -> None:
    actor = present_act().actor
    certification.status = status
    certification.ending = {
        "reason": reason,
        "actor_name": actor.name,
        "role": actor.role,
        "citation": Citation.model_validate(basis).model_dump(),
        "at": work.now().isoformat(),
    }
    certification.version += 1
    if lapse:
        await titles.let_lapse(work.session, [certification.id])
