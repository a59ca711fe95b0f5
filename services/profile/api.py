"""HTTP of the profile service: enterprises, their contact, their annual updates."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response, status

from services.profile import commands, repository
from services.profile.domain import YearAnswer
from services.profile.forms import Registration, UpdateSubmission
from services.profile.models import Enterprise, UpdateDraft
from services.profile.views import (
    DraftView,
    EnterpriseDetail,
    EnterpriseView,
    FreshnessView,
    TitleYear,
    UpdateDetail,
    UpdateView,
)
from shared.messaging import Work
from shared.regulation import normalise_credit_code
from shared.web.app import defects_of
from shared.web.auth import Caller, CallerDep, Forbidden, Role, require
from shared.web.conditional import ExpectedOrNew, ExpectedVersion, tag
from shared.web.fields import ContactForm
from shared.web.idempotency import OnceDep, Reply
from shared.web.paging import Page, Paging
from shared.web.problems import Defect, InvalidInput, NotFound
from shared.web.reach import within_reach

router = APIRouter(prefix="/api/v1", tags=["profile"])

CreditCodePath = Annotated[str, Path(alias="credit_code", max_length=60)]
DutyYear = Annotated[int, Path(ge=2010, le=2100)]
Officer = Annotated[Caller, Depends(require(Role.AUTHORITY, Role.BUREAU))]
Firm = Annotated[Caller, Depends(require(Role.ENTERPRISE))]


async def _seen(work: Work, credit_code: str, caller: Caller) -> Enterprise:
    """The firm, if this caller may see it; what it may not see is not found."""
    firm = await repository.enterprise(work.session, normalise_credit_code(credit_code))
    if firm is None or not caller.may_see(firm.credit_code, firm.authority):
        raise NotFound("There is no such enterprise")
    return firm


async def _own(work: Work, credit_code: str, caller: Caller) -> Enterprise:
    """The firm, if this caller files for it."""
    firm = await _seen(work, credit_code, caller)
    if not caller.may_act_for(firm.credit_code):
        raise Forbidden("Only the enterprise itself may do this")
    return firm


@router.post("/enterprises", status_code=201, response_model=EnterpriseView)
async def register_enterprise(form: Registration, caller: Officer, once: OnceDep) -> Response:
    """Enter a firm; 200 where it completes one that was entered because a title was granted to it."""
    if not caller.may_review_for(form.authority):
        raise InvalidInput(
            errors=[
                Defect(
                    pointer="/authority",
                    code="not_your_authority",
                    detail=f"you register enterprises of {caller.authority}",
                    detail_zh=f"只能登记本部门（{caller.authority}）的企业",
                )
            ]
        )

    async def act(work: Work) -> Reply:
        firm, new = await commands.register(work, form, caller)
        return Reply(
            body=EnterpriseView.of(firm, caller),
            status=status.HTTP_201_CREATED if new else status.HTTP_200_OK,
            headers={"Location": f"/api/v1/enterprises/{firm.credit_code}", "ETag": f'"{firm.version}"'},
        )

    return await once(act)


@router.get("/enterprises")
async def list_enterprises(
    request: Request,
    caller: CallerDep,
    paging: Paging,
    authority: str | None = None,
    name: Annotated[str | None, Query(min_length=1, max_length=200)] = None,
    updated_for: Annotated[int | None, Query(ge=2010, le=2100)] = None,
    not_updated_for: Annotated[int | None, Query(ge=2010, le=2100)] = None,
) -> Page[EnterpriseView]:
    """Firms by credit code; `not_updated_for=2026` are those that owe an update still, or never did."""
    async with request.app.state.backend.work() as work:
        firms = await repository.enterprises(
            work.session,
            within_reach(caller, Enterprise.credit_code, Enterprise.authority),
            authority=authority,
            name=name,
            updated_for=updated_for,
            not_updated_for=not_updated_for,
            after=str(paging.after[0]) if paging.after else None,
            limit=paging.limit + 1,
        )
    return paging.page([EnterpriseView.of(firm, caller) for firm in firms], lambda view: [view.credit_code])


@router.get("/enterprises/{credit_code}")
async def read_enterprise(
    request: Request, response: Response, credit_code: CreditCodePath, caller: CallerDep
) -> EnterpriseDetail:
    """A firm with all its names and the years it has updated."""
    async with request.app.state.backend.work() as work:
        firm = await _seen(work, credit_code, caller)
        names = await repository.names(work.session, firm.credit_code)
        updates = await repository.first_updates(work.session, firm.credit_code)
    tag(response, firm.version)
    return EnterpriseDetail.with_history(firm, caller, list(names), updates)


@router.put("/enterprises/{credit_code}/contact")
async def change_contact(
    request: Request,
    response: Response,
    credit_code: CreditCodePath,
    contact: ContactForm,
    expected: ExpectedVersion,
    caller: CallerDep,
) -> EnterpriseView:
    """Replace the contact person; `If-Match` is the profile's version."""
    async with request.app.state.backend.work() as work:
        firm = await _seen(work, credit_code, caller)
        if not (caller.may_act_for(firm.credit_code) or caller.may_review_for(firm.authority)):
            raise Forbidden("Only the enterprise or its authority may do this")
        firm = await commands.change_contact(work, firm.credit_code, contact, expected)
    tag(response, firm.version)
    return EnterpriseView.of(firm, caller)


