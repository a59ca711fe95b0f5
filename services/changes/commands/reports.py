"""What a firm does with its reports: it drafts, submits, corrects and withdraws them."""

from typing import Any
from uuid import UUID

import uuid_utils.compat as uuid7s

from services.changes.commands import occurrences
from services.changes.commands.records import AlreadySanctioned, held, known_firm, report_state, step, tell
from services.changes.domain.cases import require
from services.changes.forms import Draft, complete, defects_of
from services.changes.models import Report
from services.changes.repository import attachments, firms, reports
from services.changes.vocabulary import OFFICE, Act, Status
from shared.contracts import (
    ChangeDiscarded,
    ChangeDrafted,
    ChangeResubmitted,
    ChangeSubmitted,
    ChangeType,
    ChangeWithdrawn,
    Citation,
)
from shared.messaging import Work
from shared.regulation import end_of_day
from shared.web.app import defects_of as as_defects
from shared.web.caller import Caller
from shared.web.conditional import hold
from shared.web.fields import Declaration
from shared.web.problems import Defect, InvalidInput


async def draft(work: Work, form: Draft, *, assisted: bool = False) -> Report:
    """Begin a report; `assisted` where an officer does it for the firm (代办). Raises `EnterpriseUnknown`."""
    firm = await known_firm(work, form.credit_code)
    report = Report(
        id=uuid7s.uuid7(),
        version=1,
        credit_code=form.credit_code,
        enterprise_name=firm.name,
        authority=firm.authority,
        status=Status.DRAFT,
        submitted_at=None,
        on_time=None,
        decisions=[],
        assisted=assisted,
    )
    await _write(work, report, form)
    work.session.add(report)
    await work.session.flush()
    tell(work, report, ChangeDrafted)
    return report


async def edit(work: Work, report_id: UUID, form: Draft, expected: int) -> Report:
    """Replace the content of a draft or a returned report; a date that moves moves its due date.

    What is changed in a returned report is told when it is resubmitted.
    """
    report = await held(work, report_id)
    require(Act.EDIT, report.status)
    hold(expected, report.version)
    if form.credit_code != report.credit_code:
        raise InvalidInput(
            errors=[
                Defect(
                    pointer="/credit_code",
                    code="cannot_change",
                    detail="a report stays with its enterprise",
                    detail_zh="报告所属企业不能更改",
                )
            ]
        )
    await _write(work, report, form)
    report.version += 1
    if report.status == Status.DRAFT:
        tell(work, report, ChangeDrafted)
    return report


async def discard(work: Work, report_id: UUID, expected: int) -> list[str]:
    """Delete a draft; nothing of it stays. What its attachments are stored as, to be removed after the commit."""
    report = await held(work, report_id)
    require(Act.DISCARD, report.status)
    hold(expected, report.version)
    report.version += 1
    tell(work, report, ChangeDiscarded)
    files = [each.stored_as for each in await attachments.attachments(work.session, report_id)]
    await reports.remove(work.session, report_id)
    work.session.expunge(report)
    return files


async def submit(work: Work, report_id: UUID, declaration: Declaration, caller: Caller, *, assisted: bool) -> Report:
    """Submit a draft (第十三条): its timeliness is judged now and stays. Raises `InvalidInput` with all it lacks."""
    report = await held(work, report_id)
    require(Act.SUBMIT, report.status)
    await _complete(work, report)
    report.submitted_at = work.now()
    report.on_time = _in_time(report)
    report.assisted = assisted
    await occurrences.settle(work, report, caller)
    _file(work, report, Act.SUBMIT, Status.SUBMITTED, declaration, caller)
    tell(work, report, ChangeSubmitted)
    return report


async def resubmit(work: Work, report_id: UUID, declaration: Declaration, caller: Caller, *, assisted: bool) -> Report:
    """Bring a returned report back to the office that returned it. Raises `InvalidInput` with all it lacks.

    Its timeliness stays that of its first submission, by the date of the change as it is corrected.
    """
    report = await held(work, report_id)
    require(Act.RESUBMIT, report.status)
    await _complete(work, report)
    report.on_time = _in_time(report)
    late = report.correction_due is not None and work.today() > report.correction_due
    status = Status(report.returned_from or Status.SUBMITTED)
    report.assisted = assisted
    await occurrences.settle(work, report, caller)
    _file(work, report, Act.RESUBMIT, status, declaration, caller, late=late)
    work.emit(
        ChangeResubmitted(
            credit_code=report.credit_code, report=report_state(report), office=OFFICE[status], late=late
        ),
        sequence=report.version,
    )
    return report


async def withdraw(work: Work, report_id: UUID, reason: str, caller: Caller) -> Report:
    """Take a report back before an opinion was given, or once it was returned; its timeliness is lost.

    What it had reported is open again. Raises `AlreadySanctioned`.
    """
    report = await held(work, report_id)
    require(Act.WITHDRAW, report.status)
    if report.sanction is not None:
        raise AlreadySanctioned("What the late report costs was decided; it cannot be taken back any more")
    report.on_time = None
    await occurrences.reopen(work, report)
    step(work, report, Act.WITHDRAW, Status.WITHDRAWN, caller, words=reason)
    tell(work, report, ChangeWithdrawn)
    return report


async def _complete(work: Work, report: Report) -> None:
    """Bring the report into the shape in which it is submitted. Raises `InvalidInput` with all it lacks."""
    form = _whole_form(report)
    defects = as_defects(defects_of(form))
    firm = await firms.firm(work.session, report.credit_code, lock=True)
    if firm is not None:
        report.enterprise_name, report.authority = firm.name, firm.authority
    if report.type == ChangeType.RENAME and form["details"].get("new_name") == report.enterprise_name:
        defects.append(
            Defect(
                pointer="/details/new_name",
                code="same_name",
                detail="this is the present name",
                detail_zh="与现用名称相同",
            )
        )
    if defects:
        raise InvalidInput("The report is not finished", errors=defects)
    report.form = _own_part(complete(form).model_dump(mode="json"))


def _file(
    work: Work,
    report: Report,
    act: Act,
    to: Status,
    declaration: Declaration,
    caller: Caller,
    *,
    late: bool | None = None,
) -> None:
    paper = declaration.paper_reference if report.assisted else None
    step(work, report, act, to, caller, words=declaration.signatory, late=late, paper_reference=paper)


def _in_time(report: Report) -> bool:
    return report.submitted_at is not None and report.submitted_at < end_of_day(report.due)


async def _write(work: Work, report: Report, form: Draft) -> None:
    if form.occurrence_id is not None and form.occurrence_id != report.occurrence_id:
        await occurrences.require_of(work, form.occurrence_id, form.credit_code)
    if form.occurrence_id is not None or report.status == Status.DRAFT:
        report.occurrence_id = form.occurrence_id
    due = work.regulation.change_report_due(form.happened_on)
    report.type = form.type
    report.happened_on = form.happened_on
    report.form = _own_part(form.model_dump(mode="json"))
    report.nominal_due, report.due, report.provisional = due.nominal, due.due, due.provisional
    report.citation = Citation.model_validate(due.basis).model_dump()


OWN_PART = ("before", "after", "reason", "details", "impact")


def _own_part(form: dict[str, Any]) -> dict[str, Any]:
    return {name: form[name] for name in OWN_PART}


def _whole_form(report: Report) -> dict[str, Any]:
    return {
        **report.form,
        "credit_code": report.credit_code,
        "type": report.type,
        "happened_on": report.happened_on,
    }


def missing_in(report: Report) -> list[Defect]:
    """What a draft or a returned report still lacks for its submission."""
    return as_defects(defects_of(_whole_form(report)))
