"""One act on many reports: the page that names them and asks, what became of each."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query
from fastapi.responses import Response

from services.portal import acting
from services.portal.acting import Act, Case, Sent
from services.portal.api import NotThere, Refused
from services.portal.pages.change_cases.acts import AT_ONCE, LIST
from services.portal.pages.change_cases.single import case_of
from services.portal.visit import Officer, Visit

router = APIRouter()
MOST = 200


@router.get("/bulk/{name}")
async def ask(
    visit: Officer, name: str, chosen: Annotated[list[UUID] | None, Query(alias="id", max_length=MOST)] = None
) -> Response:
    """The reports that are ticked, and what is to be done to them."""
    return await _page(visit, _act(visit, name), await _cases(visit, chosen), None, None)


@router.post("/bulk/{name}")
async def do(
    visit: Officer, name: str, chosen: Annotated[list[UUID] | None, Form(alias="id", max_length=MOST)] = None
) -> Response:
    """It is done to each."""
    act, cases, back = _act(visit, name), await _cases(visit, chosen), await acting.back_of(visit, LIST)
    return await acting.act_on_many(visit, act, "/changes", cases, back, partial(_page, visit, act, cases))


def _act(visit: Visit, name: str) -> Act:
    if visit.account is None:
        raise NotThere
    return acting.act_of(AT_ONCE[visit.account.role], name)


async def _cases(visit: Visit, chosen: list[UUID] | None) -> dict[str, Case]:
    """The reports of those that were ticked that this account may see."""
    if not chosen:
        return {}
    found = await visit.api.get("/changes", id=[str(each) for each in chosen], limit=MOST)
    return {each["id"]: case_of(visit, each) for each in found["items"]}


async def _page(visit: Visit, act: Act, cases: dict[str, Case], sent: Sent | None, refused: Refused | None) -> Response:
    back = await acting.back_of(visit, LIST)
    context = {"titles": None, "late": None, "places": (), "time": None, "holder": None}
    return acting.many_asked(visit, act, "/changes", cases, back, sent, refused, **context)
