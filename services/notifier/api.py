"""HTTP of the notifier: what is owed, what was mailed, what was heard of a firm."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import APIRouter, Query, Request
from sqlalchemy import ColumnElement, true

from services.notifier.models import Firm, HeardEvent, Message, Obligation
from services.notifier.repository import lists
from services.notifier.views import EventView, MessageDetail, MessageView, ObligationView, TimelineView
from services.notifier.vocabulary import Kind, MessageState, ObligationState, Order
from shared.contracts import ChangeDiscarded, ChangeDrafted
from shared.messaging import Work
from shared.regulation import Duty, normalise_credit_code
from shared.web.auth import Caller, CallerDep, Role
from shared.web.paging import Page, PageRequest, Paging
from shared.web.problems import Defect, InvalidInput, NotFound
from shared.web.reach import within_reach

router = APIRouter(prefix="/api/v1", tags=["notifier"])

T = TypeVar("T")
OF_DRAFTS = (ChangeDrafted.type, ChangeDiscarded.type)
"""Drafts are their firm's alone."""


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
    authority: str | None = None,
) -> Page[ObligationView]:
    """What firms owe, by due date."""
    async with request.app.state.backend.work() as work:
        code = await _in_reach(work, caller, credit_code, authority)
        found = await lists.obligations(
            work.session,
            within_reach(caller, Obligation.credit_code, Firm.authority),
            filters={"credit_code": code, "duty": duty, "state": state},
            authority=authority,
            due_from=due_from,
            due_to=due_to,
            after=_after(paging),
            limit=paging.limit + 1,
        )
    return paging.page([ObligationView.of(*each) for each in found], lambda view: [view.due, view.id])


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
        code = await _in_reach(work, caller, credit_code, authority)
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


@router.get("/events")
async def list_events(request: Request, caller: CallerDep, paging: Paging, credit_code: str) -> Page[EventView]:
    """What was heard of a firm, the oldest first."""
    async with request.app.state.backend.work() as work:
        code = await _in_reach(work, caller, credit_code, None)
        found = await lists.events(work.session, code or "", after=paging.after_id(), limit=paging.limit + 1)
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
        code = await _in_reach(work, caller, credit_code, None)
        found = await lists.timeline(
            work.session,
            within_reach(caller, HeardEvent.credit_code, Firm.authority),
            credit_code=code,
            case=case,
            certification_id=certification_id,
            without=() if caller.role is Role.ENTERPRISE else OF_DRAFTS,
            after=_after_instant(paging),
            newest_first=order is Order.NEWEST,
            limit=paging.limit + 1,
        )
    if not found and code is None and paging.after is None:
        raise NotFound("There is no such case")
    return paging.page([TimelineView.of(each) for each in found], lambda view: [view.at, view.id])


async def _in_reach(work: Work, caller: Caller, credit_code: str | None, authority: str | None) -> str | None:
    """The credit code that is asked for, normalised. Raises `NotFound` where firm or authority is out of reach."""
    if authority is not None and caller.role is Role.AUTHORITY and authority != caller.authority:
        raise NotFound("There is no such authority within your reach")
    if credit_code is None:
        return None
    code = normalise_credit_code(credit_code)
    reviewed_by = await lists.authority_of(work.session, code) if caller.role is Role.AUTHORITY else None
    if not caller.may_see(code, reviewed_by):
        raise NotFound("There is no such enterprise")
    return code


def _messages_within_reach(caller: Caller) -> ColumnElement[bool]:
    """What went to the account's firms; all of an authority's, its officers' digests among them."""
    if caller.role is Role.ENTERPRISE:
        return Message.credit_code.in_(caller.credit_codes)
    return Message.authority == caller.authority if caller.role is Role.AUTHORITY else true()


def _after(paging: PageRequest) -> tuple[date, UUID] | None:
    return _key(paging, date.fromisoformat)


def _after_instant(paging: PageRequest) -> tuple[datetime, UUID] | None:
    return _key(paging, datetime.fromisoformat)


def _key(paging: PageRequest, read: Callable[[str], T]) -> tuple[T, UUID] | None:
    if paging.after is None:
        return None
    try:
        at, id_ = paging.after
        return read(at), UUID(id_)
    except (TypeError, ValueError, AttributeError) as error:
        raise InvalidInput(
            errors=[Defect(pointer="query/cursor", code="bad_cursor", detail="Take it from a next link")]
        ) from error
