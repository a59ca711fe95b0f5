"""HTTP on the regulation: what holds, for everybody to read."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.profile.repository import extensions
from shared.regulation import Statement, statement
from shared.web.public import for_everybody

router = APIRouter(prefix="/regulation")

FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2200, 12, 31)


@router.get("")
async def read_regulation(
    request: Request,
    response: Response,
    on: Annotated[date | None, Query(ge=FIRST_DAY, le=LAST_DAY, description="By default today")] = None,
) -> Statement:
    """The rules in force on a date, with the documents and articles that they rest on; no login is needed."""
    async with request.app.state.backend.work() as work:
        day = on or work.today()
        noticed = await extensions.in_force(work.session, day.year - 1)
    for_everybody(response)
    return statement(request.app.state.backend.regulation, day, noticed)
