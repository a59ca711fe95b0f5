"""经办人: natural persons who ask to act for a firm, or do; its own account decides, either side ends it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx
from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.account import Account
from services.portal.api import NotThere, Refused
from services.portal.delegated import take_over
from services.portal.forms import key_of, typed
from services.portal.visit import LoggedIn, NoFirm, Visit

router = APIRouter()
PAGE = 50
HERE = "/enterprise/persons"
ANSWERS = {"true": True, "false": False}


@router.get(HERE)
async def persons(visit: LoggedIn, following: str | None = None, done: str = "") -> Response:
    """Who acts for the firm, and who asks to; to a natural person, the firms that they asked."""
    account = _account(visit)
    if account.is_person:
        await take_over(visit.request)
        mine = await visit.api.page("/delegations", following, limit=PAGE)
        return visit.page("enterprise/mine.html", mine=mine, following=following, done=done)
    found = await visit.api.page("/delegations", following, credit_code=visit.firm, limit=PAGE)
    items = found["items"]
    return visit.page(
        "enterprise/persons.html",
        code=visit.firm,
        found=found,
        requested=[each for each in items if each["status"] == "requested"],
        acting=[each for each in items if each["in_force"]],
        past=[each for each in items if each["status"] != "requested" and not each["in_force"]],
        following=following,
        done=done,
    )


@router.get(f"{HERE}/request")
async def ask(visit: LoggedIn) -> Response:
    """The form by which a natural person asks to act for a firm."""
    _account(visit)
    return visit.form_page("enterprise/request.html", None, {})


@router.post(f"{HERE}/request")
async def request(visit: LoggedIn) -> Response:
    """Ask the firm."""
    _account(visit)
    form = await visit.request.form()
    fields = typed(form)
    code = fields.get("credit_code", "")
    path = f"/enterprises/{quote(code or '-', safe='')}/delegations"
    try:
        await visit.api.post(path, {"statement": fields.get("statement", "")}, key=key_of(form))
    except NotThere:
        text = visit.say("平台上没有这家企业，请核对统一社会信用代码。")
        wrong = [{"field": "credit_code", "text": text}]
        return visit.page("enterprise/request.html", httpx.codes.UNPROCESSABLE_ENTITY, typed=fields, errors=wrong)
    except Refused as refused:
        return visit.form_page("enterprise/request.html", refused, fields)
    return visit.go(f"{HERE}?done=asked")


@router.get(f"{HERE}/{{delegation_id}}/decide")
async def ask_to_decide(visit: LoggedIn, delegation_id: UUID) -> Response:
    """Whether the person may act for the firm, and until when."""
    return await _form(visit, delegation_id, "decide")


@router.post(f"{HERE}/{{delegation_id}}/decide")
async def decide(visit: LoggedIn, delegation_id: UUID) -> Response:
    """Let them, or refuse it."""
    form = await visit.request.form()
    fields = typed(form)
    body: dict[str, Any] = {"until": fields.get("until") or None, "reason": fields.get("reason") or None}
    if fields.get("accepted") in ANSWERS:
        body["accepted"] = ANSWERS[fields["accepted"]]
    return await _post(visit, delegation_id, "decide", "approval", body, fields, key_of(form))


@router.get(f"{HERE}/{{delegation_id}}/end")
async def ask_to_end(visit: LoggedIn, delegation_id: UUID) -> Response:
    """Whether the person is really to act for the firm no longer; or to take their request back."""
    return await _form(visit, delegation_id, "end")


@router.post(f"{HERE}/{{delegation_id}}/end")
async def end(visit: LoggedIn, delegation_id: UUID) -> Response:
    """End it."""
    form = await visit.request.form()
    fields = typed(form)
    body = {"reason": fields.get("reason", "")}
    answer = await _post(visit, delegation_id, "end", "end", body, fields, key_of(form))
    await take_over(visit.request)
    return answer


async def _form(visit: Visit, delegation_id: UUID, act: str) -> Response:
    _account(visit)
    found = await visit.api.get(f"/delegations/{delegation_id}")
    if act not in found["allowed"]:
        return visit.go(HERE)
    return visit.form_page(f"enterprise/{act}.html", None, {}, it=found)


async def _post(
    visit: Visit, delegation_id: UUID, act: str, last: str, body: Any, fields: Mapping[str, str], key: str | None
) -> Response:
    _account(visit)
    path = f"/delegations/{delegation_id}"
    try:
        await visit.api.post(f"{path}/{last}", body, key=key)
    except Refused as refused:
        found = await visit.api.get(path)
        if act not in found["allowed"]:
            return visit.go(HERE)
        return visit.form_page(f"enterprise/{act}.html", refused, fields, it=found)
    return visit.go(f"{HERE}?done={act}")


def _account(visit: Visit) -> Account:
    """The account, if it is an enterprise's or a natural person's. Raises `NoFirm`."""
    account = visit.account
    if account is None or account.role != "enterprise" or account.status != "approved":
        raise NoFirm
    return account
