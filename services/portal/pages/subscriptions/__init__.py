"""邮件订阅: what officers are told by mail, where, and when: listed, added, changed, ended."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import httpx
from fastapi import APIRouter
from fastapi.responses import Response
from starlette.datastructures import FormData

from services.portal.api import Answer, Refused, filtered, or_none
from services.portal.forms import etag_of, flat, key_of, typed
from services.portal.visit import NO_LABELS, Officer, Visit

HERE = "/officers/subscriptions"
router = APIRouter(prefix=HERE, include_in_schema=False)
PAGE = 50
FILTERS = ("in_force", "authority")
SINGLE = ("email", "name", "language", "delivery")
SEVERAL = ("duties", "kinds")
"""Of which any number is chosen; none means all."""


@router.get("")
async def subscriptions(visit: Officer, following: str | None = None, done: str = "") -> Response:
    """Who is told what; those in force unless others are asked for."""
    query = visit.request.query_params
    wanted = {"in_force": "true"} | {name: query[name] for name in FILTERS if name in query}
    page, refused = await filtered(visit.api.page("/subscriptions", following, limit=PAGE, **wanted))
    return visit.form_page(
        "subscriptions/list.html", refused, wanted, page=page, wanted=wanted, following=following or "", done=done
    )


@router.get("/new")
async def new(visit: Officer) -> Response:
    """The form of a new one."""
    return await _form(visit, {"language": visit.language, "delivery": "at_once"}, {})


@router.post("/new")
async def subscribe(visit: Officer) -> Response:
    """Be told by mail from now on."""
    form = await visit.request.form()
    fields = typed(form)
    body = _wanted(form)
    if fields.get("authority"):
        body["authority"] = fields["authority"]
    try:
        await visit.api.post("/subscriptions", body, key=key_of(form))
    except Refused as refused:
        return await _form(visit, fields, _chosen(form), refused=refused)
    return visit.go(f"{HERE}?done=added")


@router.get("/{subscription_id:uuid}")
async def edit(visit: Officer, subscription_id: UUID) -> Response:
    """The form with what is subscribed to."""
    held = await _held(visit, subscription_id)
    if not _may_change(visit, held.body):
        return visit.go(HERE)
    return await _form(visit, flat(held.body), _several(held.body), held=held)


@router.post("/{subscription_id:uuid}")
async def change(visit: Officer, subscription_id: UUID) -> Response:
    """Replace what is wanted; on 412 what another has saved meanwhile is shown beside what was typed."""
    form = await visit.request.form()
    wanted = _wanted(form)
    try:
        await visit.api.put(f"/subscriptions/{subscription_id}", wanted, etag=etag_of(form))
    except Refused as refused:
        held = await _held(visit, subscription_id)
        overtaken = refused.status == httpx.codes.PRECONDITION_FAILED
        if overtaken and all(held.body[name] == value for name, value in wanted.items()):
            return visit.go(f"{HERE}?done=changed")
        return await _form(visit, typed(form), _chosen(form), held=held, refused=refused, overtaken=overtaken)
    return visit.go(f"{HERE}?done=changed")


@router.get("/{subscription_id:uuid}/end")
async def ask_to_end(visit: Officer, subscription_id: UUID) -> Response:
    """Whether nothing more is to be sent."""
    return await _ending(visit, subscription_id)


@router.post("/{subscription_id:uuid}/end")
async def end(visit: Officer, subscription_id: UUID) -> Response:
    """Nothing more is sent; one that has ended already is as well."""
    form = await visit.request.form()
    try:
        await visit.api.delete(f"/subscriptions/{subscription_id}", etag=etag_of(form))
    except Refused as refused:
        return await _ending(visit, subscription_id, refused)
    return visit.go(f"{HERE}?done=ended")


async def _held(visit: Visit, subscription_id: UUID) -> Answer:
    return await visit.api.call("GET", f"/subscriptions/{subscription_id}")


def _may_change(visit: Visit, held: Mapping[str, Any]) -> bool:
    """Whose it is not, or what has ended, is not offered; the notifier refuses it anyway."""
    account = visit.account
    own = account is not None and (account.role == "bureau" or held["subscriber"] == account.subject)
    return own and held["ended_at"] is None


def _wanted(form: FormData) -> dict[str, Any]:
    fields = typed(form)
    single = {name: fields[name] for name in SINGLE if fields.get(name)}
    return single | {name: values or None for name, values in _chosen(form).items()}


def _chosen(form: FormData) -> dict[str, list[str]]:
    return {name: [str(each) for each in form.getlist(name)] for name in SEVERAL}


def _several(held: Mapping[str, Any]) -> dict[str, list[str]]:
    return {name: held[name] or [] for name in SEVERAL}


async def _form(
    visit: Visit,
    fields: Mapping[str, Any],
    chosen: Mapping[str, Sequence[str]],
    *,
    held: Answer | None = None,
    refused: Refused | None = None,
    overtaken: bool = False,
) -> Response:
    """The form; of what mails there are for officers the notifier knows."""
    told = await or_none(visit.api.get("/mail_previews"))
    kinds = [each["kind"] for each in told["items"] if each["audience"] == "officers"] if told else None
    labels = {
        "email": visit.say("收件邮箱"), "name": visit.say("称呼"), "language": visit.say("邮件语言"),
        "duties": visit.say("事项"), "kinds": visit.say("邮件"), "delivery": visit.say("发送方式"),
    }  # fmt: skip
    return visit.form_page(
        "subscriptions/form.html",
        refused,
        fields,
        labels=labels,
        chosen={name: chosen.get(name, ()) for name in SEVERAL},
        kinds=kinds,
        held=held.body if held else None,
        etag=held.etag if held else None,
        overtaken=overtaken,
    )


async def _ending(visit: Visit, subscription_id: UUID, refused: Refused | None = None) -> Response:
    held = await _held(visit, subscription_id)
    if not _may_change(visit, held.body):
        return visit.go(HERE)
    return visit.form_page("subscriptions/end.html", refused, NO_LABELS, held=held.body, etag=held.etag)