@router.get("/enterprises/{credit_code}/update_drafts/{duty_year}")
async def read_draft(
    request: Request, response: Response, credit_code: CreditCodePath, duty_year: DutyYear, caller: Firm
) -> DraftView:
    """A draft as it was saved, with what it still lacks."""
    async with request.app.state.backend.work() as work:
        firm = await _own(work, credit_code, caller)
        draft = await repository.draft(work.session, firm.credit_code, duty_year)
    if draft is None:
        raise NotFound("There is no draft for this year")
    tag(response, draft.version)
    return DraftView.of(draft, _lacking(draft))


@router.put("/enterprises/{credit_code}/update_drafts/{duty_year}", responses={201: {"model": DraftView}})
async def save_draft(
    request: Request,
    response: Response,
    credit_code: CreditCodePath,
    duty_year: DutyYear,
    form: Annotated[dict[str, Any], Body()],
    expected: ExpectedOrNew,
    caller: Firm,
) -> DraftView:
    """Save an update that may be unfinished; nothing of it is lost. The first time without `If-Match`, then with it."""
    async with request.app.state.backend.work() as work:
        firm = await _own(work, credit_code, caller)
        draft, new = await commands.save_draft(work, firm.credit_code, duty_year, form, expected, caller)
    response.status_code = status.HTTP_201_CREATED if new else status.HTTP_200_OK
    tag(response, draft.version)
    return DraftView.of(draft, _lacking(draft))


@router.delete("/enterprises/{credit_code}/update_drafts/{duty_year}", status_code=204)
async def delete_draft(
    request: Request, credit_code: CreditCodePath, duty_year: DutyYear, expected: ExpectedVersion, caller: Firm
) -> None:
    async with request.app.state.backend.work() as work:
        firm = await _own(work, credit_code, caller)
        await commands.delete_draft(work, firm.credit_code, duty_year, expected)


@router.post("/enterprises/{credit_code}/updates", status_code=201, response_model=UpdateDetail)
async def submit_update(credit_code: CreditCodePath, form: UpdateSubmission, caller: Firm, once: OnceDep) -> Response:
    """Submit an annual update with its declaration; the answer says for each title whether it is on time."""

    async def act(work: Work) -> Reply:
        firm = await _own(work, credit_code, caller)
        done = await commands.submit_update(work, firm.credit_code, form, caller)
        return Reply(
            body=UpdateDetail.of(done.update, _titles(work, done.answers)),
            status=status.HTTP_201_CREATED,
            headers={"Location": f"/api/v1/enterprises/{firm.credit_code}/updates/{done.update.id}"},
        )

    return await once(act)


@router.get("/enterprises/{credit_code}/updates")
async def list_updates(
    request: Request, credit_code: CreditCodePath, caller: CallerDep, paging: Paging, year: int | None = None
) -> Page[UpdateView]:
    """A firm's submitted updates, the newest first."""
    async with request.app.state.backend.work() as work:
        firm = await _seen(work, credit_code, caller)
        updates = await repository.updates(
            work.session,
            firm.credit_code,
            year=year,
            before=paging.after_id(),
            limit=paging.limit + 1,
        )
    return paging.page([UpdateView.model_validate(update) for update in updates], lambda view: [view.id])


@router.get("/enterprises/{credit_code}/updates/{update_id}")
async def read_update(
    request: Request, credit_code: CreditCodePath, update_id: UUID, caller: CallerDep
) -> UpdateDetail:
    """A submitted update with its form; it is never changed."""
    async with request.app.state.backend.work() as work:
        firm = await _seen(work, credit_code, caller)
        update = await repository.update(work.session, firm.credit_code, update_id)
        if update is None:
            raise NotFound("There is no such update")
        first = await repository.first_updates(work.session, firm.credit_code)
        answers = await commands.answers_for(work, firm.credit_code, update.duty_year, first[update.duty_year])
        return UpdateDetail.of(update, _titles(work, answers))


@router.get("/enterprises/{credit_code}/freshness")
async def read_freshness(
    request: Request,
    credit_code: CreditCodePath,
    caller: CallerDep,
    year: Annotated[int | None, Query(ge=2010, le=2100)] = None,
) -> FreshnessView:
    """A duty year (by default this year) for every title that asks for it: dates, state, article."""
    async with request.app.state.backend.work() as work:
        firm = await _seen(work, credit_code, caller)
        year = year or work.today().year
        first = await repository.first_updates(work.session, firm.credit_code)
        answers = await commands.answers_for(work, firm.credit_code, year, first.get(year))
        return FreshnessView(credit_code=firm.credit_code, year=year, as_of=work.now(), titles=_titles(work, answers))


def _titles(work: Work, answers: tuple[YearAnswer, ...]) -> list[TitleYear]:
    return [TitleYear.of(answer, work.regulation.title_name(answer.title)) for answer in answers]


def _lacking(draft: UpdateDraft) -> list[Defect]:
    error = commands.missing_in(draft)
    return defects_of([{**defect, "loc": ("body", *defect["loc"])} for defect in error.errors()]) if error else []
