"""Change reports (重大变化情况报告, 第十三条) and what a late one costs."""

from dataclasses import dataclass
from datetime import date

from services.cli.simulation.oracle.acts import CONFLICT, CREATED, DEFECTS, NO_CONTENT, OK, Act
from services.cli.simulation.oracle.days import day_of, over, working_days_later
from services.cli.simulation.oracle.life import Answer, Life
from services.cli.simulation.oracle.records import Report
from services.cli.simulation.oracle.rules import LITTLE_GIANT, RETURN_DAYS, change_due


@dataclass(frozen=True)
class ReportDrafted(Act):
    """A change report is begun; the change may not lie in the future."""

    report: str
    happened_on: date
    new_name: str | None = None
    kind: str | None = None

    def befall(self, life: Life) -> Answer:
        if self.happened_on > day_of(self.at):
            return {"status": DEFECTS, "codes": ["in_the_future"]}
        life.reports[self.report] = Report(self.report, self.happened_on, self.new_name, self.kind)
        nominal, due = change_due(self.happened_on)
        return {"status": CREATED, "nominal_due": nominal.isoformat(), "due": due.isoformat()}


@dataclass(frozen=True)
class ReportDiscarded(Act):
    """A draft is deleted: nothing is owed under it any more."""

    report: str

    def befall(self, life: Life) -> Answer:
        report = life.reports[self.report]
        if report.status != "draft":
            return {"status": CONFLICT}
        report.status = "discarded"
        return {"status": NO_CONTENT}


@dataclass(frozen=True)
class ReportSubmitted(Act):
    """A change report is submitted (第十三条): in time until its due day is over.

    What officers recorded of the same change is reported by it.
    """

    report: str

    def befall(self, life: Life) -> Answer:
        report = life.reports[self.report]
        if report.status != "draft":
            return {"status": CONFLICT}
        report.status = "submitted"
        report.on_time = self.at < over(change_due(report.happened_on)[1])
        for occurrence in life.occurrences.values():
            if occurrence.status == "open" and occurrence.told_by(report):
                occurrence.status, occurrence.reported_by = "reported", report.id
        return {"status": OK, "report": "submitted", "on_time": report.on_time}


@dataclass(frozen=True)
class ReportReturned(Act):
    """A report is returned for correction: by the authority before its opinion, by the bureau after it."""

    report: str
    office: str

    def befall(self, life: Life) -> Answer:
        report = life.reports[self.report]
        if report.status != {"authority": "submitted", "bureau": "opinion_given"}[self.office]:
            return {"status": CONFLICT}
        report.status, report.returned_from = "returned", report.status
        report.returned_at, report.return_due = self.at, working_days_later(day_of(self.at), RETURN_DAYS)
        return {"status": OK, "report": "returned", "on_time": report.on_time}


@dataclass(frozen=True)
class ReportResubmitted(Act):
    """A corrected report comes back to the office that returned it; it is judged by its first submission."""

    report: str

    def befall(self, life: Life) -> Answer:
        report = life.reports[self.report]
        if report.status != "returned":
            return {"status": CONFLICT}
        report.status = report.returned_from
        return {"status": OK, "report": report.status, "on_time": report.on_time}


@dataclass(frozen=True)
class ReportWithdrawn(Act):
    """A report is taken back before an opinion was given, or once it was returned; its timeliness is lost.

    One whose lateness was decided on is not taken back any more. What officers had recorded is to be reported again.
    """

    report: str

    def befall(self, life: Life) -> Answer:
        report = life.reports[self.report]
        if report.status not in ("submitted", "returned") or report.costs is not None:
            return {"status": CONFLICT}
        report.status = "withdrawn"
        report.on_time = None
        for occurrence in life.occurrences.values():
            if occurrence.reported_by == report.id:
                occurrence.status, occurrence.reported_by = "open", None
        return {"status": OK, "report": "withdrawn", "on_time": None}


