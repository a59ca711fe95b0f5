"""What a firm owes, and when it is reminded of it: pure functions over copies, dates and the regulation.

What is owed is computed anew from the copies whenever one of them changed, never patched by single events; that makes
it independent of the order in which events arrive.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from services.notifier.models import Application, Certification, Obligation, Occurrence, Report
from services.notifier.vocabulary import OVERDUE, START, ObligationState
from shared.contracts import Citation
from shared.regulation import (
    DeadlineExtension,
    Duty,
    Regulation,
    Reminders,
    Rule,
    Title,
    end_of_day,
    shanghai_date,
    start_of_day,
)

RECENT = timedelta(days=30)
"""How old a grant or an update may be to be worth a mail: lists taken over from elsewhere tell of years long past."""

UNSUCCESSFUL = frozenset({"refused", "withdrawn", "stopped", "lapsed"})
"""Outcomes of an application that leave the firm without one."""

Key = tuple[str, str, date]


@dataclass(slots=True)
class Owed:
    """A duty as the copies show it.

    `announced`: a mail of its own tells of it when it arises. `follows` is the subject whose place it takes, and whose
    reminders it goes on with.
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
    follows: str | None = None

    @property
    def key(self) -> Key:
        return self.duty, self.subject, self.due


@dataclass(frozen=True, slots=True)
class Stage:
    """A reminder's stage: days before the date, or `start`; due to go out from the instant `at`."""

    name: str
    at: datetime


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

    A missed one has ended, forgiven or not: what is submitted late restores nothing.
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
                facts={"titles": []},
            )
            each = owed.setdefault(each.key, each)
            if duty["state"] == "met" or updated_in_time(updates, year, each.acts_from, due):
                each.state = ObligationState.MET
            elif duty["state"] in ("missed", "forgiven") and each.state == ObligationState.OPEN:
                each.state = ObligationState.ENDED
            if title.value not in each.facts["titles"]:
                each.facts["titles"].append(title.value)
    return list(owed.values())


def _update_cited(regulation: Regulation, title: Title, duty: Mapping[str, Any]) -> dict[str, Any]:
    """The rule that sets the date of an annual update, or the notice that moved it."""
    if (source := duty.get("extended_by")) is None:
        return _cited(regulation, Rule.UPDATE_DUE, title, date(duty["year"], 1, 1))
    nominal, due = date.fromisoformat(duty["nominal_due"]), date.fromisoformat(duty["due"])
    basis = regulation.extension_basis(title, duty["year"], nominal, due, source)
    return Citation.model_validate(basis).model_dump()


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


def updated_in_time(updates: Mapping[int, datetime], year: int, opens: datetime, due: date) -> bool:
    """Whether the first update of a year was submitted from `opens` until the end of the due day."""
    submitted_at = updates.get(year)
    return submitted_at is not None and opens <= submitted_at < end_of_day(due)


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
                    "titles": [title.value],
                    "opens": certification.window_opens.isoformat(),
                    "valid_to": certification.valid_to.isoformat(),
                },
            )
        )
    return owed


def applied_for(
    certification: str, opens: datetime, applications: Iterable[Application], closes: date | None = None
) -> bool:
    """Whether an application that stands was filed for a title since `opens`, and not after `closes`.

    One that is open counts whenever it was filed: a campaign may have moved the window since.
    """
    return any(
        str(each.certification_id) == certification
        and each.outcome not in UNSUCCESSFUL
        and (each.outcome is None or each.applied_at >= opens)
        and (closes is None or each.applied_at < end_of_day(closes))
        for each in applications
    )


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
                each.follows = str(occurrence.id)
                each.facts["occurrence_id"] = str(occurrence.id)
        owed.append(each)
    for occurrence in recorded:
        if occurrence.standing != ObligationState.OPEN or any(
            report.standing != ObligationState.ENDED and tells_of(report, occurrence) for report in known
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
            facts=case.correction["facts"] | {"defects": case.correction["defects"]},
            announced=True,
        )
        for case in cases
        if case.correction is not None
    ]


