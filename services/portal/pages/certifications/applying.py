"""去复核: what an application rests on, the declaration, and the submission; by an officer for the firm (代办) too."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx
from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.acting import OFFICERS
from services.portal.api import Refused, together
from services.portal.forms import key_of, typed
from services.portal.pages.certifications.reading import assessed, failing
from services.portal.pages.changes.access import acts_for, is_officer
from services.portal.visit import LoggedIn, Visit

router = APIRouter()
ACCEPTED = httpx.codes.CREATED


@router.get("/certifications/{certification_id}/apply")
async def form(visit: LoggedIn, certification_id: UUID) -> Response:
    """What the application rests on, and the declaration; where it cannot be made, every reason."""
    return await _shown(visit, certification_id, None, {})


@router.post("/certifications/{certification_id}/apply")
async def apply(visit: LoggedIn, certification_id: UUID) -> Response:
    """Submit it: accepted, being checked, or refused at the door with every reason."""
    form = await visit.request.form()
    fields = typed(form)
    told = {
        "certification_id": str(certification_id),
        "declaration": {
            "accepted": fields.get("declaration.accepted") == "true",
            "signatory": fields.get("declaration.signatory", ""),
            "paper_reference": fields.get("declaration.paper_reference") or None,
        },
        "statement": fields.get("statement") or None,
    }
    try:
        answer = await visit.api.post("/reviews", told, key=key_of(form))
    except Refused as refused:
        return await _shown(visit, certification_id, refused, fields)
    path = f"/reviews/{answer.body['id']}"
    if is_officer(visit):
        return visit.go(f"{OFFICERS}{path}")
    return visit.go(f"{path}/done" if answer.status == ACCEPTED else path)


async def _shown(visit: Visit, certification_id: UUID, refused: Refused | None, fields: Mapping[str, str]) -> Response:
    """The form, or every reason why there is none: as the refusal names them, else as they are known."""
    acts_for(visit)
    title, eligibility, assessment = await together(
        visit.api.get(f"/certifications/{certification_id}"),
        visit.api.get(f"/certifications/{certification_id}/eligibility"),
        assessed(visit, certification_id),
    )
    reasons: list[dict[str, Any]] = list(refused.problem.get("conditions") or ()) if refused else []
    if not reasons and eligibility and not eligibility["can_apply"] and not eligibility["needs_check"]:
        reasons = failing(eligibility)
    context = {"title": title, "eligibility": eligibility, "assessment": assessment, "reasons": reasons}
    if reasons:
        status = refused.status if refused else httpx.codes.OK
        return visit.page("certifications/refused.html", status, **context)
    return visit.form_page("certifications/apply.html", refused, fields, **context)