@dataclass(frozen=True)
class OpinionGiven(Act):
    """The authority's opinion on a report."""

    report: str

    def befall(self, life: Life) -> Answer:
        report = life.reports[self.report]
        if report.status != "submitted":
            return {"status": CONFLICT}
        report.status = "opinion_given"
        return {"status": OK, "report": "opinion_given", "on_time": report.on_time}


@dataclass(frozen=True)
class ReportDecided(Act):
    """The bureau decides on every title that is held: it cancels its own, the ministry's it refers (第十三条)."""

    report: str
    outcomes: tuple[tuple[str, str], ...]

    def befall(self, life: Life) -> Answer:
        report = life.reports[self.report]
        if report.status != "opinion_given":
            return {"status": CONFLICT}
        held = {title.id: title for title in life.titles.values() if title.status == "valid"}
        defects = {"title_left_out" for each in held if each not in dict(self.outcomes)}
        for title, outcome in self.outcomes:
            if title not in held:
                defects.add("not_held")
            elif outcome not in ("retained", "referred" if held[title].kind == LITTLE_GIANT else "cancelled"):
                defects.add("outcome_not_offered")
        if defects:
            return {"status": DEFECTS, "codes": sorted(defects)}
        report.outcomes = dict(self.outcomes)
        return _carry_out(life, report, dict(self.outcomes))


@dataclass(frozen=True)
class MinistryAnswered(Act):
    """The ministry's answer on a referred title is recorded."""

    report: str
    title: str
    outcome: str

    def befall(self, life: Life) -> Answer:
        report = life.reports[self.report]
        if report.status != "referred":
            return {"status": CONFLICT}
        report.outcomes[self.title] = self.outcome
        return _carry_out(life, report, {self.title: self.outcome})


def _carry_out(life: Life, report: Report, outcomes: dict[str, str]) -> Answer:
    """Cancel what is cancelled; once nothing waits for the ministry the report is decided and a rename takes effect."""
    for each, outcome in outcomes.items():
        if outcome == "cancelled" and life.titles[each].status == "valid":
            life.end(life.titles[each], "cancelled")
    report.status = "referred" if "referred" in report.outcomes.values() else "decided"
    if report.status == "decided" and report.new_name is not None:
        life.name = report.new_name
    return {"status": OK, "report": report.status, "on_time": report.on_time}


@dataclass(frozen=True)
class Sanctioned(Act):
    """What a late report costs, as the bureau chooses once (第十三条): nothing, the right to the review, or the title.

    The ministry's titles it can only refer.
    """

    report: str
    choice: str

    def befall(self, life: Life) -> Answer:
        report = life.reports[self.report]
        if report.on_time is not False or report.costs is not None:
            return {"status": CONFLICT}
        held = [title for title in life.titles.values() if title.status == "valid"]
        if not held and self.choice != "excused":
            return {"status": DEFECTS, "codes": ["nothing_held"]}
        report.costs = {}
        for title in held:
            cost = self.choice
            if cost == "cancel_title" and title.kind == LITTLE_GIANT:
                cost = "refer_title"
            report.costs[title.id] = cost
            if cost == "revoke_eligibility":
                title.taken = True
            if cost == "cancel_title":
                life.end(title, "cancelled")
        return {"status": OK, "costs": dict(report.costs)}


@dataclass(frozen=True)
class SanctionAnswered(Act):
    """The ministry's answer on a title that a late report had referred to it."""

    report: str
    title: str
    outcome: str

    def befall(self, life: Life) -> Answer:
        report = life.reports[self.report]
        assert report.costs is not None
        if report.costs[self.title] != "refer_title":
            return {"status": DEFECTS, "codes": ["not_referred"]}
        report.costs[self.title] = {"cancelled": "cancel_title", "retained": "retain_title"}[self.outcome]
        if self.outcome == "cancelled" and life.titles[self.title].status == "valid":
            life.end(life.titles[self.title], "cancelled")
        return {"status": OK, "costs": dict(report.costs)}
