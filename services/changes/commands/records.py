"""How reports are held, how their history and clock are written, and how they are told to other services."""

from datetime import date
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuid7s

from services.changes.models import Report, ReportStep
from services.changes.repository import reports
from services.changes.vocabulary import Act, Status
from shared.contracts import (
    ChangeDecided,
    ChangeDiscarded,
    ChangeDrafted,
    ChangeReportState,
    ChangeSubmitted,
    ChangeType,
    ChangeWithdrawn,
    Citation,
    Correction,
    TitleDecision,
)
from shared.messaging import Work
from shared.regulation import CaseClock
from shared.web.caller import Caller
from shared.web.problems import NotFound


async def held(work: Work, report_id: UUID) -> Report:
    """The report, locked until the transaction ends. Raises `NotFound`."""
    report = await reports.report(work.session, report_id, lock=True)
    if report is None:
        raise NotFound("There is no such report")
    return report


def clock_of(report: Report) -> CaseClock:
    """The clock of the report in its present step."""
    return CaseClock(report.handling_due, report.handling_left)


def step(
    work: Work,
    report: Report,
    act: Act,
    status: Status,
    caller: Caller,
    *,
    words: str | None,
    clock: CaseClock | None = None,
    meets_criteria: bool | None = None,
    defects: list[dict[str, Any]] | None = None,
    due: date | None = None,
    late: bool | None = None,
) -> None:
    """Move the report and write it into its history; `clock` is that of its new step, if it is another one."""
    report.status = status
    report.version += 1
    if clock is not None:
        report.handling_due, report.handling_left = clock.due, clock.left
    work.session.add(
        ReportStep(
            id=uuid7s.uuid7(),
            report_id=report.id,
            at=work.now(),
            act=act,
            status=status,
            actor=caller.subject,
            actor_name=caller.name,
            role=caller.role,
            words=words,
            meets_criteria=meets_criteria,
            defects=defects,
            due=due,
            late=late,
        )
    )


def give_back(report: Report, correction: Correction) -> None:
    """Let the report wait for its firm's correction, to come back to the office that has it in hand now."""
    report.returned_from = report.status
    report.correction = correction.model_dump(mode="json")
    report.correction_due = correction.due


def take_back(report: Report) -> None:
    """Nothing is to be corrected any more."""
    report.returned_from = report.correction = report.correction_due = None


def report_state(report: Report) -> ChangeReportState:
    """The report as it is told to other services."""
    return ChangeReportState(
        report_id=report.id,
        credit_code=report.credit_code,
        version=report.version,
        enterprise_name=report.enterprise_name,
        authority=report.authority,
        type=ChangeType(report.type),
        status=report.status,
        happened_on=report.happened_on,
        nominal_due=report.nominal_due,
        due=report.due,
        provisional=report.provisional,
        submitted_at=report.submitted_at,
        on_time=report.on_time,
        citation=Citation.model_validate(report.citation),
    )


def tell(
    work: Work,
    report: Report,
    event: type[ChangeDrafted] | type[ChangeDiscarded] | type[ChangeSubmitted] | type[ChangeWithdrawn],
) -> None:
    work.emit(event(credit_code=report.credit_code, report=report_state(report)), sequence=report.version)


def tell_decision(work: Work, report: Report) -> None:
    """A rename or a move reaches the profile once nothing waits for the ministry any more."""
    decided = report.status == Status.DECIDED
    new_name = report.form["details"].get("new_name") if decided and report.type == ChangeType.RENAME else None
    new_place = report.form["details"].get("to_place") if decided and report.type == ChangeType.RELOCATION else None
    work.emit(
        ChangeDecided(
            credit_code=report.credit_code,
            report=report_state(report),
            decisions=tuple(TitleDecision.model_validate(each) for each in report.decisions),
            previous_name=report.enterprise_name if new_name else None,
            new_name=new_name,
            new_place=new_place,
        ),
        sequence=report.version,
    )
