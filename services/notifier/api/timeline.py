"""What was heard of a firm."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request

from services.notifier.api.access import in_reach, place_after
from services.notifier.models import Firm, HeardEvent
from services.notifier.repository import lists
from services.notifier.views.timeline import EventView, TimelineView
from services.notifier.vocabulary import Order
from shared.contracts import ChangeDiscarded, ChangeDrafted
from shared.web.auth import Caller, CallerDep, Role
from shared.web.paging import Page, Paging
from shared.web.problems import Defect, InvalidInput, NotFound
from shared.web.reach import within_reach

router = APIRouter()

OF_DRAFTS = (ChangeDrafted.type, ChangeDiscarded.type)
"""Drafts are their firm's alone."""


@router.get("/events")
async def list_events(request: Request, caller: CallerDep, paging: Paging, credit_code: str) -> Page[EventView]:
    """What was heard of a firm, the oldest first."""
    async with request.app.state.backend.work() as work:
        code = await in_reach(work, caller, credit_code, None)
        found = await lists.events(
            work.session, code or "", without=_hidden_from(caller), after=paging.after_id(), limit=paging.limit + 1
        )
    return paging.page([EventView.model_validate(each) for each in found], lambda view: [view.id])


@router.get("/timeline")
async def read_timeline(
    request: Request,
    caller: CallerDep,
    paging: Paging,
    credit_code: str | None = None,
    case: UUID | None = None,
    certification_id: UUID | None = None,
    order: Order = Order.OLDEST,
) -> Page[TimelineView]:
    """What happened to a firm, or in one case, told by all services, by business time.

    An event that is heard late stands where it belongs. A title's timeline has its reviews in it.
    """
    if credit_code is None and case is None and certification_id is None:
        raise InvalidInput(
            errors=[
                Defect(
                    pointer="query/credit_code",
                    code="firm_or_case_missing",
                    detail="name a firm (credit_code), a case (case) or a title (certification_id)",
                    detail_zh="请指定企业、事项或称号",
                )
            ]
        )
    async with request.app.state.backend.work() as work:
        code = await in_reach(work, caller, credit_code, None)
        found = await lists.timeline(
            work.session,
            within_reach(caller, HeardEvent.credit_code, Firm.authority),
            credit_code=code,
            case=case,
            certification_id=certification_id,
            without=_hidden_from(caller),
            after=place_after(paging, datetime.fromisoformat),
            newest_first=order is Order.NEWEST,
            limit=paging.limit + 1,
        )
    if not found and code is None and paging.after is None:
        raise NotFound("There is no such case")
    return paging.page([TimelineView.of(each) for each in found], lambda view: [view.at, view.id])


def _hidden_from(caller: Caller) -> Sequence[str]:
    return () if caller.role is Role.ENTERPRISE else OF_DRAFTS
