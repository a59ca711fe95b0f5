"""Major changes (重大变化): reported in time, late, or never; returned, decided, and what a late one costs."""

from datetime import date, timedelta
from functools import partial
from typing import Any

from services.cli.credit_codes import invented_code
from services.cli.simulation.oracle.changes import (
    MinistryAnswered,
    OpinionGiven,
    ReportDecided,
    ReportDrafted,
    ReportResubmitted,
    ReportReturned,
    ReportSubmitted,
    ReportWithdrawn,
    SanctionAnswered,
    Sanctioned,
)
from services.cli.simulation.oracle.rules import LITTLE_GIANT, change_due
from services.cli.simulation.stage import A_DAY, AFTERNOON, HOURS, LAST_SECOND, MIDNIGHT, Firm, Stage, at
from services.cli.tour.forms import DECLARATION, IMPACT, change_form, merger_form

OPINION = {"opinion": "材料属实"}
DEFECTS = {"defects": [{"field": "", "text": "请补充材料"}]}


async def plan_change(stage: Stage, firm: Firm, *, happens_on: date) -> None:
    """A change that will happen, and when it is reported, if it is."""
    chance = firm.chance
    due = change_due(happens_on)[1]
    plans = {
        "soon": (at(happens_on + timedelta(days=chance.randrange(60))), 50),
        "last second": (at(due, LAST_SECOND), 14),
        "one second late": (at(due + A_DAY, MIDNIGHT), 8),
        "late": (at(due + timedelta(days=chance.randrange(1, 200))), 10),
        "before it happened": (at(happens_on - A_DAY, LAST_SECOND), 3),
        "never": (None, 15),
    }
    (plan,) = chance.choices(list(plans), [weight for _, weight in plans.values()])
    when = plans[plan][0]
    if when is not None and when > stage.now:
        stage.later(when, firm, partial(report_change, happened_on=happens_on))


async def report_change(stage: Stage, firm: Firm, *, happened_on: date) -> None:
    """Write a report, and submit it now or some days later."""
    life = stage.life(firm)
    if not life.titles:
        return
    new_name, form = _change(firm, happened_on, life.name)
    answer = await stage.post(firm, firm.account, "/changes", form)
    report = answer.json().get("id", "none")
    granted = stage.judge(
        firm,
        ReportDrafted(stage.now, report, happened_on, new_name, form["type"]),
        answer,
        lambda body: {name: body["timeliness"][name] for name in ("nominal_due", "due")},
    )
    if not granted:
        return
    if firm.chance.random() < 0.75:
        await submit_report(stage, firm, report=report)
    else:
        day = stage.today + timedelta(days=firm.chance.randrange(1, 100))
        stage.later(at(day, firm.chance.choice(HOURS)), firm, partial(submit_report, report=report))


def _change(firm: Firm, happened_on: date, name: str) -> tuple[str | None, dict[str, Any]]:
    """The form of a change: a rename with its new name, a merger, or another one."""
    day = happened_on.isoformat()
    lot = firm.chance.random()
    if lot < 0.4:
        new_name = f"{firm.name[:-6]}第{len(firm.acts)}次更名科技有限公司"
        return new_name, change_form(firm.code, day, old=name, new=new_name)
    if lot < 0.7:
        return None, merger_form(firm.code, day, invented_code(firm.number + 500_000))
    kind = firm.chance.choice(("restructuring", "business", "control", "other"))
    described = {"before": "原状", "after": "现状", "reason": "经营需要", "impact": IMPACT}
    return None, {"credit_code": firm.code, "type": kind, "happened_on": day, "details": {}, **described}


async def submit_report(stage: Stage, firm: Firm, *, report: str) -> None:
    answer = await stage.post(firm, firm.account, f"/changes/{report}/submission", {"declaration": DECLARATION})
    if not stage.judge(firm, ReportSubmitted(stage.now, report), answer, _report):
        return
    chance = firm.chance
    if chance.random() < 0.08:
        day = stage.today + timedelta(days=chance.randrange(30))
        stage.later(at(day), firm, partial(withdraw_report, report=report))
    day = stage.today + timedelta(days=chance.randrange(1, 30))
    stage.later(at(day, AFTERNOON), firm, partial(give_opinion, report=report))
    late = not stage.life(firm).reports[report].on_time
    if chance.random() < (0.6 if late else 0.03):
        day = stage.today + timedelta(days=chance.randrange(1, 60))
        stage.later(at(day, AFTERNOON), firm, partial(sanction, report=report))


def _report(body: dict[str, Any]) -> dict[str, Any]:
    return {"report": body["status"], "on_time": body["timeliness"]["on_time"]}


async def withdraw_report(stage: Stage, firm: Firm, *, report: str) -> None:
    answer = await stage.post(firm, firm.account, f"/changes/{report}/withdrawal", {"reason": "填报有误"})
    stage.judge(firm, ReportWithdrawn(stage.now, report), answer, _report)


async def give_back(stage: Stage, firm: Firm, *, report: str, office: str) -> None:
    """Return a report for correction; most firms bring it back."""
    who = firm.officer if office == "authority" else "bureau"
    answer = await stage.post(firm, who, f"/changes/{report}/return", DEFECTS)
    if stage.judge(firm, ReportReturned(stage.now, report, office), answer, _report) and firm.chance.random() < 0.85:
        day = stage.today + timedelta(days=firm.chance.randrange(40))
        stage.later(at(day, firm.chance.choice(HOURS)), firm, partial(resubmit, report=report))


