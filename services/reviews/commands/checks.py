"""On-site checks (实地抽查): ordered where an officer has reason to, recorded with what the inspectors found."""

from uuid import UUID

import uuid_utils.compat as uuid7s

from services.reviews.commands.records import Found, held, move, review_state
from services.reviews.domain.cases import require
from services.reviews.forms import CheckRecord
from services.reviews.models import OnSiteCheck
from services.reviews.vocabulary import Act
from shared.contracts import ReviewCheckOrdered, ReviewCheckRecorded
from shared.messaging import Work
from shared.regulation import Rule, Title, in_chinese, shanghai_date
from shared.web.caller import Caller
from shared.web.problems import Conflict, Defect, InvalidInput


class CheckOrdered(Conflict):
    """An on-site check has been ordered already"""

    type = "on-site-check-ordered"
    title_zh = "已安排实地抽查"


async def order(work: Work, review_id: UUID, reason: str, caller: Caller) -> Found:
    """Order an on-site check, whether the lot fell on the application or not. Raises `CheckOrdered`."""
    review, certification = await held(work, review_id)
    require(Act.ORDER_CHECK, review.status)
    if review.check_order is not None:
        raise CheckOrdered("Record its result", detail_zh="请登记抽查结果。")
    basis = work.regulation.basis(Rule.REVIEW_ON_SITE_CHECK, Title(review.title), shanghai_date(review.applied_at))
    move(work, review, Act.ORDER_CHECK, caller=caller, opinion=reason, basis=basis)
    review.check_order = {"reason": reason, "at": work.now().isoformat(), "by_name": caller.name}
    work.emit(
        ReviewCheckOrdered(credit_code=review.credit_code, review=review_state(review, certification), reason=reason),
        sequence=review.version,
    )
    return review, certification


async def record(work: Work, review_id: UUID, form: CheckRecord, caller: Caller) -> Found:
    """Record what the inspectors found; again, to correct it: the last entry holds."""
    review, certification = await held(work, review_id)
    require(Act.RECORD_CHECK, review.status)
    applied_on = shanghai_date(review.applied_at)
    if form.checked_on < applied_on:
        raise InvalidInput(
            errors=[
                Defect(
                    pointer="/checked_on",
                    code="before_the_application",
                    detail=f"the application was made on {applied_on}",
                    detail_zh=f"早于申请日期{in_chinese(applied_on)}",
                )
            ]
        )
    move(
        work,
        review,
        Act.RECORD_CHECK,
        caller=caller,
        opinion=form.findings,
        decided_on=form.checked_on,
        basis=work.regulation.basis(Rule.REVIEW_ON_SITE_CHECK, Title(review.title), applied_on),
        details={"result": form.result, "inspectors": form.inspectors},
    )
    review.check_result = form.result
    work.session.add(
        OnSiteCheck(
            id=uuid7s.uuid7(),
            review_id=review.id,
            at=work.now(),
            recorded_by=caller.subject,
            recorded_by_name=caller.name,
            **form.model_dump(),
        )
    )
    work.emit(
        ReviewCheckRecorded(
            credit_code=review.credit_code,
            review=review_state(review, certification),
            checked_on=form.checked_on,
            result=form.result,
        ),
        sequence=review.version,
    )
    return review, certification
