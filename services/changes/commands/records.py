"""How firms and reports are held, how moves are written, and how reports and occurrences are told to others."""

from uuid import UUID

import uuid_utils.compat as uuid7s

from services.changes.domain.cases import case_of, moved
from services.changes.models import Firm, Occurrence, Report, ReportStep
from services.changes.repository import firms, reports
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
    OccurrenceState,
    TitleDecision,
)
from shared.messaging import Work
from shared.web.caller import Caller
from shared.web.problems import Conflict, NotFound


class EnterpriseUnknown(Conflict):
    """This enterprise is not known here (yet)"""

    type = "enterprise-unknown"
    title_zh = "尚无该企业的登记信息"


class AlreadySanctioned(Conflict):
    """What this change costs was decided already"""

    type = "already-sanctioned"
    title_zh = "该变化的逾期处理已作出决定"


async def known_firm(work: Work, credit_code: str, *, lock: bool = False) -> Firm:
    """The firm's copy. Raises `EnterpriseUnknown`."""
    firm = await firms.firm(work.session, credit_code, lock=lock)
    if firm is None:
        raise EnterpriseUnknown(
            "If it was registered a moment ago, repeat the request; else ask your authority to register it",
            headers={"Retry-After": "2"},
        )
    return firm


async def held(work: Work, report_id: UUID) -> Report:
    """The report, locked until the transaction ends. Raises `NotFound`."""
    report = await reports.report(work.session, report_id, lock=True)
    if report is None:
        raise NotFound("There is no such report")
    return report


def step(
    work: Work,
    report: Report,
    act: Act,
    to: Status,
    caller: Caller,
    *,
    words: str | None,
    meets_criteria: bool | None = None,
    correction: Correction | None = None,
    late: bool | None = None,
    paper_reference: str | None = None,
) -> None:
    """Bring the report into the state `to` and write that into its history; with `correction` it is returned."""
    due = correction.due if correction else None
    case = moved(case_of(report), act, to, work.regulation, work.today(), due)
    report.status = case.status
    report.handling_due, report.handling_left = case.clock.due, case.clock.left
    report.correction_due, report.returned_from = case.correction_due, case.returned_from
    if correction is not None or case.returned_from is None:
        report.correction = correction.model_dump(mode="json") if correction else None
    report.version += 1
    work.session.add(
        ReportStep(
            id=uuid7s.uuid7(),
            report_id=report.id,
            at=work.now(),
            act=act,
            status=to,
            actor=caller.subject,
            actor_name=caller.name,
            role=caller.role,
            words=words,
            meets_criteria=meets_criteria,
            defects=[each.model_dump() for each in correction.defects] if correction else None,
            due=due,
            late=late,
            paper_reference=paper_reference,
        )
    )


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
        assisted=report.assisted,
        occurrence_id=report.occurrence_id,
        correction=Correction.model_validate(report.correction) if report.correction else None,
    )


def occurrence_state(occurrence: Occurrence) -> OccurrenceState:
    """The occurrence as it is told to other services."""
    return OccurrenceState(
        occurrence_id=occurrence.id,
        credit_code=occurrence.credit_code,
        version=occurrence.version,
        enterprise_name=occurrence.enterprise_name,
        authority=occurrence.authority,
        type=ChangeType(occurrence.type),
        status=occurrence.status,
        happened_on=occurrence.happened_on,
        nominal_due=occurrence.nominal_due,
        due=occurrence.due,
        provisional=occurrence.provisional,
        evidence=occurrence.evidence,
        recorded_at=occurrence.recorded_at,
        report_id=occurrence.report_id,
        citation=Citation.model_validate(occurrence.citation),
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
