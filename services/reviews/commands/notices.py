"""Public notice (公示) of who is to pass: objections, the bureau's findings on them, and the approval at its end."""

from uuid import UUID

from services.reviews.commands.decisions import extend, reject
from services.reviews.commands.endings import PAGE
from services.reviews.commands.records import Found, held, move, review_state, tell_end
from services.reviews.domain.cases import require
from services.reviews.models import Objection, Review
from services.reviews.repository import applications
from services.reviews.vocabulary import Act, ReviewStatus
from shared.contracts import ReviewObjected, ReviewObjectionSettled
from shared.messaging import Work
from shared.regulation import Rule, Step, Title, in_chinese
from shared.web.caller import Caller
from shared.web.problems import Conflict, NotFound


class NoticeOver(Conflict):
    """The public notice is over"""

    type = "notice-over"
    title_zh = "公示期已结束"


class ObjectionSettled(Conflict):
    """This objection has been settled already"""

    type = "objection-settled"
    title_zh = "该异议已处理"


async def record_objection(work: Work, review_id: UUID, from_whom: str, text: str, caller: Caller) -> Found:
    """Record an objection (异议); while one is open nothing is approved. Raises `NoticeOver`."""
    review, certification = await held(work, review_id)
    require(Act.OBJECT, review.status)
    if review.notice_ends is not None and work.today() > review.notice_ends:
        raise NoticeOver(
            f"It ended on {review.notice_ends}", detail_zh=f"公示已于{in_chinese(review.notice_ends)}结束。"
        )
    number = await applications.objections_so_far(work.session, review.id) + 1
    move(work, review, Act.OBJECT, caller=caller, opinion=text, details={"objection": number})
    work.session.add(
        Objection(
            review_id=review.id,
            number=number,
            at=work.now(),
            from_whom=from_whom,
            text=text,
            recorded_by=caller.subject,
            recorded_by_name=caller.name,
        )
    )
    work.emit(
        ReviewObjected(
            credit_code=review.credit_code, review=review_state(review, certification), number=number, text=text
        ),
        sequence=review.version,
    )
    return review, certification


async def settle_objection(
    work: Work, review_id: UUID, number: int, finding: str, caller: Caller, *, upheld: bool
) -> Found:
    """The bureau finds on an objection: upheld it rejects the application, dismissed the notice goes on.

    Raises `ObjectionSettled`.
    """
    review, certification = await held(work, review_id)
    require(Act.SETTLE_OBJECTION, review.status)
    objection = await applications.objection(work.session, review.id, number)
    if objection is None:
        raise NotFound("There is no such objection")
    if objection.upheld is not None:
        raise ObjectionSettled
    title = Title(review.title)
    status = ReviewStatus.REJECTED if upheld else ReviewStatus.IN_PUBLIC_NOTICE
    basis = work.regulation.basis(Rule.REVIEW_NOT_RENEWED if upheld else Rule.REVIEW_PUBLIC_NOTICE, title)
    details = {"objection": number, "upheld": upheld}
    move(work, review, Act.SETTLE_OBJECTION, status, caller=caller, opinion=finding, basis=basis, details=details)
    objection.upheld, objection.finding, objection.found_at = upheld, finding, work.now()
    objection.found_by, objection.found_by_name = caller.subject, caller.name
    work.emit(
        ReviewObjectionSettled(
            credit_code=review.credit_code,
            review=review_state(review, certification),
            number=number,
            upheld=upheld,
            finding=finding,
        ),
        sequence=review.version,
    )
    if upheld:
        reject(work, review, certification, Step.BUREAU, finding, basis)
    return review, certification


async def end_notices(work: Work) -> int:
    """Approve a page of the applications whose notice is over and to which no objection is open; how many were found.

    One whose title had an update fall due that is not settled yet waits until it is: its right may be lost by that.
    """
    ready = applications.undisputed(work.now()) & (Review.notice_ends < work.today())
    found = await applications.due(work.session, ReviewStatus.IN_PUBLIC_NOTICE, ready, Review.notice_ends, PAGE)
    if not found:
        return 0
    for review, _ in found:
        basis = work.regulation.basis(Rule.REVIEW_EXTENSION, Title(review.title))
        move(work, review, Act.END_NOTICE, ReviewStatus.APPROVED, opinion=PASSED, basis=basis)
    await extend(work, found)
    for review, certification in found:
        basis = work.regulation.basis(Rule.REVIEW_EXTENSION, Title(review.title))
        tell_end(work, review, certification, Step.BUREAU, PASSED, basis)
    return len(found)


PASSED = "公示期满，无异议或异议不成立，通过复核。"
