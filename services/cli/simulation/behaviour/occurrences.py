"""Changes that officers see (线索), and reports that firms begin and leave lying."""

import secrets
from datetime import date, timedelta
from functools import partial
from typing import Any

from services.cli.simulation.behaviour.changes import submit_report
from services.cli.simulation.oracle.changes import ReportDiscarded, ReportDrafted
from services.cli.simulation.oracle.occurrences import OccurrenceDismissed, OccurrenceRecorded
from services.cli.simulation.stage import AFTERNOON, HOURS, Firm, Stage, at
from services.cli.tour.forms import IMPACT

KINDS = ("restructuring", "business", "control", "other")


def plan_occurrences(stage: Stage, firm: Firm, year: int) -> None:
    """Some day of the year officers may see a change of the firm, or the firm may begin a report and leave it lying."""
    chance = firm.chance
    day = date(year, 1, 1) + timedelta(days=chance.randrange(365))
    happened_on = day - timedelta(days=chance.choice((0, 1, 20, 50, 62, 80, 89, 92, 100, 140)))
    kind = chance.choice(KINDS)
    lot = chance.random()
    if lot < 0.08:
        stage.later(at(day, AFTERNOON), firm, partial(record, kind=kind, happened_on=happened_on))
    elif lot < 0.16:
        stage.later(at(day, chance.choice(HOURS)), firm, partial(begin, kind=kind, happened_on=happened_on))


async def record(stage: Stage, firm: Firm, *, kind: str, happened_on: date) -> None:
    """An officer records what was seen; the firm reports it, or begins to, or it is dismissed, or nothing happens."""
    form = {"credit_code": firm.code, "type": kind, "happened_on": happened_on.isoformat(), "evidence": "工商登记公示"}
    answer = await stage.post(firm, firm.officer, "/occurrences", form)
    occurrence = answer.json().get("id") or secrets.token_hex(8)
    if not stage.judge(firm, OccurrenceRecorded(stage.now, occurrence, kind, happened_on), answer):
        return
    chance = firm.chance
    day = stage.today + timedelta(days=chance.randrange(1, 90))
    lot = chance.random()
    if lot < 0.6:
        stage.later(at(day, chance.choice(HOURS)), firm, partial(begin, kind=kind, happened_on=happened_on))
    elif lot < 0.8:
        stage.later(at(day, AFTERNOON), firm, partial(dismiss, occurrence=occurrence))


async def dismiss(stage: Stage, firm: Firm, *, occurrence: str) -> None:
    answer = await stage.post(firm, firm.officer, f"/occurrences/{occurrence}/dismissal", {"reason": "经核实不属实"})
    stage.judge(firm, OccurrenceDismissed(stage.now, occurrence), answer)


async def begin(stage: Stage, firm: Firm, *, kind: str, happened_on: date) -> None:
    """A report is begun; later it is made, thrown away, or forgotten."""
    described = {"before": "原状", "after": "现状", "reason": "经营需要", "details": {}, "impact": IMPACT}
    form = {"credit_code": firm.code, "type": kind, "happened_on": happened_on.isoformat(), **described}
    answer = await stage.post(firm, firm.account, "/changes", form)
    report = answer.json().get("id", "none")
    drafted = ReportDrafted(stage.now, report, happened_on, kind=kind)
    if not stage.judge(firm, drafted, answer, _timeliness):
        return
    chance = firm.chance
    day = stage.today + timedelta(days=chance.randrange(1, 120))
    lot = chance.random()
    if lot < 0.4:
        stage.later(at(day, chance.choice(HOURS)), firm, partial(submit_report, report=report))
    elif lot < 0.7:
        stage.later(at(day, chance.choice(HOURS)), firm, partial(discard, report=report))


def _timeliness(body: dict[str, Any]) -> dict[str, Any]:
    return {name: body["timeliness"][name] for name in ("nominal_due", "due")}


async def discard(stage: Stage, firm: Firm, *, report: str) -> None:
    seen = await stage.world.request(firm.account, "GET", f"/changes/{report}")
    version = {"If-Match": seen.headers["ETag"]}
    answer = await stage.world.request(firm.account, "DELETE", f"/changes/{report}", headers=version)
    stage.judge_told(firm, ReportDiscarded(stage.now, report), {"status": answer.status_code})
