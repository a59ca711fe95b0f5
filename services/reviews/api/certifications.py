"""HTTP on titles (称号)."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response, status

from services.reviews.commands.applications import conditions_of, conditions_of_all
from services.reviews.commands.eligibility import restore_by_officer, revoke_by_officer
from services.reviews.commands.grants import grant_many
from services.reviews.commands.hindsight import suppose
from services.reviews.forms import Grant, Restoration, Revocation
from services.reviews.models import Certification
from services.reviews.repository import applications, copies
from services.reviews.repository import certifications as titles
from services.reviews.suppositions import Moment, RulesName
from services.reviews.views.titles import (
    AssessmentView,
    CertificationDetail,
    CertificationView,
    EligibilityView,
    TitleOverview,
)
from services.reviews.vocabulary import CertificationStatus, Eligibility
from shared.messaging import Work
from shared.regulation import Regulation, Title, normalise_credit_code
from shared.web.auth import Caller, CallerDep, Role, require
from shared.web.idempotency import OnceDep, Reply
from shared.web.paging import Page, Paging
from shared.web.problems import Conflict, NotFound
from shared.web.reach import within_reach

router = APIRouter(prefix="/certifications", tags=["certifications"])

Bureau = Annotated[Caller, Depends(require(Role.BUREAU))]


class GrantContradicts(Conflict):
    """The same title of this enterprise is kept with another expiry"""

    type = "grant-contradicts"
    title_zh = "该企业同一称号已登记且有效期不一致"


async def _seen(work: Work, certification_id: UUID, caller: Caller) -> Certification:
    certification = await titles.certification(work.session, certification_id)
    if certification is None or not caller.may_see(certification.credit_code, certification.authority):
        raise NotFound("There is no such title")
    return certification


async def _detail(work: Work, certification: Certification, caller: Caller) -> CertificationDetail:
    duties = (await titles.duties(work.session, [certification.id]))[certification.id]
    history = await titles.eligibility_steps(work.session, certification.id)
    under_review = bool(await applications.open_reviews(work.session, [certification.id]))
    return CertificationDetail.with_duties(certification, duties, history, work, caller, under_review=under_review)


@router.post("", status_code=201, response_model=CertificationDetail, responses={200: {"model": CertificationDetail}})
async def grant_title(form: Grant, caller: Bureau, once: OnceDep) -> Response:
    """Grant a title; the same grant again answers 200 and changes nothing."""

    async def act(work: Work) -> Reply:
        done = await grant_many(work, [form.row()], form.duties_from)
        certification_id = done.ids[0]
        if certification_id is None:
            raise GrantContradicts
        await work.session.flush()
        certification = await titles.certification(work.session, certification_id)
        if certification is None:
            raise GrantContradicts
        return Reply(
            body=await _detail(work, certification, caller),
            status=status.HTTP_201_CREATED if done.created else status.HTTP_200_OK,
            headers={"Location": f"/api/v1/certifications/{certification.id}"},
        )

    return await once(act)


@router.get("")
async def list_certifications(
    request: Request,
    caller: CallerDep,
    paging: Paging,
    credit_code: str | None = None,
    title: Title | None = None,
    authority: str | None = None,
    eligibility: Eligibility | None = None,
    status: CertificationStatus | None = None,
    expires_from: date | None = None,
    expires_to: date | None = None,
) -> Page[CertificationView]:
    """Titles in the order of their entry."""
    code = normalise_credit_code(credit_code) if credit_code else None
    if code and caller.role is Role.ENTERPRISE and not caller.may_act_for(code):
        raise NotFound("There is no such enterprise")
    async with request.app.state.backend.work() as work:
        found = await titles.certifications(
            work.session,
            within_reach(caller, Certification.credit_code, Certification.authority),
            filters={
                "credit_code": code,
                "title": title,
                "authority": authority,
                "eligibility": eligibility,
                "status": status,
            },
            expires_from=expires_from,
            expires_to=expires_to,
            after=paging.after_id(),
            limit=paging.limit + 1,
        )
        reviewed = await applications.open_reviews(work.session, [each.id for each in found])
        views = [CertificationView.of(each, work, under_review=each.id in reviewed) for each in found]
    return paging.page(views, lambda view: [view.id])


@router.get("/overview")
async def overview(request: Request, caller: CallerDep, paging: Paging, credit_code: str) -> Page[TitleOverview]:
    """A firm's titles with their duties, and whether each one's review can be applied for now, with every condition."""
    code = normalise_credit_code(credit_code)
    if caller.role is Role.ENTERPRISE and not caller.may_act_for(code):
        raise NotFound("There is no such enterprise")
    async with request.app.state.backend.work() as work:
        found = await titles.certifications(
            work.session,
            within_reach(caller, Certification.credit_code, Certification.authority),
            filters={"credit_code": code},
            expires_from=None,
            expires_to=None,
            after=paging.after_id(),
            limit=paging.limit + 1,
        )
        duties = await titles.duties(work.session, [each.id for each in found])
        judged, copy = await conditions_of_all(work, code, found, duties)
        views = [TitleOverview.of(each, duties[each.id], judged[each.id], copy, work) for each in found]
    return paging.page(views, lambda view: [view.certification.id])


@router.get("/{certification_id}")
async def read_certification(request: Request, certification_id: UUID, caller: CallerDep) -> CertificationDetail:
    """A title with its duties."""
    async with request.app.state.backend.work() as work:
        return await _detail(work, await _seen(work, certification_id, caller), caller)


@router.get("/{certification_id}/eligibility")
async def read_eligibility(
    request: Request,
    certification_id: UUID,
    caller: CallerDep,
    as_of: Annotated[Moment | None, Query(description="What would be decided then; a date means its end")] = None,
    rules: Annotated[RulesName | None, Query(description="What would be decided under these rules")] = None,
) -> EligibilityView:
    """Whether the review can be applied for, with every condition, its inputs and its article.

    With `as_of` or `rules` the answer is hypothetical: it says of when its facts are, and changes nothing.
    """
    async with request.app.state.backend.work() as work:
        certification = await _seen(work, certification_id, caller)
        if as_of is not None or rules is not None:
            regulation = Regulation.load(rules) if rules else work.regulation
            return EligibilityView.supposed(
                certification, await suppose(work, certification, as_of or work.now(), regulation)
            )
        judged, copy = await conditions_of(work, certification)
        return EligibilityView.of(certification, judged, copy, work)


@router.get("/{certification_id}/assessment")
async def read_assessment(request: Request, certification_id: UUID, caller: CallerDep) -> AssessmentView:
    """The self-assessment that an application would come with now: every indicator with its tier, points and rule.

    That nothing was submitted yet is an answer; 404 where the rules have no self-assessment for the title.
    """
    async with request.app.state.backend.work() as work:
        certification = await _seen(work, certification_id, caller)
        copy = await copies.profile_copy(work.session, certification.credit_code)
        view = AssessmentView.of(certification, copy, work)
    if view is None:
        raise NotFound(f"The rules have no self-assessment for {certification.title}")
    return view


@router.post("/{certification_id}/restoration", response_model=CertificationDetail)
async def restore_eligibility(certification_id: UUID, form: Restoration, caller: Bureau, once: OnceDep) -> Response:
    """Give the right to the review back for a reason; undone only by a new revocation."""

    async def act(work: Work) -> Reply:
        certification = await restore_by_officer(work, certification_id, form.reason, caller)
        return Reply(body=await _detail(work, certification, caller))

    return await once(act)


@router.post("/{certification_id}/revocation", response_model=CertificationDetail)
async def revoke_eligibility(certification_id: UUID, form: Revocation, caller: Bureau, once: OnceDep) -> Response:
    """Take the right to the review for a reason; undone only by a restoration."""

    async def act(work: Work) -> Reply:
        certification = await revoke_by_officer(work, certification_id, form.duty, form.reason, caller)
        return Reply(body=await _detail(work, certification, caller))

    return await once(act)
