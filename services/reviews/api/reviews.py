"""HTTP on review applications (复核申请)."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi import status as http

from services.reviews.commands import applications as commands
from services.reviews.commands import checks, notices, returns
from services.reviews.commands.decisions import decide
from services.reviews.domain import STEP_OF
from services.reviews.forms import (
    Application,
    AuthorityDecision,
    BureauDecision,
    CheckOrder,
    CheckRecord,
    Finding,
    MinistryDecision,
    ObjectionForm,
    Resubmission,
    Return,
    Withdrawal,
)
from services.reviews.models import Certification, Review
from services.reviews.repository import applications
from services.reviews.views import ReviewDetail, ReviewView
from services.reviews.vocabulary import ReviewStatus
from shared.messaging import Work
from shared.regulation import Step, normalise_credit_code
from shared.web.auth import Caller, CallerDep, Forbidden, Role, require
from shared.web.idempotency import Once, OnceDep, Reply
from shared.web.paging import Page, Paging
from shared.web.problems import NotFound
from shared.web.reach import within_reach

router = APIRouter(prefix="/reviews", tags=["reviews"])

Firm = Annotated[Caller, Depends(require(Role.ENTERPRISE))]
Act = Callable[[Work], Awaitable[tuple[Review, Certification]]]


async def _seen(work: Work, review_id: UUID, caller: Caller) -> tuple[Review, Certification]:
    found = await applications.review(work.session, review_id)
    if found is None or not caller.may_see(found[0].credit_code, found[1].authority):
        raise NotFound("There is no such application")
    return found


async def _officers(work: Work, review_id: UUID, caller: Caller, *roles: Role) -> None:
    await _seen(work, review_id, caller)
    if caller.role not in roles:
        raise Forbidden(f"This is for {' or '.join(roles)}; the account is {caller.role}")


async def _detail(work: Work, review: Review, certification: Certification, caller: Caller) -> ReviewDetail:
    await work.session.flush()
    history = await applications.history(work.session, review.id)
    return ReviewDetail.with_history(review, certification, history, work, caller)


async def _acted(once: Once, caller: Caller, act: Act, status: int = http.HTTP_200_OK) -> Response:
    async def reply(work: Work) -> Reply:
        return Reply(body=await _detail(work, *await act(work), caller), status=status)

    return await once(reply)


@router.post("", status_code=201, response_model=ReviewDetail, responses={202: {"model": ReviewDetail}})
async def apply_for_review(form: Application, caller: Firm, once: OnceDep) -> Response:
    """Apply for a review: 201 accepted; 202 being checked with the profile's owner; 409 every condition that fails."""

    async def act(work: Work) -> Reply:
        review, certification = await commands.apply(
            work, form.certification_id, form.declaration.signatory, form.statement, caller
        )
        checking = review.status == ReviewStatus.CHECKING
        return Reply(
            body=await _detail(work, review, certification, caller),
            status=http.HTTP_202_ACCEPTED if checking else http.HTTP_201_CREATED,
            headers={"Location": f"/api/v1/reviews/{review.id}"},
        )

    return await once(act)


@router.get("")
async def list_reviews(
    request: Request,
    caller: CallerDep,
    paging: Paging,
    credit_code: str | None = None,
    certification_id: UUID | None = None,
    status: ReviewStatus | None = None,
    step: Annotated[Step | None, Query(description="Who acts next")] = None,
    authority: str | None = None,
) -> Page[ReviewView]:
    """Applications, the newest first."""
    code = normalise_credit_code(credit_code) if credit_code else None
    if code and caller.role is Role.ENTERPRISE and not caller.may_act_for(code):
        raise NotFound("There is no such enterprise")
    statuses: set[str] = {status} if status else set(ReviewStatus)
    if step:
        statuses &= {each for each, who in STEP_OF.items() if who == step}
    async with request.app.state.backend.work() as work:
        found = await applications.reviews(
            work.session,
            within_reach(caller, Review.credit_code, Certification.authority),
            credit_code=code,
            certification_id=certification_id,
            statuses=statuses if status or step else None,
            authority=authority,
            before=paging.after_id(),
            limit=paging.limit + 1,
        )
        views = [ReviewView.of(review, certification, work) for review, certification in found]
    return paging.page(views, lambda view: [view.id])


@router.get("/{review_id}")
async def read_review(request: Request, review_id: UUID, caller: CallerDep) -> ReviewDetail:
    """An application with its history."""
    async with request.app.state.backend.work() as work:
        return await _detail(work, *await _seen(work, review_id, caller), caller)


@router.post("/{review_id}/withdrawal", response_model=ReviewDetail)
async def withdraw_application(review_id: UUID, form: Withdrawal, caller: Firm, once: OnceDep) -> Response:
    """Take an open application back."""

    async def act(work: Work) -> tuple[Review, Certification]:
        review, _ = await _seen(work, review_id, caller)
        if not caller.may_act_for(review.credit_code):
            raise Forbidden("Only the enterprise itself may do this")
        return await commands.withdraw(work, review_id, form.reason, caller)

    return await _acted(once, caller, act)


