"""What happens to change reports: one transaction each. Every change raises the report's version and is told."""

from typing import Any
from uuid import UUID

import uuid_utils.compat as uuid7s

from services.changes import domain, repository
from services.changes.domain import Act, Status, require
from services.changes.forms import Decision, Draft, MinistryAnswer, Opinion, complete, defects_of
from services.changes.models import Report, ReportStep
from shared.contracts import (
    ChangeDecided,
    ChangeDiscarded,
    ChangeDrafted,
    ChangeOpinionGiven,
    ChangeReportState,
    ChangeSubmitted,
    ChangeType,
    ChangeWithdrawn,
    Citation,
    TitleDecision,
    TitleOutcome,
)
from shared.messaging import Work
from shared.regulation import Title, end_of_day, shanghai_date
from shared.web.app import defects_of as as_defects
from shared.web.caller import Caller
from shared.web.conditional import hold
from shared.web.problems import Conflict, Defect, InvalidInput, NotFound


class EnterpriseUnknown(Conflict):
    """This enterprise is not known here (yet)"""

    type = "enterprise-unknown"
    title_zh = "尚无该企业的登记信息"


async def draft(work: Work, form: Draft) -> Report:
    """Begin a report. Raises `EnterpriseUnknown`."""
    firm = await repository.firm(work.session, form.credit_code)
    if firm is None:
        raise EnterpriseUnknown(
            "If it was registered a moment ago, repeat the request; else ask your authority to register it",
            headers={"Retry-After": "2"},
        )
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
    )
    _write(work, report, form)
    work.session.add(report)
    await work.session.flush()
    _tell(work, report, ChangeDrafted)
    return report


async def edit(work: Work, report_id: UUID, form: Draft, expected: int) -> Report:
    """Replace a draft's content; a date that moves moves its due date."""
    report = await _held(work, report_id)
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
    _write(work, report, form)
    report.version += 1
    _tell(work, report, ChangeDrafted)
    return report


async def discard(work: Work, report_id: UUID, expected: int) -> None:
    """Delete a draft; nothing of it stays."""
    report = await _held(work, report_id)
    require(Act.EDIT, report.status)
    hold(expected, report.version)
    report.version += 1
    _tell(work, report, ChangeDiscarded)
    await repository.remove(work.session, report_id)
    work.session.expunge(report)


async def submit(work: Work, report_id: UUID, signatory: str, caller: Caller) -> Report:
    """Submit a draft (第十三条): its timeliness is judged now and stays. Raises `InvalidInput` with all it lacks."""
    report = await _held(work, report_id)
    require(Act.SUBMIT, report.status)
    form = _whole_form(report)
    defects = as_defects(defects_of(form))
    firm = await repository.firm(work.session, report.credit_code)
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
    now = work.now()
    report.submitted_at = now
    report.on_time = now < end_of_day(report.due)
    _step(work, report, Act.SUBMIT, Status.SUBMITTED, caller, words=signatory)
    _tell(work, report, ChangeSubmitted)
    return report


async def withdraw(work: Work, report_id: UUID, reason: str, caller: Caller) -> Report:
    """Take a report back before an opinion was given; its timeliness is lost."""
    report = await _held(work, report_id)
    require(Act.WITHDRAW, report.status)
    report.on_time = None
    _step(work, report, Act.WITHDRAW, Status.WITHDRAWN, caller, words=reason)
    _tell(work, report, ChangeWithdrawn)
    return report


async def give_opinion(work: Work, report_id: UUID, opinion: Opinion, caller: Caller) -> Report:
    """Record the authority's opinion (区/管委会意见)."""
    report = await _held(work, report_id)
    require(Act.GIVE_OPINION, report.status)
    _step(
        work,
        report,
        Act.GIVE_OPINION,
        Status.OPINION_GIVEN,
        caller,
        words=opinion.opinion,
        meets_criteria=opinion.meets_criteria,
    )
    work.emit(
        ChangeOpinionGiven(
            credit_code=report.credit_code,
            report=_state(report),
            meets_criteria=opinion.meets_criteria,
            opinion=opinion.opinion,
        ),
        sequence=report.version,
    )
    return report


