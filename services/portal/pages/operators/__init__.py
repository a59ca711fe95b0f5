"""Failed messages for operators: by error over all services, one by one, replayed or discarded after a confirmation."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Path, Query
from fastapi.responses import Response

from services.portal.api import NotThere, Refused, together
from services.portal.forms import nested, typed
from services.portal.visit import LoggedIn, Visit
from services.portal.words import SERVICES

router = APIRouter(prefix="/operators", include_in_schema=False)

Act = Literal["replay", "discard"]
OF_A_GROUP = 50


def _service(service: Annotated[str, Path(max_length=40)]) -> str:
    if service not in SERVICES:
        raise NotThere
    return service


ServiceDep = Annotated[str, Depends(_service)]


class Choice:
    """Which messages a page is about: one, or all of a type and kind of error."""

    def __init__(
        self,
        event_id: Annotated[UUID | None, Query()] = None,
        error_kind: Annotated[str, Query(max_length=200)] = "",
        type_: Annotated[str, Query(alias="type", max_length=200)] = "",
    ) -> None:
        if (event_id is None) == (not error_kind):
            raise NotThere
        self.event_id = event_id
        self.error_kind = error_kind
        self.type = type_

    @property
    def query(self) -> str:
        """As a page's address has it."""
        chosen = {"event_id": self.event_id} if self.event_id else {"type": self.type, "error_kind": self.error_kind}
        return urlencode(chosen)

    def body(self) -> dict[str, Any]:
        """As the API takes it."""
        if self.event_id:
            return {"event_ids": [str(self.event_id)]}
        return {"type": self.type or None, "error_kind": self.error_kind}


ChoiceDep = Annotated[Choice, Depends()]


def of_group(failed: Mapping[str, Any]) -> str:
    """The query of the page of all that failed alike, for a group or one of its messages."""
    return urlencode({"type": failed["type"] or "", "error_kind": failed["error_kind"]})


@router.get("/failed")
async def failed(visit: LoggedIn, done: str = "", count: Annotated[int, Query(ge=0)] = 0) -> Response:
    """What could not be taken, by type and error, over all services."""
    told = await together(*(visit.api.get(f"/operations/{service}/failed") for service in SERVICES))
    groups = [
        {"service": service, **group, "query": of_group(group)}
        for service, found in zip(SERVICES, told, strict=True)
        for group in (found or {"items": ()})["items"]
    ]
    groups.sort(key=lambda group: -group["count"])
    silent = [service for service, found in zip(SERVICES, told, strict=True) if found is None]
    return visit.page("operators/failed.html", groups=groups, silent=silent, done=done, count=count)


@router.get("/failed/{service}")
async def group(visit: LoggedIn, service: ServiceDep, choice: ChoiceDep, following: str | None = None) -> Response:
    """The messages of one type and error."""
    asked = {"type": choice.type, "error_kind": choice.error_kind, "limit": OF_A_GROUP}
    page = await visit.api.page(f"/operations/{service}/failed/messages", following, **asked)
    return visit.page("operators/group.html", service=service, choice=choice, page=page, following=following or "")


@router.get("/failed/{service}/{event_id:uuid}")
async def message(visit: LoggedIn, service: ServiceDep, event_id: UUID) -> Response:
    """A message whole, with what it carries."""
    found = await visit.api.get(f"/operations/{service}/failed/{event_id}")
    body = found["body"] if isinstance(found["body"], str) else json.dumps(found["body"], ensure_ascii=False, indent=2)
    return visit.page("operators/message.html", service=service, message=found, body=body, group=of_group(found))


@router.get("/failed/{service}/{act}")
async def confirm(visit: LoggedIn, service: ServiceDep, act: Act, choice: ChoiceDep) -> Response:
    """What would be done, to be confirmed."""
    return await _confirmation(visit, service, act, choice, None, {})


@router.post("/failed/{service}/{act}")
async def do(
    visit: LoggedIn, service: ServiceDep, act: Act, choice: ChoiceDep, key: Annotated[str | None, Form()] = None
) -> Response:
    """It is done; back to the list."""
    fields = typed(await visit.request.form())
    try:
        answer = await visit.api.post(f"/operations/{service}/failed/{act}", choice.body() | nested(fields), key=key)
    except NotThere:
        return visit.go("/operators/failed?done=none")
    except Refused as refused:
        return await _confirmation(visit, service, act, choice, refused, fields)
    return visit.go(f"/operators/failed?done={act}&count={answer.body['count']}")


async def _confirmation(
    visit: Visit, service: str, act: Act, choice: Choice, refused: Refused | None, fields: dict[str, str]
) -> Response:
    """The page that asks; what is chosen may have been taken meanwhile, and then there is nothing to ask about."""
    if choice.event_id:
        about = await visit.api.get(f"/operations/{service}/failed/{choice.event_id}")
        count = 1
    else:
        found = await visit.api.get(f"/operations/{service}/failed")
        about = next(
            (
                each
                for each in found["items"]
                if each["error_kind"] == choice.error_kind and (each["type"] or "") == choice.type
            ),
            None,
        )
        if about is None:
            raise NotThere
        count = about["count"]
    context = {"service": service, "choice": choice, "about": about, "count": count}
    labels = {"reason": visit.say("作废原因")}
    return visit.form_page(f"operators/{act}.html", refused, fields, labels=labels, **context)