def met_after_all(
    obligation: Obligation,
    updates: Mapping[int, datetime],
    applications: Iterable[Application],
    reports: Iterable[Report],
    occurrences: Iterable[Occurrence] = (),
) -> bool:
    """Whether an obligation that the copies no longer show was met before it went, whatever was heard of first."""
    match obligation.duty:
        case Duty.UPDATE if obligation.year is not None:
            return updated_in_time(updates, obligation.year, obligation.acts_from, obligation.due)
        case Duty.REVIEW:
            return applied_for(obligation.subject, obligation.acts_from, applications, obligation.due)
        case Duty.RETURNED_CASE:
            return any(
                str(each.id) == obligation.subject and each.outcome not in UNSUCCESSFUL for each in applications
            ) or any(
                str(report.id) == obligation.subject and report.standing == ObligationState.MET for report in reports
            )
        case _:
            made = {str(report.id): report.standing for report in reports}
            told = {str(occurrence.id): occurrence.standing for occurrence in occurrences}
            return (made | told).get(obligation.subject) == ObligationState.MET


def stages(reminders: Reminders, duty: str, nominal_due: date, due: date, acts_from: datetime) -> tuple[Stage, ...]:
    """The stages of an obligation, mildest first.

    A stage is at most its days before the date. A period in months counts to its own last day, not to the working
    day it rolls to; the other dates are fixed, and only a notice moves them. Nothing goes out before the firm can
    act, but for the first announcement of a review.
    """
    last = nominal_due if duty == Duty.CHANGE_REPORT else due
    announced = max(reminders.days_before) if duty == Duty.REVIEW and reminders.days_before else None
    found: list[tuple[datetime, int, str]] = []
    if reminders.at_start:
        found.append((acts_from, -(10**6), START))
    for days in reminders.days_before:
        at = start_of_day(last - timedelta(days=days))
        found.append((at if days == announced else max(at, acts_from), -days, str(days)))
    return tuple(Stage(name, at) for at, _, name in sorted(found))


def plan(each: Obligation | Owed, regulation: Regulation) -> tuple[Stage, ...]:
    """The stages of a duty; a change that officers know of has a last one once its time is over."""
    planned = stages(regulation.reminders(each.duty), each.duty, each.nominal_due, each.due, each.acts_from)
    known_to_officers = each.duty == Duty.CHANGE_REPORT and "occurrence_id" in each.facts
    return (*planned, Stage(OVERDUE, end_of_day(each.due))) if known_to_officers else planned


@dataclass(frozen=True, slots=True)
class Choice:
    """Which stage of an obligation goes out now, if one does, and when to look again."""

    stage: str | None
    next_at: datetime | None


def choose(planned: Sequence[Stage], last: str | None, due: date, now: datetime, too_old: timedelta) -> Choice:
    """The most urgent stage that has passed since `last`, which went out before; milder ones are left out.

    Nothing goes out about a date that is too long past.
    """
    if gone(due, now, too_old):
        return Choice(None, None)
    left = after(planned, last)
    passed = [stage.name for stage in left if stage.at <= now]
    return Choice(passed[-1] if passed else None, next((stage.at for stage in left if stage.at > now), None))


def after(planned: Sequence[Stage], last: str | None) -> Sequence[Stage]:
    """The stages that follow the one named `last`; all where None went out."""
    places = [place for place, stage in enumerate(planned) if stage.name == last]
    return planned[places[0] + 1 :] if places else planned


def gone(due: date, now: datetime, too_old: timedelta) -> bool:
    """Whether a date passed so long ago that nothing is sent about it any more."""
    return now >= end_of_day(due) + too_old


def recent(moment: date | datetime, now: datetime) -> bool:
    """Whether something lies within `RECENT` of now, before or after."""
    day = shanghai_date(moment) if isinstance(moment, datetime) else moment
    return abs(shanghai_date(now) - day) <= RECENT


def _cited(regulation: Regulation, rule: Rule, title: Title, on: date) -> dict[str, Any]:
    return Citation.model_validate(regulation.basis(rule, title, on)).model_dump()
