"""The list of a firm's titles; one of them with its conditions, its self-assessment and what happened to it."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.api import NotThere, happened, or_none, together
from services.portal.pages.certifications.span import span
from services.portal.visit import LoggedIn, Visit

router = APIRouter()
PAGE = 10
MOST = 100


@router.get("/certifications")
async def titles(visit: LoggedIn, following: str | None = None) -> Response:
    """认证到期管理: every title with its time, its duties, and 【去复核】 or why not."""
    found, reviews = await together(
        visit.api.page("/certifications/overview", following, credit_code=visit.firm, limit=PAGE),
        visit.api.get("/reviews", credit_code=visit.firm, limit=MOST),
    )
    shown = [
        each | {"span": span(each["certification"], each["review"]["as_of"]), "failing": failing(each["review"])}
        for each in (found or {"items": []})["items"]
    ]
    return visit.page("certifications/list.html", found=found, titles=shown, reviews=reviews, following=following or "")


@router.get("/certifications/{certification_id}")
async def title(visit: LoggedIn, certification_id: UUID) -> Response:
    """One title: the conditions of its review one by one, its self-assessment, its reviews, its history."""
    assert visit.firm
    return visit.page("certifications/detail.html", **await about(visit, certification_id))


async def about(visit: Visit, certification_id: UUID) -> dict[str, Any]:
    """All that is known of a title; what is not answered is None. Raises `ApiError`."""
    certification, eligibility, assessment, reviews, events = await together(
        visit.api.get(f"/certifications/{certification_id}"),
        visit.api.get(f"/certifications/{certification_id}/eligibility"),
        assessed(visit, certification_id),
        visit.api.get("/reviews", certification_id=certification_id, limit=MOST),
        happened(visit.api, certification_id=certification_id, order="newest"),
    )
    return {
        "title": certification,
        "eligibility": eligibility,
        "assessment": assessment,
        "reviews": reviews,
        "happened": events,
        "span": span(certification, eligibility["as_of"]) if certification and eligibility else None,
    }


async def assessed(visit: Visit, certification_id: UUID) -> dict[str, Any] | None:
    """The self-assessment; empty where the rules have none for the title, None where nobody answers."""
    try:
        return await or_none(visit.api.get(f"/certifications/{certification_id}/assessment"))
    except NotThere:
        return {}


def failing(eligibility: dict[str, Any]) -> list[dict[str, Any]]:
    """The conditions that do not hold."""
    return [each for each in eligibility["conditions"] if not each["holds"]]
