"""What a firm owes, by what is known of it.

What is owed is computed anew from the copies whenever one of them changed, never patched by single events; that makes
it independent of the order in which events arrive.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from services.notifier.domain.meeting import applied_for, updated_in_time, updated_late
from services.notifier.models import Application, Certification, Obligation, Occurrence, Report
from services.notifier.vocabulary import CaseKind, ObligationState
from shared.contracts import Citation
from shared.regulation import DeadlineExtension, Duty, Regulation, Rule, Title, end_of_day, start_of_day

Key = tuple[str, str, date]

CASE_ID = {CaseKind.CHANGE_REPORT: "report_id", CaseKind.REVIEW: "review_id"}
"""What the id of a returned case is called."""


@dataclass(slots=True)
class Owed:
    """A duty as the copies show it.

    `announced`: a mail of its own tells of it when it arises. `follows` are the subjects whose place it takes, and
    whose reminders it goes on with.
    """

    duty: Duty
    subject: str
    year: int | None
    nominal_due: date
    due: date
    acts_from: datetime
    state: ObligationState
    citation: dict[str, Any]
    facts: dict[str, Any] = field(default_factory=dict)
    announced: bool = False
    follows: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        return self.duty, self.subject, self.due


def update_subject(credit_code: str, year: int) -> str:
    """What an annual update is about: the firm's year, whichever of its titles ask for it."""
    return f"{credit_code}/{year}"


def updates_owed(
    credit_code: str,
    certifications: Iterable[Certification],
    updates: Mapping[int, datetime],
    regulation: Regulation,
) -> list[Owed]:
    """The annual updates (信息更新, 第十二条) that a firm owes for its titles: one for each year and due date.

    A missed one has ended, forgiven or not, and one that was submitted late: that restores nothing, and nothing is left
    to be done. `at_stake` are the titles whose
    right to a review is lost with it; one that has lost it already has no more to lose. `came_late`: it was submitted
    after its date, and the firm is not urged to do so any more.
    """
    owed: dict[Key, Owed] = {}
    for certification in sorted(certifications, key=lambda each: each.id):
        if certification.status != "valid":
            continue
        title = Title(certification.title)
        for duty in certification.duties:
            year, due = int(duty["year"]), date.fromisoformat(duty["due"])
            each = Owed(
                duty=Duty.UPDATE,
                subject=update_subject(credit_code, year),
                year=year,
                nominal_due=date.fromisoformat(duty["nominal_due"]),
                due=due,
                acts_from=regulation.update_opens(year),
                state=ObligationState.OPEN,
                citation=_update_cited(regulation, title, duty),
                facts={"titles": [], "at_stake": []},
            )
            each = owed.setdefault(each.key, each)
            if duty["state"] == "met" or updated_in_time(updates, year, each.acts_from, due):
                each.state = ObligationState.MET
            elif each.state == ObligationState.OPEN and (
                duty["state"] in ("missed", "forgiven") or updated_late(updates, year, due)
            ):
                each.state = ObligationState.ENDED
            if (submitted_at := updates.get(year)) is not None and submitted_at >= end_of_day(due):
                each.facts["came_late"] = True
            for fact in ("titles", "at_stake") if certification.eligibility == "held" else ("titles",):
                if title.value not in each.facts[fact]:
                    each.facts[fact].append(title.value)
    return list(owed.values())


def _update_cited(regulation: Regulation, title: Title, duty: Mapping[str, Any]) -> dict[str, Any]:
    """The rule that sets the date of an annual update, or the notice that moved it."""
    if (source := duty.get("extended_by")) is None:
        return _cited(regulation, Rule.UPDATE_DUE, title, date(duty["year"], 1, 1))
    nominal, due = date.fromisoformat(duty["nominal_due"]), date.fromisoformat(duty["due"])
    basis = regulation.extension_basis(title, duty["year"], nominal, due, source)
    return Citation.model_validate(basis).model_dump()


LOOK_AGAIN = timedelta(hours=1)
"""When an obligation whose date is moving is looked at again, should the news of it not have come by then."""


def is_moving(
    obligation: Obligation, authority: str, extensions: tuple[DeadlineExtension, ...], regulation: Regulation
) -> bool:
    """Whether a notice moved an annual update's date and the news of the firm's titles is still on its way."""
    if obligation.duty != Duty.UPDATE or obligation.year is None or not extensions:
        return False
    dues = [
        regulation.update_due(Title(title), obligation.year, extensions, authority)
        for title in obligation.facts["titles"]
    ]
    return all(due is not None and due.source is not None and due.due != obligation.due for due in dues)


