"""详情: where a submitted report stands, what was decided and why; the report as a sheet to print; its attachments."""

import asyncio
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.acting import OFFICERS
from services.portal.api import happened
from services.portal.change_report import marked, rows, shortcomings, spared
from services.portal.pages.changes.access import is_officer, path_of, read
from services.portal.visit import LoggedIn

router = APIRouter()


@router.get("/changes/{report_id}")
async def detail(visit: LoggedIn, report_id: UUID) -> Response:
    """详情; a draft is written on. An officer sees the case."""
    if is_officer(visit):
        return visit.go(f"{OFFICERS}{path_of(report_id)}")
    found, events = await asyncio.gather(read(visit, report_id), happened(visit.api, case=report_id))
    report = found.report
    if report["status"] == "draft":
        return visit.go(path_of(report_id, "edit"))
    wanted = shortcomings(report)
    return visit.page(
        "changes/detail.html",
        report=report,
        lines=rows(report, visit.language),
        wanted=marked(visit.language, wanted, spared(report, {each["field"] for each in wanted})),
        allowed=report["allowed"],
        opinions=[each for each in report["steps"] if each["act"] == "give_opinion"],
        happened=events,
    )


@router.get("/changes/{report_id}/print")
async def sheet(visit: LoggedIn, report_id: UUID) -> Response:
    """重大变化情况报告表 on one sheet."""
    report = (await read(visit, report_id)).report
    signed = [each for each in report["steps"] if each["act"] in ("submit", "resubmit")]
    return visit.page(
        "changes/print.html",
        report=report,
        path=path_of(report_id),
        lines=rows(report, visit.language),
        opinions=[each for each in report["steps"] if each["act"] == "give_opinion"],
        signed=signed[-1] if signed else None,
    )


@router.get("/changes/{report_id}/attachments/{attachment_id}")
async def download(visit: LoggedIn, report_id: UUID, attachment_id: UUID) -> Response:
    """One of its attachments."""
    return await visit.file(path_of(report_id, "attachments", attachment_id))
