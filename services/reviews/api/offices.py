"""What the offices do with applications: checks, returns, decisions, objections, and who takes them in hand."""

from uuid import UUID

from fastapi import APIRouter, Response, status

from services.reviews.api.access import OFFICERS, acted, lying_with
from services.reviews.commands import assignments, checks, notices, returns
from services.reviews.commands.decisions import decide
from services.reviews.forms import (
    AuthorityDecision,
    BureauDecision,
    CheckOrder,
    CheckRecord,
    Finding,
    MinistryDecision,
    ObjectionForm,
)
from services.reviews.models import Certification, Review
from services.reviews.views.applications import ReviewDetail
from shared.messaging import Work
from shared.regulation import Step
from shared.web.auth import CallerDep, Role
from shared.web.cases import Assignment, Return
from shared.web.idempotency import OnceDep

router = APIRouter(prefix="/reviews", tags=["reviews"])


@router.post("/{review_id}/on_site_check/order", response_model=ReviewDetail)
async def order_on_site_check(review_id: UUID, form: CheckOrder, caller: CallerDep, once: OnceDep) -> Response:
    """Have a firm checked on site, for a reason; until there is a result the authority cannot pass the application."""

    async def act(work: Work) -> tuple[Review, Certification]:
        await lying_with(work, review_id, caller, *OFFICERS)
        return await checks.order(work, review_id, form.reason, caller)

    return await acted(once, caller, act)


@router.post("/{review_id}/on_site_check", response_model=ReviewDetail)
async def record_on_site_check(review_id: UUID, form: CheckRecord, caller: CallerDep, once: OnceDep) -> Response:
    """Record what an on-site check found; recorded again, the last entry holds and the others stay in sight."""

    async def act(work: Work) -> tuple[Review, Certification]:
        await lying_with(work, review_id, caller, Role.AUTHORITY)
        return await checks.record(work, review_id, form, caller)

    return await acted(once, caller, act)


@router.post("/{review_id}/return", response_model=ReviewDetail)
async def return_application(review_id: UUID, form: Return, caller: CallerDep, once: OnceDep) -> Response:
    """The office that has the application in hand returns it for correction, naming every defect at once."""

    async def act(work: Work) -> tuple[Review, Certification]:
        await lying_with(work, review_id, caller, *OFFICERS)
        return await returns.return_for_correction(work, review_id, form, caller)

    return await acted(once, caller, act)


@router.post("/{review_id}/authority_decision", response_model=ReviewDetail)
async def decide_as_authority(review_id: UUID, form: AuthorityDecision, caller: CallerDep, once: OnceDep) -> Response:
    """The reviewing authority passes an application on, or rejects it."""

    async def act(work: Work) -> tuple[Review, Certification]:
        await lying_with(work, review_id, caller, Role.AUTHORITY)
        return await decide(work, review_id, Step.AUTHORITY, form.outcome, form.opinion, caller)

    return await acted(once, caller, act)


@router.post("/{review_id}/bureau_decision", response_model=ReviewDetail)
async def decide_as_bureau(review_id: UUID, form: BureauDecision, caller: CallerDep, once: OnceDep) -> Response:
    """The bureau approves (public notice is given of it), recommends to the ministry, or rejects."""

    async def act(work: Work) -> tuple[Review, Certification]:
        await lying_with(work, review_id, caller, Role.BUREAU)
        return await decide(work, review_id, Step.BUREAU, form.outcome, form.opinion, caller)

    return await acted(once, caller, act)


@router.post("/{review_id}/ministry_decision", response_model=ReviewDetail)
async def record_ministry_decision(
    review_id: UUID, form: MinistryDecision, caller: CallerDep, once: OnceDep
) -> Response:
    """What the ministry decided on a little giant, as the bureau records it."""

    async def act(work: Work) -> tuple[Review, Certification]:
        await lying_with(work, review_id, caller, Role.BUREAU)
        return await decide(work, review_id, Step.MINISTRY, form.outcome, form.opinion, caller, form.decided_on)

    return await acted(once, caller, act)


@router.post("/{review_id}/objections", status_code=201, response_model=ReviewDetail)
async def record_objection(review_id: UUID, form: ObjectionForm, caller: CallerDep, once: OnceDep) -> Response:
    """Record an objection raised during public notice; until it is settled nothing is approved."""

    async def act(work: Work) -> tuple[Review, Certification]:
        await lying_with(work, review_id, caller, *OFFICERS)
        return await notices.record_objection(work, review_id, form.from_whom, form.text, caller)

    return await acted(once, caller, act, status.HTTP_201_CREATED)


@router.post("/{review_id}/objections/{number}/finding", response_model=ReviewDetail)
async def settle_objection(review_id: UUID, number: int, form: Finding, caller: CallerDep, once: OnceDep) -> Response:
    """The bureau finds on an objection: upheld it rejects the application, dismissed the notice goes on."""

    async def act(work: Work) -> tuple[Review, Certification]:
        await lying_with(work, review_id, caller, Role.BUREAU)
        return await notices.settle_objection(work, review_id, number, form.finding, caller, upheld=form.upheld)

    return await acted(once, caller, act)


@router.post("/{review_id}/assignment", response_model=ReviewDetail)
async def assign_application(review_id: UUID, form: Assignment, caller: CallerDep, once: OnceDep) -> Response:
    """Take a case, release it, or give it to another officer."""

    async def act(work: Work) -> tuple[Review, Certification]:
        await lying_with(work, review_id, caller, *OFFICERS)
        return await assignments.assign(work, review_id, form, caller)

    return await acted(once, caller, act)
