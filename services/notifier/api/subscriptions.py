"""What officers subscribe to (订阅).

What an authority's common mailbox gets cannot be switched off here, and what a firm is warned of nowhere.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response, status
from sqlalchemy import ColumnElement, true

from services.notifier.api.access import in_reach
from services.notifier.commands import subscriptions as commands
from services.notifier.forms import SubscriptionChange, SubscriptionForm
from services.notifier.models import Subscription
from services.notifier.repository import subscriptions
from services.notifier.views.subscriptions import SubscriptionView
from shared.messaging import Work
from shared.web.auth import Caller, Role, require
from shared.web.conditional import ExpectedVersion, tag
from shared.web.idempotency import OnceDep, Reply
from shared.web.paging import Page, Paging
from shared.web.problems import NotFound

router = APIRouter(prefix="/subscriptions")

Officer = Annotated[Caller, Depends(require(Role.AUTHORITY, Role.BUREAU))]


def _reach(caller: Caller) -> ColumnElement[bool]:
    """Those of the officer's office; all for the bureau."""
    return Subscription.authority == caller.authority if caller.role is Role.AUTHORITY else true()


async def _held(work: Work, subscription_id: UUID, caller: Caller, *, lock: bool = False) -> Subscription:
    found = await subscriptions.subscription(work.session, _reach(caller), subscription_id, lock=lock)
    if found is None:
        raise NotFound("There is no such subscription")
    return found


@router.post("", status_code=201, response_model=SubscriptionView)
async def subscribe(form: SubscriptionForm, caller: Officer, once: OnceDep) -> Response:
    """Be told by mail: of the officer's own authority; the bureau's officers of any, or of the whole city."""

    async def act(work: Work) -> Reply:
        subscription = await commands.subscribe(work, form, caller)
        return Reply(
            body=SubscriptionView.model_validate(subscription),
            status=status.HTTP_201_CREATED,
            headers={"Location": f"/api/v1/subscriptions/{subscription.id}", "ETag": f'"{subscription.version}"'},
        )

    return await once(act)


@router.get("")
async def list_subscriptions(
    request: Request, caller: Officer, paging: Paging, authority: str | None = None, in_force: bool | None = None
) -> Page[SubscriptionView]:
    """Who is told what, the newest first; `in_force=true` leaves out those that have ended."""
    async with request.app.state.backend.work() as work:
        await in_reach(work, caller, None, authority)
        found = await subscriptions.subscriptions(
            work.session,
            _reach(caller),
            authority=authority,
            in_force=in_force,
            before=paging.after_id(),
            limit=paging.limit + 1,
        )
    return paging.page([SubscriptionView.model_validate(each) for each in found], lambda view: [view.id])


@router.get("/{subscription_id}")
async def read_subscription(
    request: Request, response: Response, subscription_id: UUID, caller: Officer
) -> SubscriptionView:
    async with request.app.state.backend.work() as work:
        found = await _held(work, subscription_id, caller)
    tag(response, found.version)
    return SubscriptionView.model_validate(found)


@router.put("/{subscription_id}")
async def change_subscription(
    request: Request,
    response: Response,
    subscription_id: UUID,
    form: SubscriptionChange,
    expected: ExpectedVersion,
    caller: Officer,
) -> SubscriptionView:
    """Replace what is wanted, by who subscribed, or the bureau; what waits already goes out as it says now."""
    async with request.app.state.backend.work() as work:
        found = await _held(work, subscription_id, caller, lock=True)
        await commands.change(work, found, form, expected, caller)
    tag(response, found.version)
    return SubscriptionView.model_validate(found)


@router.delete("/{subscription_id}", status_code=204)
async def end_subscription(request: Request, subscription_id: UUID, expected: ExpectedVersion, caller: Officer) -> None:
    """End a subscription: nothing more is sent, nor what waits. It stays on record."""
    async with request.app.state.backend.work() as work:
        found = await _held(work, subscription_id, caller, lock=True)
        await commands.end(work, found, expected, caller)
