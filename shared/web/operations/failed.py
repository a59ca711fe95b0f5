"""HTTP on failed messages: seen, replayed, discarded."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.messaging import Work, operating
from shared.messaging.operating import Chosen
from shared.messaging.tables import FailedMessage, FailedState
from shared.runtime.logs import masked
from shared.web.fields import Form, Line, Prose, wrong
from shared.web.idempotency import OnceDep, Reply
from shared.web.operations.access import Operator
from shared.web.paging import Page, Paging
from shared.web.problems import NotFound

MOST_IDS = 1000


class FailedGroup(BaseModel):
    """Messages that failed alike: `error` is what one of them said, of `errors` that differ.

    `type` is null for what could not be read. Discarded ones are not counted.
    """

    model_config = ConfigDict(from_attributes=True)

    type: str | None
    error_kind: str
    error: str
    errors: int
    count: int
    waiting: int
    dead: int
    oldest: datetime
    newest: datetime


class FailedGroups(BaseModel):
    """All that failed, the most frequent first."""

    items: list[FailedGroup]


class FailedView(BaseModel):
    """A message that failed: `waiting` for its next try, `dead`, or `discarded` for `reason`."""

    model_config = ConfigDict(from_attributes=True)

    event_id: UUID
    type: str | None
    subject: str | None
    state: FailedState
    error_kind: str
    error: str
    attempts: int
    first_failed_at: datetime
    next_try_at: datetime
    acted_at: datetime | None
    acted_by_name: str | None
    reason: str | None


class FailedDetail(FailedView):
    """A failed message whole: what it carries, or the text of what could not be read; mobiles and e-mails masked."""

    body: Any

    @classmethod
    def whole(cls, message: FailedMessage) -> Self:
        return cls.model_validate({**FailedView.model_validate(message).model_dump(), "body": shown(message.body)})


class FailedChoice(Form):
    """Which failed messages: some by their ids, or all of a type (null: what could not be read) and kind of error."""

    event_ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST_IDS)] | None = None
    type: Line | None = None
    error_kind: Line | None = None

    @model_validator(mode="after")
    def _one_way_of_choosing(self) -> Self:
        if (self.event_ids is None) == (self.error_kind is None):
            wrong("one_choice", "give event_ids, or type and error_kind", "请指定消息编号，或者指定类型和错误")
        return self

    def chosen(self) -> Chosen:
        return Chosen(tuple(self.event_ids or ()), self.type, self.error_kind)


class FailedDiscard(FailedChoice):
    """Which failed messages to let be, and why."""

    reason: Prose


class FailedChanged(BaseModel):
    """How many messages were changed; `missing` are those named that are not there, or discarded already."""

    count: int
    missing: list[UUID]


def shown(body: bytes) -> Any:
    """What a message carries, without personal data; its text where it is no JSON."""
    try:
        return _shown(json.loads(body, parse_constant=str))
    except (ValueError, RecursionError):
        return masked(body.decode(errors="replace"))


def _shown(value: Any) -> Any:
    if isinstance(value, dict):
        return {_shown(name): _shown(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_shown(each) for each in value]
    # Half of a surrogate pair arrives by JSON's escapes, and no answer can carry it.
    return masked(value).encode(errors="replace").decode() if isinstance(value, str) else value


def failed_messages(service: str) -> APIRouter:
    """What a service could not take, as operators see it and act on it."""
    router = APIRouter(prefix="/failed")

    @router.get("")
    async def list_failed_groups(request: Request, _: Operator) -> FailedGroups:
        """What the service could not take, by type and kind of error."""
        async with request.app.state.backend.work() as work:
            found = await operating.groups(work.session, service)
        return FailedGroups(items=[FailedGroup.model_validate(each) for each in found])

    @router.get("/messages")
    async def list_failed(
        request: Request,
        _: Operator,
        paging: Paging,
        type_: Annotated[
            str | None,
            Query(alias="type", max_length=200, description="Beside error_kind; without it: the unreadable"),
        ] = None,
        error_kind: Annotated[str | None, Query(max_length=200)] = None,
        state: FailedState | None = None,
    ) -> Page[FailedView]:
        """The messages themselves, the newest first; discarded ones only for `state=discarded`."""
        chosen = Chosen(type=type_ or None, error_kind=error_kind) if error_kind else None
        async with request.app.state.backend.work() as work:
            found = await operating.messages(
                work.session, service, chosen=chosen, state=state, before=paging.after_id(), limit=paging.limit + 1
            )
        return paging.page([FailedView.model_validate(each) for each in found], lambda view: [view.event_id])

    @router.get("/{event_id}")
    async def read_failed(request: Request, event_id: UUID, _: Operator) -> FailedDetail:
        """A failed message with what it carries."""
        async with request.app.state.backend.work() as work:
            found = await operating.message(work.session, service, event_id)
        if found is None:
            raise NotFound("There is no such failed message; it may have been taken meanwhile")
        return FailedDetail.whole(found)

    @router.post("/replay", response_model=FailedChanged)
    async def replay_failed(form: FailedChoice, caller: Operator, once: OnceDep) -> Response:
        """Try messages again at once, with all their tries before them."""

        async def act(work: Work) -> Reply:
            changed = await operating.replay(work.session, service, form.chosen(), caller.name)
            return _reply(form, changed)

        return await once(act)

    @router.post("/discard", response_model=FailedChanged)
    async def discard_failed(form: FailedDiscard, caller: Operator, once: OnceDep) -> Response:
        """Let messages be, for a reason: they are kept and not tried again."""

        async def act(work: Work) -> Reply:
            changed = await operating.discard(work.session, service, form.chosen(), caller.name, form.reason)
            return _reply(form, changed)

        return await once(act)

    return router


def _reply(form: FailedChoice, changed: Sequence[UUID]) -> Reply:
    missing = sorted(set(form.event_ids or ()) - set(changed))
    if not changed:
        raise NotFound("There are no such failed messages; they may have been taken meanwhile")
    return Reply(body=FailedChanged(count=len(changed), missing=missing))
