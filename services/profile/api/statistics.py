"""HTTP on who has not updated yet: counts, the list behind each of them, the same as a file."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime

from services.profile.api.access import Officer
from services.profile.repository import counts, statistics
from services.profile.repository.statistics import Asked
from services.profile.sheets import CSV, XLSX, Cell, csv_of, xlsx_of
from services.profile.views.statistics import UpdateStandingView, UpdateStatistics
from services.profile.vocabulary import UpdateStanding
from shared.messaging import Backend
from shared.regulation import SHANGHAI, Title, end_of_day, shanghai_date
from shared.web.caller import Role
from shared.web.paging import Page, PageRequest, Paging
from shared.web.problems import Defect, InvalidInput

router = APIRouter(prefix="/update_statistics")

HEADER = (
    "审核部门", "称号", "企业名称", "统一社会信用代码", "更新年度", "规定截止日", "实际截止日", "剩余天数", "更新情况",
    "提交时间", "联系人", "联系电话", "最近一次更新年度", "最近一次提交时间",
)  # fmt: skip
"""The columns of an export."""

STANDINGS = {
    UpdateStanding.UPDATED: "已按期更新",
    UpdateStanding.LATE: "逾期更新",
    UpdateStanding.NOT_UPDATED: "未更新",
}

LAST_MOMENT = timedelta(microseconds=1)


class Format(StrEnum):
    """What a file can be."""

    CSV = "csv"
    XLSX = "xlsx"


MEDIA_TYPES = {Format.CSV: CSV, Format.XLSX: XLSX}


def _asked(
    request: Request,
    caller: Officer,
    year: Annotated[int | None, Query(ge=2010, le=2100, description="The duty year; by default this year")] = None,
    as_of: Annotated[
        AwareDatetime | date | None, Query(description="An instant, or a day, which means its end; by default now")
    ] = None,
    authority: str | None = None,
    title: Title | None = None,
) -> Asked:
    clock = request.app.state.backend.clock
    if isinstance(as_of, date) and not isinstance(as_of, datetime):
        as_of = end_of_day(as_of) - LAST_MOMENT
    within = caller.authority if caller.role is Role.AUTHORITY else None
    return Asked(year or clock.today().year, as_of or clock.now(), within, authority, title)


AskedDep = Annotated[Asked, Depends(_asked)]


@router.get("")
async def count_updates(request: Request, asked: AskedDep) -> UpdateStatistics:
    """How many firms owe the year's update, have made it in time, late, or not, by authority and title."""
    count = counts.kept_counts if "as_of" not in request.query_params else statistics.counts
    async with request.app.state.backend.work() as work:
        found = await count(work.session, asked)
    return UpdateStatistics.of(asked.year, asked.as_of, found, request.app.state.backend.regulation)


@router.get("/firms")
async def list_firms_by_update(
    request: Request, asked: AskedDep, paging: Paging, state: UpdateStanding | None = None
) -> Page[UpdateStandingView]:
    """The firms behind a number, by credit code and title."""
    async with request.app.state.backend.work() as work:
        found = await statistics.standings(
            work.session, replace(asked, state=state), after=_after(paging), limit=paging.limit + 1
        )
    regulation = request.app.state.backend.regulation
    views = [UpdateStandingView.of(each, asked.as_of, regulation) for each in found]
    return paging.page(views, lambda view: [view.credit_code, view.title])


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={200: {"content": {kind: {} for kind in MEDIA_TYPES.values()}, "description": "The file"}},
)
async def export_updates(
    request: Request,
    asked: AskedDep,
    format_: Annotated[Format, Query(alias="format")],
    state: UpdateStanding | None = None,
) -> StreamingResponse:
    """All of the list as a file, sent while it is read."""
    write = csv_of if format_ is Format.CSV else xlsx_of
    return StreamingResponse(
        write(HEADER, _rows(request.app.state.backend, replace(asked, state=state))),
        media_type=MEDIA_TYPES[format_],
        headers={"Content-Disposition": f'attachment; filename="updates-{asked.year}.{format_}"'},
    )


async def _rows(backend: Backend, asked: Asked) -> AsyncGenerator[Sequence[Sequence[Cell]], None]:
    """The lines of an export, in chunks; the transaction lasts as long as the file is being read."""
    regulation = backend.regulation
    authorities = {code: authority.name for code, authority in regulation.authorities.items()}
    titles = {title.value: regulation.title_name(title) for title in Title}
    today = shanghai_date(asked.as_of)
    async with backend.work() as work, aclosing(statistics.every_standing(work.session, asked)) as chunks:
        async for chunk in chunks:
            yield [
                (
                    authorities.get(each.authority, each.authority),
                    titles[each.title],
                    each.name,
                    each.credit_code,
                    asked.year,
                    each.nominal_due.isoformat(),
                    each.due.isoformat(),
                    (each.due - today).days,
                    STANDINGS[UpdateStanding(each.state)],
                    _local(each.submitted_at),
                    each.contact["name"] if each.contact else None,
                    each.contact["mobile"] if each.contact else None,
                    each.last_year,
                    _local(each.last_at),
                )
                for each in chunk
            ]


def _local(instant: datetime | None) -> str | None:
    return f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}" if instant else None


def _after(paging: PageRequest) -> tuple[str, str] | None:
    if paging.after is None:
        return None
    if len(paging.after) != 2:
        raise InvalidInput(
            errors=[Defect(pointer="query/cursor", code="bad_cursor", detail="Take it from a next link")]
        )
    return str(paging.after[0]), str(paging.after[1])
