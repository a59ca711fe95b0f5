"""Return for correction (退回补正): the case lies with its firm, and comes back, or lapses with its due date."""

from uuid import UUID

from services.reviews.commands.endings import PAGE
from services.reviews.commands.records import Found, held, move, review_state, tell_end
from services.reviews.domain.cases import IN_HAND, require
from services.reviews.forms import Resubmission
from services.reviews.models import Review
from services.reviews.repository import applications
from services.reviews.vocabulary import Act, ReviewStatus
from shared.contracts import Citation, Correction, ReviewResubmitted, ReviewReturned, Shortcoming
from shared.messaging import Work
from shared.regulation import Title, in_chinese
from shared.web.caller import Caller
from shared.web.cases import Return
from shared.web.problems import Conflict


class CorrectionOverdue(Conflict):
    """The due date of the correction is over

    The application lapses: it counts as never made, and another one can be made while the window is open.
    """

    type = "correction-overdue"
    title_zh = "补正期限已过"


async def return_for_correction(work: Work, review_id: UUID, form: Return, caller: Caller) -> Found:
    """Give an application back to its firm, with all that is to be corrected; its clock stands meanwhile."""
    review, certification = await held(work, review_id)
    require(Act.RETURN, review.status, office=caller.role)
    by_rule = work.regulation.return_due(Title(review.title), work.today())
    correction = Correction(
        defects=tuple(Shortcoming.model_validate(each) for each in form.defects),
        due=form.due or by_rule.due,
        returned_by=caller.role,
        returned_at=work.now(),
        citation=Citation.model_validate(by_rule.basis),
    )
    details = correction.model_dump(mode="json", include={"defects", "due"})
    move(
        work,
        review,
        Act.RETURN,
        ReviewStatus.RETURNED,
        caller=caller,
        basis=by_rule.basis,
        details=details,
        correction=correction,
    )
    work.emit(
        ReviewReturned(
            credit_code=review.credit_code, review=review_state(review, certification), correction=correction
        ),
        sequence=review.version,
    )
    return review, certification


async def resubmit(work: Work, review_id: UUID, form: Resubmission, caller: Caller, *, assisted: bool) -> Found:
    """Bring a corrected application back to the office that returned it. Raises `CorrectionOverdue`."""
    review, certification = await held(work, review_id)
    require(Act.RESUBMIT, review.status)
    correction = Correction.model_validate(review.correction)
    if work.today() > correction.due:
        raise CorrectionOverdue(
            f"It was to be resubmitted by {correction.due}",
            detail_zh=f"应于{in_chinese(correction.due)}前补正并重新提交。",
        )
    review.signatory = form.declaration.signatory
    review.statement = form.statement or review.statement
    review.assisted = assisted
    move(
        work,
        review,
        Act.RESUBMIT,
        IN_HAND[correction.returned_by],
        caller=caller,
        opinion=form.statement,
        paper_reference=form.declaration.paper_reference if assisted else None,
    )
    work.emit(
        ReviewResubmitted(
            credit_code=review.credit_code,
            review=review_state(review, certification),
            office=correction.returned_by,
        ),
        sequence=review.version,
    )
    return review, certification


async def lapse_due(work: Work) -> int:
    """End a page of the returned applications whose due date is over; how many were found."""
    found = await applications.due(
        work.session, ReviewStatus.RETURNED, Review.return_due < work.today(), Review.return_due, PAGE
    )
    for review, certification in found:
        correction = Correction.model_validate(review.correction)
        reason = f"退回补正，至{in_chinese(correction.due)}未重新提交。"
        move(work, review, Act.LAPSE, ReviewStatus.LAPSED, opinion=reason, basis=correction.citation)
        tell_end(work, review, certification, "platform", reason, correction.citation)
    return len(found)
