"""What firms owe."""

from datetime import date

from fastapi import APIRouter, Request

from services.notifier.api.access import in_reach, place_after
from services.notifier.models import Firm, Obligation
from services.notifier.repository import lists
from services.notifier.views.obligations import ObligationView
from services.notifier.vocabulary import ObligationState
from shared.regulation import Duty
from shared.web.auth import CallerDep
from shared.web.paging import Page, Paging
from shared.web.reach import within_reach

router = APIRouter()


@router.get("/obligations")
async def list_obligations(
    request: Request,
    caller: CallerDep,
    paging: Paging,
    credit_code: str | None = None,
    duty: Duty | None = None,
    state: ObligationState | None = None,
    due_from: date | None = None,
    due_to: date | None = None,
    overdue: bool | None = None,
    authority: str | None = None,
) -> Page[ObligationView]:
    """What firms owe, by due date: a firm's to-do list, an authority's of all its firms. Overdue is still open."""
    async with request.app.state.backend.work() as work:
        code = await in_reach(work, caller, credit_code, authority)
        found = await lists.obligations(
            work.session,
            within_reach(caller, Obligation.credit_code, Firm.authority),
            filters={"credit_code": code, "duty": duty, "state": state},
            authority=authority,
            due_from=due_from,
            due_to=due_to,
            overdue=overdue,
            today=work.today(),
            after=place_after(paging, date.fromisoformat),
            limit=paging.limit + 1,
        )
        views = [ObligationView.of(*each, work.now()) for each in found]
    return paging.page(views, lambda view: [view.due, view.id])
