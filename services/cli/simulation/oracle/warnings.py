"""The rules of warning, stated a second time: which reminders a firm must have got of what it owed.

A firm owes a duty by a date, and is reminded of it in stages: so many days before the date, when the duty arises, once
more when its time is over. A stage is "at most so many days before": whoever looks late finds it still to be done. Of
the stages that have passed since the last reminder only the most urgent goes out. A date that moved is another date:
its stages are counted anew. Nothing goes out before the firm can act, but the first announcement of a review; nothing
once the duty is met or there is nothing left to be done; nothing of a date that is over for thirty days. When a date
is over a last reminder says so, unless a decision that follows from it by itself tells the firm.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.cli.simulation.oracle.acts import Act
from services.cli.simulation.oracle.days import day_of, over, start_of
from services.cli.simulation.oracle.life import Life
from services.cli.simulation.oracle.records import Application, Report, Title
from services.cli.simulation.oracle.rules import change_due

UPDATE, CHANGE_REPORT, REVIEW, RETURNED_CASE = "update", "change_report", "review", "returned_case"
DAYS_BEFORE = {
    UPDATE: (30, 14, 7, 3, 1, 0),
    CHANGE_REPORT: (30, 14, 7, 1),
    REVIEW: (60, 14, 7, 1),
    RETURNED_CASE: (7, 3, 1),
}
START, OVERDUE = "start", "overdue"
BOUND = timedelta(days=30)


@dataclass(frozen=True)
class Reminder:
    """A reminder that went out when the notifier looked at `at`."""

    duty: str
    subject: str
    due: date
    stage: str
    at: datetime


@dataclass(frozen=True)
class Silence:
    """A time in which the notifier stood still: it hears of what happened then only when it is over."""

    begins: datetime
    ends: datetime

    def heard(self, happened: datetime) -> datetime:
        return self.ends if self.begins <= happened < self.ends else happened


@dataclass(frozen=True)
class Owed:
    """A duty of which a firm can be reminded now.

    `counted_to` is the day to which its days are counted. `told_at`: a mail of its own tells of it then, and stands for
    the stages that have passed by then. `final_notice`: no decision tells that its time is over. `also`: what it was
    reminded of under another name counts.
    """

    duty: str
    subject: str
    due: date
    counted_to: date
    acts_from: datetime
    told_at: datetime | None = None
    final_notice: bool = False
    also: tuple[str, ...] = ()

    @property
    def keys(self) -> list[tuple[str, str, date]]:
        return [(self.duty, subject, self.due) for subject in (self.subject, *self.also)]

    def stages(self) -> list[tuple[datetime, str]]:
        """The stages with the instants from which they may go out, the mildest first."""
        stages = []
        for days in DAYS_BEFORE[self.duty]:
            begins = start_of(self.counted_to - timedelta(days=days))
            first_announcement = self.duty == REVIEW and days == DAYS_BEFORE[REVIEW][0]
            stages.append((begins if first_announcement else max(begins, self.acts_from), str(days)))
        if self.duty != UPDATE:
            stages.insert(0, (self.acts_from, START))
        if self.final_notice:
            stages.append((over(self.due), OVERDUE))
        return sorted(stages, key=lambda stage: stage[0])


def warn(
    rules: str,
    name: str,
    authority: str,
    acts: Sequence[Act],
    looks: Sequence[datetime],
    silence: Silence | None = None,
) -> list[Reminder]:
    """Every reminder that the firm must have got, when the notifier looked at these instants and at no others."""
    life = Life(rules, name, authority)
    reminders: list[Reminder] = []
    reminded: dict[tuple[str, str, date], set[str]] = {}
    left = list(reversed(acts))
    for look in looks:
        while left and left[-1].at <= look:
            act = left.pop()
            life.pass_time(act.at)
            act.befall(life)
            life.settle()
        life.pass_time(look)
        for owed in owing(life):
            stage = _most_urgent(owed, look, reminded, silence)
            if stage is not None and look < over(owed.due) + BOUND:
                reminders.append(Reminder(owed.duty, owed.subject, owed.due, stage, look))
                for key in owed.keys:
                    reminded.setdefault(key, set()).add(stage)
    return reminders


def _most_urgent(
    owed: Owed, now: datetime, reminded: dict[tuple[str, str, date], set[str]], silence: Silence | None
) -> str | None:
    """The last stage that has passed, unless it or one after it was reminded of, or told of, before."""
    gone_out = set().union(*(reminded.get(key, ()) for key in owed.keys))
    told_at = silence.heard(owed.told_at) if silence and owed.told_at else owed.told_at
    passed = None
    for begins, stage in owed.stages():
        if (told_at is not None and begins <= told_at) or stage in gone_out:
            passed = None
        elif begins <= now:
            passed = stage
    return passed


def owing(life: Life) -> Iterator[Owed]:
    """What the firm can still do, or is late with."""
    yield from _updates(life)
    yield from _reviews(life)
    yield from _changes(life)
    yield from _corrections(life)


def _updates(life: Life) -> Iterator[Owed]:
    """第十二条: the update of a year, once for all titles that ask for it by the same date.

    A missed one costs the right to a review, which is told at once; who had lost that before is told that it is over.
    """
    asking: dict[tuple[int, date], list[Title]] = {}
    for title in life.titles.values():
        for year in life.duty_years(title) if title.status == "valid" else ():
            asking.setdefault((year, life.due(title, year)), []).append(title)
    for (year, due), titles in sorted(asking.items(), key=lambda each: each[0]):
        made = any(of == year and at >= start_of(date(year, 1, 1)) for of, at in life.updates)
        told = any(year in title.decided | title.forgiven for title in titles)
        if not made and (life.now < over(due) or not told):
            yield Owed(UPDATE, str(year), due, due, start_of(date(year, 1, 1)), final_notice=True)


def _reviews(life: Life) -> Iterator[Owed]:
    """第十一条: the review of a title that still has the right to one, until it is applied for or the window closes."""
    for title in life.titles.values():
        opens, closes = life.window(title)
        can_apply = title.status == "valid" and not title.revoked and not title.rejected
        if can_apply and life.open_application(title) is None and day_of(life.now) <= closes:
            yield Owed(REVIEW, title.id, closes, closes, start_of(opens))


def _changes(life: Life) -> Iterator[Owed]:
    """第十三条: a change that a firm has begun to report, or that officers saw; one change is owed once.

    A period in months counts to its own last day, not to the working day to which it rolls.
    """
    for report in life.reports.values():
        if report.status != "draft":
            continue
        seen = [each for each in life.occurrences.values() if each.told_by(report)]
        nominal, due = change_due(report.happened_on)
        yield Owed(
            CHANGE_REPORT,
            report.id,
            due,
            nominal,
            start_of(report.happened_on),
            told_at=max((each.told_at for each in seen), default=None),
            final_notice=True,
            also=tuple(each.id for each in seen),
        )
    for occurrence in life.occurrences.values():
        reports = [report for report in life.reports.values() if occurrence.told_by(report)]
        if occurrence.status == "open" and not any(map(_stands, reports)):
            nominal, due = change_due(occurrence.happened_on)
            yield Owed(
                CHANGE_REPORT,
                occurrence.id,
                due,
                nominal,
                start_of(occurrence.happened_on),
                told_at=occurrence.told_at,
                final_notice=True,
                also=tuple(report.id for report in reports),
            )


def _stands(report: Report) -> bool:
    return report.status not in ("withdrawn", "discarded")


def _corrections(life: Life) -> Iterator[Owed]:
    """退回补正: a case that lies with the firm, until it comes back; a review lapses with its date, which is told."""
    for report in life.reports.values():
        if report.status == "returned":
            yield _correction(report, final_notice=True)
    for application in life.applications.values():
        if application.status == "returned":
            yield _correction(application, final_notice=False)


def _correction(case: Report | Application, *, final_notice: bool) -> Owed:
    assert case.returned_at is not None
    return Owed(
        RETURNED_CASE,
        case.id,
        case.return_due,
        case.return_due,
        case.returned_at,
        told_at=case.returned_at,
        final_notice=final_notice,
    )
