"""A notice is declared: the form, what it would do, the declaration; until that it is kept in the address alone."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.datastructures import ImmutableMultiDict

from services.portal.api import Refused, together
from services.portal.forms import key_of, typed
from services.portal.pages.notices.kinds import HERE, SEVERAL, Kind, KindDep, document
from services.portal.pages.notices.reading import effect
from services.portal.visit import Bureau, Visit

router = APIRouter(prefix=HERE)


@router.get("/{kind}/new")
async def new(visit: Bureau, kind: KindDep) -> Response:
    """The form, with what its address says already."""
    return _form(visit, kind, visit.request.query_params)


@router.get("/{kind}/check")
async def check(visit: Bureau, kind: KindDep) -> Response:
    """What the notice would do, to be confirmed; or the form with what is wrong."""
    query = visit.request.query_params
    notice = document(kind, query)
    moves = kind.name == "extensions"
    asked = [visit.api.post(f"{kind.path}/preview", notice)]
    if moves and notice.get("year"):
        asked.append(visit.api.get("/update_statistics", year=notice["year"]))
    try:
        preview, *counts = await together(*asked)
    except Refused as refused:
        return _form(visit, kind, query, refused)
    return visit.page(
        f"notices/{kind.name}/check.html",
        kind=kind,
        notice=notice,
        preview=preview.body if preview else None,
        effect=effect(notice, counts[0]) if counts else None,
        kept=[(name, value) for name, value in query.multi_items() if name in (*kind.fields, "scope")],
    )


@router.post("/{kind}/check")
async def declare(visit: Bureau, kind: KindDep) -> Response:
    """It is in force; the page of the notice says what follows."""
    form = await visit.request.form()
    try:
        answer = await visit.api.post(kind.path, document(kind, form), key=key_of(form))
    except Refused as refused:
        return _form(visit, kind, form, refused)
    return visit.go(f"{HERE}/{kind.name}/{answer.body['id']}?done=declared")


def _form(visit: Visit, kind: Kind, form: ImmutableMultiDict[str, Any], refused: Refused | None = None) -> Response:
    fields = {"scope": "all"} | typed(form)
    labels = {name: visit.say(text) for name, text in kind.fields.items()}
    chosen = {name: form.getlist(name) for name in SEVERAL}
    return visit.form_page(f"notices/{kind.name}/new.html", refused, fields, labels=labels, kind=kind, chosen=chosen)
