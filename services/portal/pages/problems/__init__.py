"""What each problem means that the platform answers with, and what to do about it: where its `type` leads."""

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response

from services.portal.api import NotThere
from services.portal.pages.problems.explained import PROBLEMS
from services.portal.visit import Visiting

router = APIRouter(include_in_schema=False)


@router.get("/help/errors")
async def errors(visit: Visiting) -> Response:
    """All of them."""
    return visit.page("problems/list.html", problems=PROBLEMS)


@router.get("/problems/{slug}")
async def problem(visit: Visiting, slug: Annotated[str, Path(max_length=100)]) -> Response:
    """One of them."""
    if slug not in PROBLEMS:
        raise NotThere
    return visit.page("problems/page.html", slug=slug, problem=PROBLEMS[slug])