async def resubmit(stage: Stage, firm: Firm, *, report: str) -> None:
    who, declaration = firm.files()
    answer = await stage.post(firm, who, f"/changes/{report}/resubmission", {"declaration": declaration})
    if stage.judge(firm, ReportResubmitted(stage.now, report), answer, _report):
        day = stage.today + timedelta(days=firm.chance.randrange(1, 30))
        given = stage.life(firm).reports[report].status == "opinion_given"
        following = partial(decide_report, report=report, meets=True) if given else partial(give_opinion, report=report)
        stage.later(at(day, AFTERNOON), firm, following)


async def give_opinion(stage: Stage, firm: Firm, *, report: str) -> None:
    if firm.chance.random() < 0.1:
        await give_back(stage, firm, report=report, office="authority")
        return
    meets = firm.chance.random() < 0.9
    form = OPINION | {"meets_criteria": meets}
    answer = await stage.post(firm, firm.officer, f"/changes/{report}/opinion", form)
    if stage.judge(firm, OpinionGiven(stage.now, report), answer, _report):
        day = stage.today + timedelta(days=firm.chance.randrange(1, 40))
        stage.later(at(day, AFTERNOON), firm, partial(decide_report, report=report, meets=meets))


async def decide_report(stage: Stage, firm: Firm, *, report: str, meets: bool) -> None:
    """The bureau decides on every held title; now and then it forgets one, or cancels what is the ministry's."""
    chance = firm.chance
    if chance.random() < 0.08:
        await give_back(stage, firm, report=report, office="bureau")
        return
    held = [title for title in stage.life(firm).titles.values() if title.status == "valid"]
    kept = {title.id: meets or chance.random() < 0.3 for title in held}
    against = {title.id: "referred" if title.kind == LITTLE_GIANT else "cancelled" for title in held}
    outcomes = {title.id: "retained" if kept[title.id] else against[title.id] for title in held}
    if held and chance.random() < 0.05:
        wrong = dict.fromkeys(outcomes, "cancelled") if chance.random() < 0.5 else dict(list(outcomes.items())[1:])
        if wrong != outcomes and set(wrong.values()) != {"cancelled"}:
            await _decide_report(stage, firm, report, wrong)
    if await _decide_report(stage, firm, report, outcomes):
        for title, outcome in outcomes.items():
            if outcome == "referred":
                day = stage.today + timedelta(days=chance.randrange(5, 60))
                stage.later(at(day, AFTERNOON), firm, partial(answer_for_ministry, report=report, title=title))


async def _decide_report(stage: Stage, firm: Firm, report: str, outcomes: dict[str, str]) -> bool:
    decisions = [
        {"certification_id": title, "outcome": outcome, "reason": "经核实"} for title, outcome in outcomes.items()
    ]
    answer = await stage.post(firm, "bureau", f"/changes/{report}/decision", {"decisions": decisions})
    return stage.judge(firm, ReportDecided(stage.now, report, tuple(outcomes.items())), answer, _report)


async def answer_for_ministry(stage: Stage, firm: Firm, *, report: str, title: str) -> None:
    outcome = "cancelled" if firm.chance.random() < 0.6 else "retained"
    form = {
        "certification_id": title,
        "outcome": outcome,
        "reason": "工业和信息化部答复",
        "answered_on": stage.today.isoformat(),
    }
    answer = await stage.post(firm, "bureau", f"/changes/{report}/ministry_answer", form)
    stage.judge(firm, MinistryAnswered(stage.now, report, title, outcome), answer, _report)


async def sanction(stage: Stage, firm: Firm, *, report: str) -> None:
    """The bureau chooses what a late report costs; a second choice is refused."""
    (choice,) = firm.chance.choices(("excused", "revoke_eligibility", "cancel_title"), (40, 40, 20))
    for _ in range(2 if firm.chance.random() < 0.1 else 1):
        form = {"choice": choice, "reason": "逾期报告"}
        answer = await stage.post(firm, "bureau", f"/changes/{report}/sanction", form)
        if not stage.judge(firm, Sanctioned(stage.now, report, choice), answer, _costs):
            return
        for title, cost in (stage.life(firm).reports[report].costs or {}).items():
            if cost == "refer_title":
                day = stage.today + timedelta(days=firm.chance.randrange(5, 60))
                stage.later(at(day, AFTERNOON), firm, partial(answer_for_sanction, report=report, title=title))


async def answer_for_sanction(stage: Stage, firm: Firm, *, report: str, title: str) -> None:
    outcome = "cancelled" if firm.chance.random() < 0.6 else "retained"
    form = {
        "certification_id": title,
        "outcome": outcome,
        "reason": "工业和信息化部答复",
        "answered_on": stage.today.isoformat(),
    }
    answer = await stage.post(firm, "bureau", f"/changes/{report}/sanction/ministry_answer", form)
    stage.judge(firm, SanctionAnswered(stage.now, report, title, outcome), answer, _costs)


def _costs(body: dict[str, Any]) -> dict[str, Any]:
    return {"costs": {each["certification_id"]: each["outcome"] for each in body["sanction"]["titles"]}}
