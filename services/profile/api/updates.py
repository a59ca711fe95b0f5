"""HTTP of annual updates (信息更新): drafts, submissions, freshness."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Path, Query, Request, Response, status

from services.profile.api.access import CreditCodePath, Firm, own, seen
from services.profile.commands import updates
from services.profile.domain import YearAnswer
from services.profile.forms import UpdateSubmission
from services.profile.models import UpdateDraft
from services.profile.repository import profiles
from services.profile.views.updates import DraftView, FreshnessView, TitleYear, UpdateDetail, UpdateView
from shared.messaging import Work
from shared.web.app import defects_of
from shared.web.auth import CallerDep
from shared.web.conditional import ExpectedOrNew, ExpectedVersion, tag
from shared.web.idempotency import OnceDep, Reply
from shared.web.paging import Page, Paging
from shared.web.problems import Defect, NotFound

router = APIRouter(prefix="/enterprises/{credit_code}")

DutyYear = Annotated[int, Path(ge=2010, le=2100)]


@router.get("/update_drafts/{duty_year}")
async def read_draft(
    request: Request, response: Response, credit_code: CreditCodePath, duty_year: DutyYear, caller: Firm
) -> DraftView:
    """A draft as it was saved, with what it still lacks."""
    async with request.app.state.backend.work() as work:
        firm = await own(work, credit_code, caller)
        draft = await profiles.draft(work.session, firm.credit_code, duty_year)
    if draft is None:
        raise NotFound("There is no draft for this year")
    tag(response, draft.version)
    return DraftView.of(draft, _lacking(draft))


@router.put("/update_drafts/{duty_year}", responses={201: {"model": DraftView}})
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
        firm = await own(work, credit_code, caller)
        draft, new = await updates.save_draft(work, firm.credit_code, duty_year, form, expected, caller)
    response.status_code = status.HTTP_201_CREATED if new else status.HTTP_200_OK
    tag(response, draft.version)
    return DraftView.of(draft, _lacking(draft))


@router.delete("/update_drafts/{duty_year}", status_code=204)
async def delete_draft(
    request: Request, credit_code: CreditCodePath, duty_year: DutyYear, expected: ExpectedVersion, caller: Firm
) -> None:
    async with request.app.state.backend.work() as work:
        firm = await own(work, credit_code, caller)
        await updates.delete_draft(work, firm.credit_code, duty_year, expected)


@router.post("/updates", status_code=201, response_model=UpdateDetail)
async def submit_update(
    credit_code: CreditCodePath, form: UpdateSubmission, caller: CallerDep, once: OnceDep
) -> Response:
    """Submit an annual update with its declaration; the answer says for each title whether it is on time.

    An officer over the firm does so for it (代办), naming the signed paper form in the declaration.
    """

    async def act(work: Work) -> Reply:
        firm = await seen(work, credit_code, caller)
        done = await updates.submit_update(work, firm.credit_code, form, caller)
        return Reply(
            body=UpdateDetail.of(done.update, _titles(work, done.answers)),
            status=status.HTTP_201_CREATED,
            headers={"Location": f"/api/v1/enterprises/{firm.credit_code}/updates/{done.update.id}"},
        )

    return await once(act)


@router.get("/updates")
async def list_updates(
    request: Request, credit_code: CreditCodePath, caller: CallerDep, paging: Paging, year: int | None = None
) -> Page[UpdateView]:
    """A firm's submitted updates, the newest first."""
    async with request.app.state.backend.work() as work:
        firm = await seen(work, credit_code, caller)
        found = await profiles.updates(
            work.session,
            firm.credit_code,
            year=year,
            before=paging.after_id(),
            limit=paging.limit + 1,
        )
    return paging.page([UpdateView.model_validate(update) for update in found], lambda view: [view.id])


@router.get("/updates/{update_id}")
async def read_update(
    request: Request, credit_code: CreditCodePath, update_id: UUID, caller: CallerDep
) -> UpdateDetail:
    """A submitted update with its form; it is never changed."""
    async with request.app.state.backend.work() as work:
        firm = await seen(work, credit_code, caller)
        update = await profiles.update(work.session, firm.credit_code, update_id)
        if update is None:
            raise NotFound("There is no such update")
        first = await profiles.first_updates(work.session, firm.credit_code)
        answers = await updates.answers_for(work, firm.credit_code, update.duty_year, first[update.duty_year])
        return UpdateDetail.of(update, _titles(work, answers))


@router.get("/freshness")
async def read_freshness(
    request: Request,
    credit_code: CreditCodePath,
    caller: CallerDep,
    year: Annotated[int | None, Query(ge=2010, le=2100)] = None,
) -> FreshnessView:
    """A duty year (by default this year) for every title that asks for it: dates, state, article."""
    async with request.app.state.backend.work() as work:
        firm = await seen(work, credit_code, caller)
        year = year or work.today().year
        first = await profiles.first_updates(work.session, firm.credit_code)
        answers = await updates.answers_for(work, firm.credit_code, year, first.get(year))
        return FreshnessView(credit_code=firm.credit_code, year=year, as_of=work.now(), titles=_titles(work, answers))


def _titles(work: Work, answers: tuple[YearAnswer, ...]) -> list[TitleYear]:
    return [TitleYear.of(answer, work.regulation.title_name(answer.title)) for answer in answers]


def _lacking(draft: UpdateDraft) -> list[Defect]:
    error = updates.missing_in(draft)
    return defects_of([{**defect, "loc": ("body", *defect["loc"])} for defect in error.errors()]) if error else []
