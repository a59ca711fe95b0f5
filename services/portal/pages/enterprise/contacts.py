"""The firm's contact and its second contact: each on a page of its own."""

from collections.abc import Mapping
from typing import Any, Literal

import httpx
from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.api import Answer, NotThere, Refused
from services.portal.forms import etag_of, flat, typed
from services.portal.visit import LoggedIn, Visit

router = APIRouter()
Which = Literal["contact", "second_contact"]
FIELDS = ("name", "mobile", "email", "language")


@router.get("/enterprise/{which}")
async def contact(visit: LoggedIn, which: Which) -> Response:
    """The form with what is known of the contact."""
    firm = await _firm(visit)
    return _shown(visit, which, firm, flat(firm.body[which] or {"language": "zh-CN"}))


@router.post("/enterprise/{which}")
async def change(visit: LoggedIn, which: Which) -> Response:
    """Replace the contact."""
    form = await visit.request.form()
    fields = typed(form)
    told = {name: text for name in FIELDS if (text := fields.get(name, ""))}
    try:
        await visit.api.put(f"/enterprises/{visit.firm}/{which}", told, etag=etag_of(form))
    except Refused as refused:
        firm = await _firm(visit)
        if refused.status != httpx.codes.PRECONDITION_FAILED:
            return _shown(visit, which, firm, fields, refused)
        if told != firm.body[which]:
            return _shown(visit, which, firm, fields, overtaken=True)
    return visit.go("/enterprise?saved=contact#contacts")


@router.get("/enterprise/second_contact/remove")
async def ask_to_remove(visit: LoggedIn) -> Response:
    """Whether the firm is really to have one contact only."""
    firm = await _firm(visit)
    if firm.body["second_contact"] is None:
        return visit.go("/enterprise#contacts")
    return visit.page("enterprise/remove_contact.html", contact=firm.body["second_contact"], etag=firm.etag)


@router.post("/enterprise/second_contact/remove")
async def remove(visit: LoggedIn) -> Response:
    """Remove the second contact; one that is gone already is as well."""
    form = await visit.request.form()
    try:
        await visit.api.delete(f"/enterprises/{visit.firm}/second_contact", etag=etag_of(form))
    except NotThere:
        pass
    except Refused as refused:
        firm = await _firm(visit)
        if firm.body["second_contact"] is not None:
            return visit.form_page(
                "enterprise/remove_contact.html", refused, {}, contact=firm.body["second_contact"], etag=firm.etag
            )
    return visit.go("/enterprise?saved=contact#contacts")


async def _firm(visit: Visit) -> Answer:
    return await visit.api.call("GET", f"/enterprises/{visit.firm}")


def _shown(
    visit: Visit,
    which: Which,
    firm: Answer,
    fields: Mapping[str, Any],
    refused: Refused | None = None,
    *,
    overtaken: bool = False,
) -> Response:
    answer = visit.form_page(
        "enterprise/contact.html",
        refused,
        fields,
        which=which,
        etag=firm.etag,
        present=firm.body[which],
        overtaken=overtaken,
    )
    if overtaken:
        answer.status_code = httpx.codes.PRECONDITION_FAILED
    return answer
