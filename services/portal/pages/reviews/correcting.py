"""补正 and resubmission; taking an application back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx
from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.api import Refused
from services.portal.forms import key_of, typed
from services.portal.pages.reviews.reading import read, shortcomings
from services.portal.visit import LoggedIn, Visit

router = APIRouter()


@router.get("/reviews/{review_id}/edit")
async def form(visit: LoggedIn, review_id: UUID) -> Response:
    """What is to be corrected, with the application as it was filed."""
    review = await read(visit, review_id)
    if "resubmitted" not in review["allowed"]:
        return visit.go(f"/reviews/{review_id}")
    return _edited(visit, review, None, {"statement": review["statement"] or ""})


@router.post("/reviews/{review_id}/edit")
async def resubmit(visit: LoggedIn, review_id: UUID) -> Response:
    """Bring it back to the office that returned it; a second click is answered as the first was."""
    form = await visit.request.form()
    fields = typed(form)
    told = {
        "declaration": {
            "accepted": fields.get("declaration.accepted") == "true",
            "signatory": fields.get("declaration.signatory", ""),
        },
        "statement": fields.get("statement") or None,
    }
    try:
        await visit.api.post(f"/reviews/{review_id}/resubmission", told, key=key_of(form))
    except Refused as refused:
        review = await read(visit, review_id)
        if "resubmitted" not in review["allowed"] and refused.status != httpx.codes.CONFLICT:
            return visit.go(f"/reviews/{review_id}")
        return _edited(visit, review, refused, fields)
    return visit.go(f"/reviews/{review_id}/done")


@router.get("/reviews/{review_id}/withdraw")
async def ask_to_withdraw(visit: LoggedIn, review_id: UUID) -> Response:
    """Whether it is really to be taken back, and why."""
    review = await read(visit, review_id)
    if "withdrawn" not in review["allowed"]:
        return visit.go(f"/reviews/{review_id}")
    return visit.page("reviews/withdraw.html", review=review)


@router.post("/reviews/{review_id}/withdraw")
async def withdraw(visit: LoggedIn, review_id: UUID) -> Response:
    """Take it back; one that has ended meanwhile is shown as it is."""
    form = await visit.request.form()
    fields = typed(form)
    try:
        told = {"reason": fields.get("reason", "")}
        await visit.api.post(f"/reviews/{review_id}/withdrawal", told, key=key_of(form))
    except Refused as refused:
        if refused.status != httpx.codes.CONFLICT:
            return visit.form_page("reviews/withdraw.html", refused, fields, review=await read(visit, review_id))
    return visit.go(f"/reviews/{review_id}")


def _edited(visit: Visit, review: dict[str, Any], refused: Refused | None, fields: Mapping[str, str]) -> Response:
    return visit.form_page(
        "reviews/edit.html", refused, fields, review=review, wanted=shortcomings(review, visit.language)
    )
