"""The platform's HTTP API for those who write programs: one document of all services, and a page for each operation."""

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response

from services.portal.api import NotThere
from services.portal.pages.api_reference.reading import DOCUMENT, operations, parts
from services.portal.visit import Visiting

router = APIRouter(prefix="/api", include_in_schema=False)


@router.get("/openapi.json")
async def document() -> Response:
    """The document itself, for programs."""
    return Response(DOCUMENT.read_bytes(), media_type="application/json")


@router.get("/docs")
async def reference(visit: Visiting, q: str = "") -> Response:
    """All operations by service, or those that say what is looked for."""
    wanted = q.strip()
    found = [each for each in operations().values() if each.says(wanted)]
    return visit.page("api_reference/list.html", parts=parts(), found=found, typed={"q": wanted})


@router.get("/docs/{name}")
async def operation(visit: Visiting, name: Annotated[str, Path(max_length=100)]) -> Response:
    """One operation: what it takes, what it answers, an example."""
    if name not in operations():
        raise NotThere
    url = visit.request.app.state.settings.public_url
    return visit.page("api_reference/operation.html", operation=operations()[name], url=url)
