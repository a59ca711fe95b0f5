"""Whom officers must reach by other means (催办)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import ColumnElement, true

from services.notifier.api.access import in_reach
from services.notifier.commands import follow_ups
from services.notifier.forms import Resolution
from services.notifier.models import FollowUp
from services.notifier.repository import copies
from services.notifier.repository import follow_ups as kept
from services.notifier.views.follow_ups import FollowUpView
from services.notifier.vocabulary import FollowUpKind, FollowUpState, Level
from shared.messaging import Work
from shared.web.auth import Caller, Role, require
from shared.web.idempotency import OnceDep, Reply
from shared.web.paging import Page, Paging

router = APIRouter(prefix="/follow_ups")

Staff = Annotated[Caller, Depends(require(Role.AUTHORITY, Role.BUREAU, Role.OPERATOR))]
Officer = Annotated[Caller, Depends(require(Role.AUTHORITY, Role.BUREAU))]


@router.get("")
async def list_follow_ups(
    request: Request,
    caller: Staff,
    paging: Paging,
    state: FollowUpState | None = None,
    kind: FollowUpKind | None = None,
    level: Level | None = None,
    authority: str | None = None,
    credit_code: str | None = None,
) -> Page[FollowUpView]:
    """Firms to be called, the newest first: an authority's own, whoever's list they are on; all for the bureau."""
    async with request.app.state.backend.work() as work:
        code = await in_reach(work, caller, credit_code, authority)
        found = await kept.listed(
            work.session,
            _within_reach(caller),
            filters={"state": state, "kind": kind, "level": level, "authority": authority, "credit_code": code},
            before=paging.after_id(),
            limit=paging.limit + 1,
        )
        sent = await kept.sent(work.session, [follow_up for follow_up, _ in found])
        mask = caller.role is Role.OPERATOR
        views = [FollowUpView.of(each, firm, sent[each.id], work.today(), mask=mask) for each, firm in found]
    return paging.page(views, lambda view: [view.id])


@router.post("/{follow_up_id}/resolution", response_model=FollowUpView)
async def resolve_follow_up(follow_up_id: UUID, form: Resolution, caller: Officer, once: OnceDep) -> Response:
    """Close one that was dealt with. An address of which nothing arrived is used again."""

    async def act(work: Work) -> Reply:
        closed = await follow_ups.resolve(work, follow_up_id, form.note, caller)
        firms = await copies.firms_of(work.session, [closed.credit_code] if closed.credit_code else [])
        sent = await kept.sent(work.session, [closed])
        firm = firms.get(closed.credit_code or "")
        return Reply(body=FollowUpView.of(closed, firm, sent[closed.id], work.today(), mask=False))

    return await once(act)


def _within_reach(caller: Caller) -> ColumnElement[bool]:
    return FollowUp.authority == caller.authority if caller.role is Role.AUTHORITY else true()
