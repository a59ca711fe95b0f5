"""What a change costs that was not reported in time: an officer's choice, never the platform's (第十三条)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.changes.commands import occurrences
from services.changes.commands.decisions import defects_of_answer
from services.changes.commands.records import AlreadySanctioned, held, occurrence_state, report_state, step
from services.changes.domain import titles as domain
from services.changes.domain.cases import require
from services.changes.forms import MinistryAnswer, SanctionForm
from services.changes.models import Occurrence, Report
from services.changes.repository import firms
from services.changes.repository import occurrences as kept
from services.changes.vocabulary import Act, OccurrenceState, Status
from shared.contracts import (
    ChangeSanctioned,
    Citation,
    SanctionChoice,
    SanctionOutcome,
    TitleOutcome,
    TitleSanction,
)
from shared.messaging import Work
from shared.regulation import Rule, Title
from shared.web.caller import Caller
from shared.web.problems import Conflict, InvalidInput


class ReportedInTime(Conflict):
    """This change was reported in time"""

    type = "reported-in-time"
    title_zh = "该变化已按时报告"


ANSWERED = {
    TitleOutcome.CANCELLED: SanctionOutcome.CANCEL_TITLE,
    TitleOutcome.RETAINED: SanctionOutcome.RETAIN_TITLE,
}


async def sanction_report(work: Work, report_id: UUID, form: SanctionForm, caller: Caller) -> Report:
    """Choose what a late report costs, once. Raises `ReportedInTime`, `AlreadySanctioned`, `InvalidInput`."""
    report = await held(work, report_id)
    require(Act.SANCTION, report.status)
    if report.on_time is not False:
        raise ReportedInTime("There is nothing to choose for a report that was made in time")
    linked = await kept.occurrence(work.session, report.occurrence_id, lock=True) if report.occurrence_id else None
    if report.sanction is not None or (linked is not None and linked.sanction is not None):
        raise AlreadySanctioned("What a late report costs is chosen once")
    await _choose(work, report, form, caller)
    step(work, report, Act.SANCTION, Status(report.status), caller, words=form.reason)
    _tell(work, report)
    return report


async def sanction_occurrence(work: Work, occurrence_id: UUID, form: SanctionForm, caller: Caller) -> Occurrence:
    """Choose what a change costs whose three months are over without a report. Raises as `sanction_report`."""
    occurrence = await occurrences.held(work, occurrence_id)
    if occurrence.sanction is not None:
        raise AlreadySanctioned("What an unreported change costs is chosen once")
    occurrences.require(work, occurrence, OccurrenceState.OVERDUE)
    await _choose(work, occurrence, form, caller)
    occurrences.close(work, occurrence, OccurrenceState.SANCTIONED, caller, form.reason)
    _tell(work, occurrence)
    return occurrence


async def answer_for_report(work: Work, report_id: UUID, answer: MinistryAnswer, caller: Caller) -> Report:
    """Record what the ministry decided on a title that a late report had referred to it."""
    report = await held(work, report_id)
    require(Act.ANSWER_SANCTION, report.status)
    _answer(work, report, answer)
    step(work, report, Act.ANSWER_SANCTION, Status(report.status), caller, words=answer.reason)
    _tell(work, report)
    return report


async def answer_for_occurrence(work: Work, occurrence_id: UUID, answer: MinistryAnswer) -> Occurrence:
    """Record what the ministry decided on a title that an unreported change had referred to it."""
    occurrence = await occurrences.held(work, occurrence_id)
    _answer(work, occurrence, answer)
    occurrence.version += 1
    _tell(work, occurrence)
    return occurrence


async def _choose(work: Work, late: Report | Occurrence, form: SanctionForm, caller: Caller) -> None:
    found = await firms.held_titles(work.session, late.credit_code)
    titles = {each.certification_id: domain.Held(each.certification_id, Title(each.title)) for each in found}
    if defects := domain.defects_of_sanction(form.choice, form.certification_ids, titles.values()):
        raise InvalidInput(errors=defects)
    wanted = form.certification_ids if form.certification_ids is not None else list(titles)
    costs = [
        _title(
            work,
            certification_id,
            titles[certification_id].title,
            domain.consequence(form.choice, titles[certification_id].title, work.regulation),
            form.reason,
            "bureau",
        )
        for certification_id in wanted
    ]
    late.sanction = {
        "choice": form.choice,
        "reason": form.reason,
        "decided_by": "bureau",
        "decided_by_name": caller.name,
        "decided_at": work.now().isoformat(),
        "citation": Citation.model_validate(work.regulation.basis(Rule.CHANGE_REPORT_LATE)).model_dump(),
        "titles": costs,
    }
    late.sanction_referred = _referred(costs)


def _answer(work: Work, late: Report | Occurrence, answer: MinistryAnswer) -> None:
    sanction: dict[str, Any] = late.sanction or {"titles": []}
    referred = [each for each in sanction["titles"] if each["outcome"] == SanctionOutcome.REFER_TITLE]
    waiting = [each["certification_id"] for each in referred]
    asked_at = sanction.get("decided_at")
    if defects := defects_of_answer(answer, waiting, datetime.fromisoformat(asked_at) if asked_at else None):
        raise InvalidInput(errors=defects)
    titles = [
        _title(
            work,
            answer.certification_id,
            Title(each["title"]),
            ANSWERED[answer.outcome],
            answer.reason,
            "ministry",
        )
        | {"answered_on": answer.answered_on.isoformat()}
        if each["certification_id"] == str(answer.certification_id)
        else each
        for each in sanction["titles"]
    ]
    late.sanction = sanction | {"titles": titles}
    late.sanction_referred = _referred(titles)


def _title(
    work: Work, certification_id: UUID, title: Title, outcome: SanctionOutcome, reason: str, decided_by: str
) -> dict[str, Any]:
    return {
        "certification_id": str(certification_id),
        "title": title.value,
        "outcome": outcome.value,
        "reason": reason,
        "decided_by": decided_by,
        "decided_at": work.now().isoformat(),
    }


def _referred(titles: list[dict[str, Any]]) -> bool:
    return any(each["outcome"] == SanctionOutcome.REFER_TITLE for each in titles)


def _tell(work: Work, late: Report | Occurrence) -> None:
    sanction: dict[str, Any] = late.sanction or {}
    work.emit(
        ChangeSanctioned(
            credit_code=late.credit_code,
            report=report_state(late) if isinstance(late, Report) else None,
            occurrence=occurrence_state(late) if isinstance(late, Occurrence) else None,
            choice=SanctionChoice(sanction["choice"]),
            titles=tuple(TitleSanction.model_validate(each) for each in sanction["titles"]),
            reason=sanction["reason"],
            citation=Citation.model_validate(sanction["citation"]),
            decided_by=sanction["decided_by"],
        ),
        sequence=late.version,
    )
