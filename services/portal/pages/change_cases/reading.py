"""A report as officers see it: where it stands, what can be done now, all that is known of it; its sheet and files."""

import asyncio
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal import acting
from services.portal.api import happened, together
from services.portal.change_report import marked, rows, shortcomings
from services.portal.pages.change_cases.acts import ACTS, LIST, path_of
from services.portal.visit import Officer

router = APIRouter()


@router.get("/{report_id}")
async def case(visit: Officer, report_id: UUID, done: str = "") -> Response:
    """The case; `done` is the act that brought it here. What an officer began for its firm is written on."""
    report, events = await asyncio.gather(visit.api.get(path_of(report_id)), happened(visit.api, case=report_id))
    if report["status"] == "draft":
        return visit.go(f"{path_of(report_id)}/edit")
    firm, titles = await together(
        visit.api.get(f"/enterprises/{report['credit_code']}"),
        visit.api.get("/certifications", credit_code=report["credit_code"]),
    )
    return visit.page(
        "change_cases/case.html",
        report=report,
        lines=rows(report, visit.language),
        wanted=marked(visit.language, shortcomings(report), {}),
        opinions=_opinions(report),
        acts=acting.possible(ACTS, report["allowed"]),
        done=acting.told(ACTS, done),
        back=await acting.back_of(visit, LIST),
        happened=events,
        firm=firm,
        titles=titles,
    )


@router.get("/{report_id}/print")
async def sheet(visit: Officer, report_id: UUID) -> Response:
    """重大变化情况报告表 on one sheet."""
    report = await visit.api.get(path_of(report_id))
    signed = [each for each in report["steps"] if each["act"] in ("submit", "resubmit")]
    return visit.page(
        "changes/print.html",
        report=report,
        path=f"{LIST}/{report_id}",
        lines=rows(report, visit.language),
        opinions=_opinions(report),
        signed=signed[-1] if signed else None,
    )


@router.get("/{report_id}/attachments/{attachment_id}")
async def download(visit: Officer, report_id: UUID, attachment_id: UUID) -> Response:
    """One of its attachments."""
    return await visit.file(f"{path_of(report_id)}/attachments/{attachment_id}")


def _opinions(report: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in report["steps"] if each["act"] == "give_opinion"]