@router.post("/{review_id}/on_site_check/order", response_model=ReviewDetail)
async def order_on_site_check(review_id: UUID, form: CheckOrder, caller: CallerDep, once: OnceDep) -> Response:
    """Have a firm checked on site, for a reason; until there is a result the authority cannot pass the application."""

    async def act(work: Work) -> tuple[Review, Certification]:
        await _officers(work, review_id, caller, Role.AUTHORITY, Role.BUREAU)
        return await checks.order(work, review_id, form.reason, caller)

    return await _acted(once, caller, act)


@router.post("/{review_id}/on_site_check", response_model=ReviewDetail)
async def record_on_site_check(review_id: UUID, form: CheckRecord, caller: CallerDep, once: OnceDep) -> Response:
    """Record what an on-site check found; recorded again, the last entry holds and the others stay in sight."""

    async def act(work: Work) -> tuple[Review, Certification]:
        await _officers(work, review_id, caller, Role.AUTHORITY)
        return await checks.record(work, review_id, form, caller)

    return await _acted(once, caller, act)


@router.post("/{review_id}/return", response_model=ReviewDetail)
async def return_application(review_id: UUID, form: Return, caller: CallerDep, once: OnceDep) -> Response:
    """The office that has the application in hand returns it for correction, naming every defect at once."""

    async def act(work: Work) -> tuple[Review, Certification]:
        await _officers(work, review_id, caller, Role.AUTHORITY, Role.BUREAU)
        return await returns.return_for_correction(work, review_id, form, caller)

    return await _acted(once, caller, act)


@router.post("/{review_id}/resubmission", response_model=ReviewDetail)
async def resubmit_application(review_id: UUID, form: Resubmission, caller: Firm, once: OnceDep) -> Response:
    """Bring a corrected application back to the office that returned it."""

    async def act(work: Work) -> tuple[Review, Certification]:
        await _seen(work, review_id, caller)
        return await returns.resubmit(work, review_id, form, caller)

    return await _acted(once, caller, act)


@router.post("/{review_id}/authority_decision", response_model=ReviewDetail)
async def decide_as_authority(review_id: UUID, form: AuthorityDecision, caller: CallerDep, once: OnceDep) -> Response:
    """The reviewing authority passes an application on, or rejects it."""

    async def act(work: Work) -> tuple[Review, Certification]:
        await _officers(work, review_id, caller, Role.AUTHORITY)
        return await decide(work, review_id, Step.AUTHORITY, form.outcome, form.opinion, caller)

    return await _acted(once, caller, act)


@router.post("/{review_id}/bureau_decision", response_model=ReviewDetail)
async def decide_as_bureau(review_id: UUID, form: BureauDecision, caller: CallerDep, once: OnceDep) -> Response:
    """The bureau approves (public notice is given of it), recommends to the ministry, or rejects."""

    async def act(work: Work) -> tuple[Review, Certification]:
        await _officers(work, review_id, caller, Role.BUREAU)
        return await decide(work, review_id, Step.BUREAU, form.outcome, form.opinion, caller)

    return await _acted(once, caller, act)


@router.post("/{review_id}/ministry_decision", response_model=ReviewDetail)
async def record_ministry_decision(
    review_id: UUID, form: MinistryDecision, caller: CallerDep, once: OnceDep
) -> Response:
    """What the ministry decided on a little giant, as the bureau records it."""

    async def act(work: Work) -> tuple[Review, Certification]:
        await _officers(work, review_id, caller, Role.BUREAU)
        return await decide(work, review_id, Step.MINISTRY, form.outcome, form.opinion, caller, form.decided_on)

    return await _acted(once, caller, act)


@router.post("/{review_id}/objections", status_code=201, response_model=ReviewDetail)
async def record_objection(review_id: UUID, form: ObjectionForm, caller: CallerDep, once: OnceDep) -> Response:
    """Record an objection raised during public notice; until it is settled nothing is approved."""

    async def act(work: Work) -> tuple[Review, Certification]:
        await _officers(work, review_id, caller, Role.AUTHORITY, Role.BUREAU)
        return await notices.record_objection(work, review_id, form.from_whom, form.text, caller)

    return await _acted(once, caller, act, http.HTTP_201_CREATED)


@router.post("/{review_id}/objections/{number}/finding", response_model=ReviewDetail)
async def settle_objection(review_id: UUID, number: int, form: Finding, caller: CallerDep, once: OnceDep) -> Response:
    """The bureau finds on an objection: upheld it rejects the application, dismissed the notice goes on."""

    async def act(work: Work) -> tuple[Review, Certification]:
        await _officers(work, review_id, caller, Role.BUREAU)
        return await notices.settle_objection(work, review_id, number, form.finding, caller, upheld=form.upheld)

    return await _acted(once, caller, act)