async def decide(work: Work, report_id: UUID, decision: Decision, caller: Caller) -> Report:
    """Decide on every held title (第十三条). Raises `InvalidInput` naming every defect of the decision."""
    report = await _held(work, report_id)
    require(Act.DECIDE, report.status)
    titles = await repository.held_titles(work.session, report.credit_code)
    held = {title.certification_id: domain.Held(title.certification_id, Title(title.title)) for title in titles}
    wanted = [domain.Wanted(each.certification_id, each.outcome, each.reason) for each in decision.decisions]
    if defects := domain.defects_of_decision(wanted, held.values(), work.regulation):
        raise InvalidInput(errors=defects)
    report.decisions = [
        _decision(work, each.certification_id, held[each.certification_id].title, each.outcome, each.reason, "bureau")
        for each in wanted
    ]
    status = domain.after_decision(each.outcome for each in wanted)
    _step(work, report, Act.DECIDE, status, caller, words="；".join(each.reason for each in wanted) or None)
    _tell_decision(work, report)
    return report


async def record_answer(work: Work, report_id: UUID, answer: MinistryAnswer, caller: Caller) -> Report:
    """Record what the ministry decided on a referred title."""
    report = await _held(work, report_id)
    require(Act.RECORD_ANSWER, report.status)
    answered = str(answer.certification_id)
    waiting = [each["certification_id"] for each in report.decisions if each["outcome"] == TitleOutcome.REFERRED]
    defects = []
    if answered not in waiting:
        defects.append(
            Defect(
                pointer="/certification_id",
                code="not_referred",
                detail=f"no answer is awaited for this title, but for {', '.join(waiting)}",
                detail_zh="该称号没有待工信部答复的事项",
            )
        )
    if report.submitted_at is not None and answer.answered_on < shanghai_date(report.submitted_at):
        defects.append(
            Defect(
                pointer="/answered_on",
                code="before_the_report",
                detail=f"the change was reported on {shanghai_date(report.submitted_at)}",
                detail_zh=f"早于报告提交日期{shanghai_date(report.submitted_at)}",
            )
        )
    if defects:
        raise InvalidInput(errors=defects)
    report.decisions = [
        _decision(work, answer.certification_id, Title(each["title"]), answer.outcome, answer.reason, "ministry")
        | {"answered_on": answer.answered_on.isoformat()}
        if each["certification_id"] == answered
        else each
        for each in report.decisions
    ]
    status = domain.after_decision(each["outcome"] for each in report.decisions)
    _step(work, report, Act.RECORD_ANSWER, status, caller, words=answer.reason)
    _tell_decision(work, report)
    return report


def _decision(
    work: Work, certification_id: UUID, title: Title, outcome: str, reason: str, decided_by: str
) -> dict[str, Any]:
    return {
        "certification_id": str(certification_id),
        "title": title.value,
        "outcome": str(outcome),
        "reason": reason,
        "decided_by": decided_by,
        "decided_at": work.now().isoformat(),
        "citation": Citation.model_validate(domain.basis_of(outcome, title, work.regulation)).model_dump(),
    }


async def _held(work: Work, report_id: UUID) -> Report:
    report = await repository.report(work.session, report_id, lock=True)
    if report is None:
        raise NotFound("There is no such report")
    return report


def _write(work: Work, report: Report, form: Draft) -> None:
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
    """What a draft still lacks for its submission."""
    return as_defects(defects_of(_whole_form(report)))


def _step(
    work: Work,
    report: Report,
    act: Act,
    status: Status,
    caller: Caller,
    *,
    words: str | None,
    meets_criteria: bool | None = None,
) -> None:
    """Move the report and write it into its history."""
    report.status = status
    report.version += 1
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
        )
    )


def _state(report: Report) -> ChangeReportState:
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


def _tell(
    work: Work,
    report: Report,
    event: type[ChangeDrafted] | type[ChangeDiscarded] | type[ChangeSubmitted] | type[ChangeWithdrawn],
) -> None:
    work.emit(event(credit_code=report.credit_code, report=_state(report)), sequence=report.version)


def _tell_decision(work: Work, report: Report) -> None:
    """A rename or a move reaches the profile once nothing waits for the ministry any more."""
    decided = report.status == Status.DECIDED
    new_name = report.form["details"].get("new_name") if decided and report.type == ChangeType.RENAME else None
    new_place = report.form["details"].get("to_place") if decided and report.type == ChangeType.RELOCATION else None
    work.emit(
        ChangeDecided(
            credit_code=report.credit_code,
            report=_state(report),
            decisions=tuple(TitleDecision.model_validate(each) for each in report.decisions),
            previous_name=report.enterprise_name if new_name else None,
            new_name=new_name,
            new_place=new_place,
        ),
        sequence=report.version,
    )
