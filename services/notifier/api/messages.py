"""What was mailed, and what was not."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response, status
from sqlalchemy import ColumnElement, true

from services.notifier.api.access import in_reach
from services.notifier.commands.resending import resend
from services.notifier.forms import Resending
from services.notifier.mail.rendering import Renderer
from services.notifier.models import Message
from services.notifier.repository import lists, reports
from services.notifier.settings import NotifierSettings
from services.notifier.views.messages import MessageDetail, MessageView
from services.notifier.vocabulary import REMINDERS, Audience, Kind, MessageState, Reason
from shared.messaging import Work
from shared.regulation import Duty, end_of_day, start_of_day
from shared.web.auth import Caller, CallerDep, Role, require
from shared.web.idempotency import OnceDep, Reply
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
    reason: Annotated[Reason | None, Query(description="Why it was not sent, or not yet")] = None,
    recipient: Annotated[str | None, Query(max_length=254)] = None,
    authority: str | None = None,
    audience: Audience | None = None,
    duty: Annotated[Duty | None, Query(description="Reminders of this duty")] = None,
    obligation_id: UUID | None = None,
    mail_id: Annotated[UUID | None, Query(description="What one mail carries")] = None,
    at_from: Annotated[date | None, Query(description="Written on this day or later")] = None,
    at_to: Annotated[date | None, Query(description="Written on this day or earlier")] = None,
) -> Page[MessageView]:
    """What was told, the newest first. With a credit code, what went to that firm; what went to officers has none."""
    async with request.app.state.backend.work() as work:
        code = await in_reach(work, caller, credit_code, authority)
        found = await lists.messages(
            work.session,
            messages_within_reach(caller),
            filters={
                "credit_code": code,
                "kind": kind,
                "state": state,
                "reason": reason,
                "recipient": recipient,
                "authority": authority,
                "audience": audience,
                "obligation_id": obligation_id,
                "mail_id": mail_id,
            },
            kinds=None if duty is None else (REMINDERS[duty],),
            at_from=None if at_from is None else start_of_day(at_from),
            at_until=None if at_to is None else end_of_day(at_to),
            before=paging.after_id(),
            limit=paging.limit + 1,
        )
    views = [MessageView.of(*each, mask=caller.role is Role.OPERATOR) for each in found]
    return paging.page(views, lambda view: [view.id])


@router.get("/messages/{message_id}")
async def read_message(request: Request, caller: CallerDep, message_id: UUID) -> MessageDetail:
    """A message with what its mail says, and what became of it."""
    reach = messages_within_reach(caller)
    async with request.app.state.backend.work() as work:
        found = await lists.message(work.session, reach, message_id)
        if found is None:
            raise NotFound("There is no such message")
        message, mail = found
        told = await reports.of_mails(work.session, [mail.id] if mail else [])
        others = await lists.companions(work.session, reach, message)
    return MessageDetail.with_mail(
        message, mail, told.get(mail.id, ()) if mail else (), others, mask=caller.role is Role.OPERATOR
    )


@router.post("/messages/{message_id}/resend", status_code=status.HTTP_201_CREATED, response_model=MessageView)
async def resend_message(
    request: Request,
    message_id: UUID,
    form: Resending,
    once: OnceDep,
    caller: Annotated[Caller, Depends(require(Role.AUTHORITY, Role.BUREAU, Role.OPERATOR))],
) -> Response:
    """Tell the same thing once more, whatever became of it: a new message, worded as things are now, in a new mail."""
    settings: NotifierSettings = request.app.state.settings
    renderer = Renderer(request.app.state.backend.regulation, settings.portal_url)

    async def act(work: Work) -> Reply:
        found = await lists.message(work.session, messages_within_reach(caller), message_id)
        if found is None:
            raise NotFound("There is no such message")
        again = await resend(work, settings, renderer, found[0], form.reason)
        return Reply(
            body=MessageView.of(again, None, mask=caller.role is Role.OPERATOR),
            status=status.HTTP_201_CREATED,
            headers={"Location": f"/api/v1/messages/{again.id}"},
        )

    return await once(act)


def messages_within_reach(caller: Caller) -> ColumnElement[bool]:
    """What went to the account's firms; all of an authority's, its officers' digests among them."""
    if caller.role is Role.ENTERPRISE:
        return Message.credit_code.in_(caller.credit_codes)
    return Message.authority == caller.authority if caller.role is Role.AUTHORITY else true()
