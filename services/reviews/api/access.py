"""Which applications an account sees and who may act on them; how an act on an application is answered."""

from collections.abc import Awaitable, Callable
from datetime import date
from uuid import UUID

from fastapi import Response, status

from services.reviews.domain.cases import possible
from services.reviews.models import Certification, Review
from services.reviews.repository import applications
from services.reviews.repository.applications import History
from services.reviews.views.applications import ReviewDetail
from services.reviews.vocabulary import OFFICE, Act
from shared.messaging import Work
from shared.regulation import Step
from shared.web.auth import Caller, Forbidden, Role
from shared.web.fields import Declaration
from shared.web.idempotency import Once, Reply
from shared.web.problems import NotFound
from shared.web.reach import is_assisted

OFFICERS = (Role.AUTHORITY, Role.BUREAU)

Command = Callable[[Work], Awaitable[tuple[Review, Certification]]]


async def seen(work: Work, review_id: UUID, caller: Caller) -> tuple[Review, Certification]:
    """The application and its title. Raises `NotFound` for who may not know of it."""
    found = await applications.review(work.session, review_id)
    if found is None or not caller.may_see(found[0].credit_code, found[1].authority):
        raise NotFound("There is no such application")
    return found


async def filing(work: Work, review_id: UUID, caller: Caller, declaration: Declaration) -> bool:
    """Whether an officer files the application for its firm (代办). Raises `NotFound`, and as `is_assisted`."""
    review, certification = await seen(work, review_id, caller)
    return is_assisted(caller, review.credit_code, certification.authority, declaration)


async def own(work: Work, review_id: UUID, caller: Caller) -> None:
    """Raises `NotFound`, or `Forbidden` where the account does not stand for the application's firm."""
    review, _ = await seen(work, review_id, caller)
    if not caller.may_act_for(review.credit_code):
        raise Forbidden("Only the enterprise itself may do this")


async def lying_with(work: Work, review_id: UUID, caller: Caller, *roles: Role) -> None:
    """Raises `NotFound`, or `Forbidden` where the account is none of these officers."""
    await seen(work, review_id, caller)
    if caller.role not in roles:
        raise Forbidden(f"This is for {' or '.join(roles)}; the account is {caller.role}")


async def detail(
    work: Work, review: Review, certification: Certification, caller: Caller, history: History | None = None
) -> ReviewDetail:
    """The application as it is answered, with its `history`, which is read where it is not known."""
    await work.session.flush()
    history = history or await applications.history(work.session, review.id)
    acts = allowed(review, certification, caller, work.today())
    if Act.SETTLE_OBJECTION in acts and all(each.upheld is not None for each in history.objections):
        acts.remove(Act.SETTLE_OBJECTION)
    return ReviewDetail.with_history(review, certification, history, work, caller, acts)


def allowed(review: Review, certification: Certification, caller: Caller, today: date) -> list[Act]:
    """What this account can do to the application on a day."""
    acts = possible(review, today) & _acts_of(caller, review, certification)
    return sorted(acts, key=list(Act).index)


def _acts_of(caller: Caller, review: Review, certification: Certification) -> set[Act]:
    if caller.may_act_for(review.credit_code):
        return {Act.RESUBMIT, Act.WITHDRAW}
    if not caller.may_review_for(certification.authority):
        return set()
    acts = {Act.RESUBMIT, Act.ORDER_CHECK, Act.OBJECT}
    if OFFICE.get(review.status) == Step(caller.role):
        acts.add(Act.RETURN)
    if caller.role is Role.BUREAU:
        return acts | {Act.DECIDE_AS_BUREAU, Act.RECORD_MINISTRY, Act.SETTLE_OBJECTION, Act.ASSIGN}
    if review.assignee in (None, caller.subject):
        acts.add(Act.ASSIGN)
    return acts | {Act.DECIDE_AS_AUTHORITY, Act.RECORD_CHECK}


async def acted(once: Once, caller: Caller, act: Command, code: int = status.HTTP_200_OK) -> Response:
    """Answer a request by what `act` made of an application."""

    async def reply(work: Work) -> Reply:
        return Reply(body=await detail(work, *await act(work), caller), status=code)

    return await once(reply)
