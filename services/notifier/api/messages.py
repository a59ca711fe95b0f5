"""What was mailed, and what was not."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from sqlalchemy import ColumnElement, true

from services.notifier.api.access import in_reach
from services.notifier.models import Message
from services.notifier.repository import lists
from services.notifier.views.messages import MessageDetail, MessageView
from services.notifier.vocabulary import Kind, MessageState
from shared.web.auth import Caller, CallerDep, Role
from shared.web.paging import Page, Paging
from shared.web.problems import NotFound

router = APIRouter()


@router.get("/messages")
async def list_messages(
    request: Request,
    caller: CallerDep,
    paging: Paging,
    credit_code: str | None = None,
    kind: Kind | None = None,
    state: MessageState | None = None,
    recipient: Annotated[str | None, Query(max_length=254)] = None,
    authority: str | None = None,
) -> Page[MessageView]:
    """Mail, the newest first. With a credit code, what went to that firm; what went to officers has none."""
    async with request.app.state.backend.work() as work:
        code = await in_reach(work, caller, credit_code, authority)
        found = await lists.messages(
            work.session,
            _messages_within_reach(caller),
            filters={
                "credit_code": code,
                "kind": kind,
                "state": state,
                "recipient": recipient,
                "authority": authority,
            },
            before=paging.after_id(),
            limit=paging.limit + 1,
        )
    views = [MessageView.of(*each, mask=caller.role is Role.OPERATOR) for each in found]
    return paging.page(views, lambda view: [view.id])


@router.get("/messages/{message_id}")
async def read_message(request: Request, caller: CallerDep, message_id: UUID) -> MessageDetail:
    """A mail with what it says."""
    async with request.app.state.backend.work() as work:
        message = await lists.message(work.session, _messages_within_reach(caller), message_id)
    if message is None:
        raise NotFound("There is no such message")
    return MessageDetail.of(*message, mask=caller.role is Role.OPERATOR)


def _messages_within_reach(caller: Caller) -> ColumnElement[bool]:
    """What went to the account's firms; all of an authority's, its officers' digests among them."""
    if caller.role is Role.ENTERPRISE:
        return Message.credit_code.in_(caller.credit_codes)
    return Message.authority == caller.authority if caller.role is Role.AUTHORITY else true()
