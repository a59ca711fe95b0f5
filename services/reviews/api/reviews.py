"""What a firm does with its review applications (复核申请), and who reads them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response, status

from services.reviews.api.access import OFFICERS, acted, detail, filing, own, seen
from services.reviews.commands import applications as commands
from services.reviews.commands import returns
from services.reviews.domain.cases import STEP_OF
from services.reviews.forms import Application, Resubmission, Withdrawal
from services.reviews.models import Certification, Review
from services.reviews.repository import applications
from services.reviews.repository.worklists import in_worklist, sizes
from services.reviews.views.applications import ReviewDetail, ReviewView
from services.reviews.vocabulary import OPEN_REVIEWS, ReviewStatus
from shared.messaging import Work
from shared.regulation import Step, Title, Worklist, normalise_credit_code
from shared.web.auth import Caller, CallerDep, Role, require
from shared.web.cases import ME, MOST_COUNTED, WorklistSizes
from shared.web.idempotency import OnceDep, Reply
from shared.web.paging import LARGEST_PAGE, Page, Paging
from shared.web.problems import NotFound
from shared.web.reach import within_reach

router = APIRouter(prefix="/reviews", tags=["reviews"])

Firm = Annotated[Caller, Depends(require(Role.ENTERPRISE))]
Filer = Annotated[Caller, Depends(require(Role.ENTERPRISE, Role.AUTHORITY, Role.BUREAU))]
Officer = Annotated[Caller, Depends(require(*OFFICERS))]


@router.post("", status_code=201, response_model=ReviewDetail, responses={202: {"model": ReviewDetail}})
async def apply_for_review(form: Application, caller: Filer, once: OnceDep) -> Response:
    """Apply for a review: 201 accepted; 202 being checked with the profile's owner; 409 every condition that fails."""

    async def act(work: Work) -> Reply:
        review, certification, history = await commands.apply(work, form, caller)
        checking = review.status == ReviewStatus.CHECKING
        return Reply(
            body=await detail(work, review, certification, caller, history),
            status=status.HTTP_202_ACCEPTED if checking else status.HTTP_201_CREATED,
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
    title: Title | None = None,
    status_: Annotated[ReviewStatus | None, Query(alias="status")] = None,
    step: Annotated[Step | None, Query(description="Who acts next")] = None,
    authority: str | None = None,
    worklist: Worklist | None = None,
    ended: bool | None = None,
    assignee: Annotated[str | None, Query(max_length=200)] = None,
    id_: Annotated[list[UUID] | None, Query(alias="id", max_length=LARGEST_PAGE)] = None,
) -> Page[ReviewView]:
    """Applications, the newest first; of a worklist, or those that an officer took (`assignee`, `me` for the caller).

    `id`, as often as wanted: these alone.

    What is to review shows an officer its own step.
    """
    code = normalise_credit_code(credit_code) if credit_code else None
    if code and caller.role is Role.ENTERPRISE and not caller.may_act_for(code):
        raise NotFound("There is no such enterprise")
    statuses: set[str] = {status_} if status_ else set(ReviewStatus)
    if step:
        statuses &= {each for each, who in STEP_OF.items() if who == step}
    if ended is not None:
        statuses = statuses - set(OPEN_REVIEWS) if ended else statuses & set(OPEN_REVIEWS)
    async with request.app.state.backend.work() as work:
        office = caller.role if caller.role in OFFICERS else None
        found = await applications.reviews(
            work.session,
            within_reach(caller, Review.credit_code, Review.authority),
            *([in_worklist(worklist, work.today(), office)] if worklist else []),
            *([Review.id.in_(id_)] if id_ else []),
            *([Review.title == title] if title else []),
            credit_code=code,
            certification_id=certification_id,
            statuses=statuses if (status_, step, ended) != (None, None, None) else None,
            authority=authority,
            assignee=caller.subject if assignee == ME else assignee,
            before=paging.after_id(),
            limit=paging.limit + 1,
        )
        views = [ReviewView.of(review, certification, work) for review, certification in found]
    return paging.page(views, lambda view: [view.id])


@router.get("/worklists")
async def count_worklists(request: Request, caller: Officer) -> WorklistSizes:
    """How many applications are in each worklist (待办)."""
    reach = within_reach(caller, Review.credit_code, Review.authority)
    async with request.app.state.backend.work() as work:
        found = await sizes(work.session, reach, work.today(), caller.role, MOST_COUNTED)
    return WorklistSizes(items=found)


@router.get("/{review_id}")
async def read_review(request: Request, review_id: UUID, caller: CallerDep) -> ReviewDetail:
    """An application with its history."""
    async with request.app.state.backend.work() as work:
        return await detail(work, *await seen(work, review_id, caller), caller)


@router.post("/{review_id}/withdrawal", response_model=ReviewDetail)
async def withdraw_application(review_id: UUID, form: Withdrawal, caller: Firm, once: OnceDep) -> Response:
    """Take an open application back."""

    async def act(work: Work) -> tuple[Review, Certification]:
        await own(work, review_id, caller)
        return await commands.withdraw(work, review_id, form.reason, caller)

    return await acted(once, caller, act)


@router.post("/{review_id}/resubmission", response_model=ReviewDetail)
async def resubmit_application(review_id: UUID, form: Resubmission, caller: Filer, once: OnceDep) -> Response:
    """Bring a corrected application back to the office that returned it."""

    async def act(work: Work) -> tuple[Review, Certification]:
        assisted = await filing(work, review_id, caller, form.declaration)
        return await returns.resubmit(work, review_id, form, caller, assisted=assisted)

    return await acted(once, caller, act)
