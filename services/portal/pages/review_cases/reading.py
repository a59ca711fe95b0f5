"""An application as officers see it: where it stands, what can be done now, all that is known of it; its sheet."""

import asyncio
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal import acting
from services.portal.api import happened, together
from services.portal.pages.review_cases.acts import ACTS, LIST, path_of
from services.portal.pages.reviews.reading import figures, shortcomings
from services.portal.visit import Officer

router = APIRouter()


@router.get("/{review_id}")
async def case(visit: Officer, review_id: UUID, done: str = "") -> Response:
    """The case; `done` is the act that it was just brought here by."""
    review, events = await asyncio.gather(visit.api.get(path_of(review_id)), happened(visit.api, case=review_id))
    firm, title = await together(
        visit.api.get(f"/enterprises/{review['credit_code']}"),
        visit.api.get(f"/certifications/{review['certification_id']}"),
    )
    return visit.page(
        "review_cases/case.html",
        review=review,
        wanted=shortcomings(review, visit.language),
        figures=figures(review, visit.language),
        acts=acting.possible(ACTS, review["allowed"]),
        done=acting.told(ACTS, done),
        back=await acting.back_of(visit, LIST),
        happened=events,
        firm=firm,
        title=title,
    )


@router.get("/{review_id}/print")
async def sheet(visit: Officer, review_id: UUID) -> Response:
    """复核申请表 on one sheet."""
    review = await visit.api.get(path_of(review_id))
    return visit.page("reviews/print.html", review=review, path=f"{LIST}/{review_id}")
