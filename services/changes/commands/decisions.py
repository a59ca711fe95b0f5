"""What the offices do with reports: the authority's opinion, a return for correction, the decision per title."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.changes.commands.records import held, report_state, step, tell_decision
from services.changes.domain import titles as domain
from services.changes.domain.cases import require
from services.changes.forms import AlikeDecision, Decision, MinistryAnswer, Opinion, TitleDecisionForm
from services.changes.models import Report
from services.changes.repository import firms
from services.changes.vocabulary import Act, Status
from shared.contracts import ChangeOpinionGiven, ChangeReturned, Citation, Correction, Shortcoming, TitleOutcome
from shared.messaging import Work
from shared.regulation import Step, Title, in_chinese, shanghai_date
from shared.runtime.acting import present_act
from shared.web.caller import Caller
from shared.web.cases import Return
from shared.web.problems import Defect, InvalidInput


async def give_opinion(work: Work, report_id: UUID, opinion: Opinion, caller: Caller) -> Report:
    """Record the authority's opinion (区/管委会意见); what its officers took is free for those of the bureau."""
    report = await held(work, report_id)
    require(Act.GIVE_OPINION, report.status)
    report.assignee = report.assignee_name = None
    step(
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
            report=report_state(report),
            meets_criteria=opinion.meets_criteria,
            opinion=opinion.opinion,
        ),
        sequence=report.version,
    )
    return report


async def return_for_correction(work: Work, report_id: UUID, form: Return, caller: Caller) -> Report:
    """Give a report back to its firm, with all that is to be corrected (退回补正); its clock stands meanwhile."""
    report = await held(work, report_id)
    office = Step(caller.role)
    require(Act.RETURN, report.status, office=office)
    by_rule = work.regulation.return_due(None, work.today())
    correction = Correction(
        defects=tuple(Shortcoming.model_validate(each) for each in form.defects),
        due=form.due or by_rule.due,
        returned_by=office,
        returned_at=work.now(),
        citation=Citation.model_validate(by_rule.basis),
    )
    step(work, report, Act.RETURN, Status.RETURNED, caller, words=None, correction=correction)
    work.emit(ChangeReturned(credit_code=report.credit_code, report=report_state(report)), sequence=report.version)
    return report


async def decide(work: Work, report_id: UUID, decision: Decision, caller: Caller) -> Report:
    """Decide on every held title (第十三条). Raises `InvalidInput` naming every defect of the decision."""
    report = await held(work, report_id)
    require(Act.DECIDE, report.status)
    kept = await firms.held_titles(work.session, report.credit_code)
    titles = {title.certification_id: domain.Held(title.certification_id, Title(title.title)) for title in kept}
    wanted = [domain.Wanted(each.certification_id, each.outcome, each.reason) for each in decision.decisions]
    if defects := domain.defects_of_decision(wanted, titles.values(), work.regulation):
        raise InvalidInput(errors=defects)
    report.decisions = [
        _decision(work, each.certification_id, titles[each.certification_id].title, each.outcome, each.reason, "bureau")
        for each in wanted
    ]
    status = domain.after_decision(each.outcome for each in wanted)
    words = "；".join(each.reason for each in wanted) or None
    step(work, report, Act.DECIDE, status, caller, words=words)
    tell_decision(work, report)
    return report


async def decide_alike(work: Work, report_id: UUID, alike: AlikeDecision, caller: Caller) -> Report:
    """Decide every held title in the same way, as a bulk decision does. Raises `InvalidInput`."""
    report = await held(work, report_id)
    kept = await firms.held_titles(work.session, report.credit_code)
    each = [
        TitleDecisionForm(certification_id=title.certification_id, outcome=alike.outcome, reason=alike.reason)
        for title in kept
    ]
    return await decide(work, report_id, Decision(decisions=each), caller)


async def record_answer(work: Work, report_id: UUID, answer: MinistryAnswer, caller: Caller) -> Report:
    """Record what the ministry decided on a referred title."""
    report = await held(work, report_id)
    require(Act.RECORD_ANSWER, report.status)
    answered = str(answer.certification_id)
    waiting = [each["certification_id"] for each in report.decisions if each["outcome"] == TitleOutcome.REFERRED]
    if defects := defects_of_answer(answer, waiting, report.submitted_at):
        raise InvalidInput(errors=defects)
    report.decisions = [
        _decision(work, answer.certification_id, Title(each["title"]), answer.outcome, answer.reason, "ministry")
        | {"answered_on": answer.answered_on.isoformat()}
        if each["certification_id"] == answered
        else each
        for each in report.decisions
    ]
    status = domain.after_decision(each["outcome"] for each in report.decisions)
    step(work, report, Act.RECORD_ANSWER, status, caller, words=answer.reason)
    tell_decision(work, report)
    return report


def defects_of_answer(answer: MinistryAnswer, waiting: Sequence[str], asked_at: datetime | None) -> list[Defect]:
    """Everything that keeps an answer of the ministry from being one; `waiting` are the titles that it was asked of."""
    defects = []
    if str(answer.certification_id) not in waiting:
        defects.append(
            Defect(
                pointer="/certification_id",
                code="not_referred",
                detail=f"no answer is awaited for this title, but for {', '.join(waiting) or 'none'}",
                detail_zh="该称号没有待工信部答复的事项",
            )
        )
    if asked_at is not None and answer.answered_on < shanghai_date(asked_at):
        defects.append(
            Defect(
                pointer="/answered_on",
                code="before_the_report",
                detail=f"the ministry cannot have answered before {shanghai_date(asked_at)}",
                detail_zh=f"答复日期不能早于{in_chinese(shanghai_date(asked_at))}",
            )
        )
    return defects


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
        "decided_by_name": present_act().actor.name,
        "citation": Citation.model_validate(domain.basis_of(outcome, title, work.regulation)).model_dump(),
    }
