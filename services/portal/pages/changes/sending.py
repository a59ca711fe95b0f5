"""Checking a report, declaring that it is true, submitting it; taking it back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx
from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.api import Refused
from services.portal.change_report import rows
from services.portal.forms import key_of, typed
from services.portal.pages.changes.access import Read, path_of, read
from services.portal.pages.changes.writing import shown
from services.portal.rendering import day
from services.portal.visit import LoggedIn, Visit, defects
from services.portal.words import word

router = APIRouter()
SUBMISSIONS = ("submission", "resubmission")


@router.get("/changes/{report_id}/check")
async def check(visit: LoggedIn, report_id: UUID) -> Response:
    """The answers, each with a way back to where it was given, and the declaration."""
    found = await read(visit, report_id)
    if not found.allows("submit", "resubmit"):
        return visit.go(path_of(report_id))
    if found.report["defects"]:
        return visit.go(path_of(report_id, "edit"))
    return _check(visit, found, None, {})


@router.post("/changes/{report_id}/check")
async def submit(visit: LoggedIn, report_id: UUID) -> Response:
    """Submit it; a second click, known by its key, is answered as the first was."""
    form = await visit.request.form()
    fields = typed(form)
    how = fields.get("how", "")
    declaration = {
        "accepted": fields.get("declaration.accepted") == "true",
        "signatory": fields.get("declaration.signatory", ""),
        "paper_reference": fields.get("declaration.paper_reference") or None,
    }
    path = path_of(report_id, how if how in SUBMISSIONS else SUBMISSIONS[0])
    try:
        await visit.api.post(path, {"declaration": declaration}, key=key_of(form))
    except Refused as refused:
        found = await read(visit, report_id)
        if refused.status == httpx.codes.CONFLICT or not found.allows("submit", "resubmit"):
            return visit.go(path_of(report_id))
        wrong = defects(refused, visit.language)
        if any(each["field"] and not each["field"].startswith("declaration") for each in wrong):
            return await shown(visit, found, errors=wrong, status=refused.status)
        return _check(visit, found, refused, fields)
    return visit.go(path_of(report_id, "done"))


@router.get("/changes/{report_id}/done")
async def done(visit: LoggedIn, report_id: UUID) -> Response:
    """It is submitted: the reference, whether in time, and what happens next."""
    found = await read(visit, report_id)
    if found.allows("submit", "resubmit"):
        return visit.go(path_of(report_id))
    return visit.page("changes/done.html", report=found.report, next_steps=_next_steps(visit, found.report))


@router.get("/changes/{report_id}/withdraw")
async def ask_to_withdraw(visit: LoggedIn, report_id: UUID) -> Response:
    """Whether a report is really to be taken back, and why."""
    found = await read(visit, report_id)
    if not found.allows("withdraw"):
        return visit.go(path_of(report_id))
    return visit.page("changes/withdraw.html", report=found.report)


@router.post("/changes/{report_id}/withdraw")
async def withdraw(visit: LoggedIn, report_id: UUID) -> Response:
    """Take it back; its timeliness is lost."""
    form = await visit.request.form()
    fields = typed(form)
    body = {"reason": fields.get("reason", "")}
    try:
        await visit.api.post(path_of(report_id, "withdrawal"), body, key=key_of(form))
    except Refused as refused:
        found = await read(visit, report_id)
        if not found.allows("withdraw"):
            return visit.go(path_of(report_id))
        return visit.form_page("changes/withdraw.html", refused, fields, report=found.report)
    return visit.go(path_of(report_id))


def _next_steps(visit: Visit, report: Mapping[str, Any]) -> list[str]:
    steps = []
    if report["status"] == "submitted":
        office = word(visit.language, report["authority"], "authority")
        steps.append(visit.say("%(office)s审核并出具意见，之后由市工信局对所持称号作出决定。", office=office))
    if due := report["handling"]["due"]:
        steps.append(visit.say("当前环节的办理期限是%(due)s。", due=day(visit.language, due, weekday=True)))
    steps.append(visit.say("如需补正或有了结果，平台将发送邮件通知联系人。"))
    steps.append(visit.say("办理情况可以随时在“重大变更”的详情中查看。"))
    return steps


def _check(visit: Visit, found: Read, refused: Refused | None, fields: dict[str, str]) -> Response:
    return visit.form_page(
        "changes/check.html",
        refused,
        fields,
        report=found.report,
        lines=rows(found.report, visit.language),
        how=SUBMISSIONS[found.allows("resubmit")],
    )