def reviews_owed(
    certifications: Iterable[Certification], applications: Iterable[Application], regulation: Regulation
) -> list[Owed]:
    """The reviews (复核, 第十一条) that a firm can apply for; a title without the right to one has none."""
    filed = list(applications)
    owed = []
    for certification in certifications:
        if certification.status != "valid" or certification.eligibility != "held":
            continue
        title = Title(certification.title)
        opens = start_of_day(certification.window_opens)
        applied = applied_for(str(certification.id), opens, filed)
        owed.append(
            Owed(
                duty=Duty.REVIEW,
                subject=str(certification.id),
                year=certification.valid_to.year,
                nominal_due=certification.window_closes,
                due=certification.window_closes,
                acts_from=opens,
                state=ObligationState.MET if applied else ObligationState.OPEN,
                citation=certification.window_citation
                or _cited(regulation, Rule.REVIEW_WINDOW, title, certification.valid_to),
                facts={
                    "certification_id": str(certification.id),
                    "titles": [title.value],
                    "opens": certification.window_opens.isoformat(),
                    "valid_to": certification.valid_to.isoformat(),
                },
            )
        )
    return owed


def report_owed(report: Report) -> Owed | None:
    """The change report (重大变化情况报告, 第十三条) that a draft announces; None once nothing is owed."""
    state = ObligationState(report.standing)
    if state is ObligationState.ENDED:
        return None
    return Owed(
        duty=Duty.CHANGE_REPORT,
        subject=str(report.id),
        year=None,
        nominal_due=report.nominal_due,
        due=report.due,
        acts_from=start_of_day(report.happened_on),
        state=state,
        citation=report.citation,
        facts={
            "report_id": str(report.id),
            "type": report.type,
            "happened_on": report.happened_on.isoformat(),
            "provisional": report.provisional,
        },
    )


def changes_owed(reports: Iterable[Report], occurrences: Iterable[Occurrence]) -> list[Owed]:
    """The change reports that a firm owes: those it drafts, and those for changes that officers recorded.

    One change is owed once: what officers recorded gives way to a report that is being written of it, or was made.
    """
    known = list(reports)
    recorded = list(occurrences)
    owed = []
    for report in known:
        each = report_owed(report)
        if each is None:
            continue
        for occurrence in recorded:
            if tells_of(report, occurrence):
                each.follows += (str(occurrence.id),)
                each.facts["occurrence_id"] = str(occurrence.id)
        owed.append(each)
    for occurrence in recorded:
        reporting = [report for report in known if tells_of(report, occurrence)]
        if occurrence.standing != ObligationState.OPEN or any(
            report.standing != ObligationState.ENDED for report in reporting
        ):
            continue
        owed.append(
            Owed(
                duty=Duty.CHANGE_REPORT,
                subject=str(occurrence.id),
                year=None,
                nominal_due=occurrence.nominal_due,
                due=occurrence.due,
                acts_from=occurrence.recorded_at,
                state=ObligationState.OPEN,
                citation=occurrence.citation,
                facts={
                    "type": occurrence.type,
                    "happened_on": occurrence.happened_on.isoformat(),
                    "provisional": occurrence.provisional,
                    "occurrence_id": str(occurrence.id),
                    "evidence": occurrence.evidence,
                },
                announced=True,
                follows=tuple(str(report.id) for report in reporting),
            )
        )
    return owed


def tells_of(report: Report, occurrence: Occurrence) -> bool:
    """Whether a report is one of the change that officers recorded: it names it, or has its type and day."""
    same = (report.type, report.happened_on) == (occurrence.type, occurrence.happened_on)
    return same or report.occurrence_id == occurrence.id


def corrections_owed(cases: Iterable[Report | Application]) -> list[Owed]:
    """The returned cases (退回补正) that wait for their firm; the news of the return is their first reminder."""
    return [
        Owed(
            duty=Duty.RETURNED_CASE,
            subject=str(case.id),
            year=None,
            nominal_due=date.fromisoformat(case.correction["due"]),
            due=date.fromisoformat(case.correction["due"]),
            acts_from=datetime.fromisoformat(case.correction["returned_at"]),
            state=ObligationState.OPEN,
            citation=case.correction["citation"],
            facts={
                CASE_ID[case.correction["facts"]["case"]]: str(case.id),
                **case.correction["facts"],
                "defects": case.correction["defects"],
            },
            announced=True,
        )
        for case in cases
        if case.correction is not None
    ]


def _cited(regulation: Regulation, rule: Rule, title: Title, on: date) -> dict[str, Any]:
    return Citation.model_validate(regulation.basis(rule, title, on)).model_dump()
