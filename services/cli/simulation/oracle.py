"""The regulation, stated a second time, as plainly as it can be.

This is what the platform is compared with. It shares nothing with it: no rule, no date, no state. A firm's life is a
list of acts with their instants; `live` goes through that list from the beginning, every time it is asked, lets the
midnights between the acts do what they do, and answers each act as the regulation does. To check it, read it beside
厦工信规〔2023〕2号 (articles 11 to 13) and, for `miit-2026`, 工信部企业〔2026〕2号.

All days are Shanghai's; a day D is over at 00:00 of D+1.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from functools import cache
from typing import Any

from chinese_calendar import is_workday

Answer = dict[str, Any]
"""What an act is answered: the HTTP status, and what the answer must say."""

SHANGHAI = timezone(timedelta(hours=8))
INNOVATIVE, SPECIALIZED, LITTLE_GIANT, GROWTH = "innovative", "specialized", "little_giant", "growth"
XIAMEN_2023 = "xiamen-2023"
BEFORE_ALL = datetime(1, 1, 2, tzinfo=SHANGHAI)
LAST_ANNOUNCED_YEAR = 2026

OK, CREATED, NOT_FOUND, CONFLICT, DEFECTS = 200, 201, 404, 409, 422


# ---- days


@cache
def start_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


@cache
def over(day: date) -> datetime:
    """The first instant at which the day is over."""
    return start_of(day + timedelta(days=1))


def day_of(instant: datetime) -> date:
    return instant.astimezone(SHANGHAI).date()


@cache
def months_later(day: date, months: int) -> date:
    """The corresponding day so many months later, or that month's last day where it has none (民法典 第二百零二条)."""
    year, month = day.year, day.month + months
    while month > 12:
        year, month = year + 1, month - 12
    while month < 1:
        year, month = year - 1, month + 12
    for number in (day.day, 30, 29, 28):
        try:
            return date(year, month, min(number, day.day))
        except ValueError:
            continue
    raise AssertionError(day)


@cache
def worked(day: date) -> bool:
    """Whether a day is worked: as announced; for years without announcement by weekends and the fixed days off."""
    if day.year <= LAST_ANNOUNCED_YEAR:
        return bool(is_workday(day))
    short = day.year % 100
    qingming = int(short * 0.2422 + 4.81) - short // 4  # of the 21st century
    days_off = {(1, 1), (4, qingming), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}
    return day.weekday() < 5 and (day.month, day.day) not in days_off


@cache
def rolled(day: date) -> date:
    """The day, or the first worked one after it (民法典 第二百零三条)."""
    while not worked(day):
        day += timedelta(days=1)
    return day


# ---- the rules' own dates


def change_due(happened_on: date) -> tuple[date, date]:
    """第十三条: within three months; the nominal last day, and the worked one that decides."""
    nominal = months_later(happened_on, 3)
    return nominal, rolled(nominal)


def update_due(rules: str, kind: str, year: int) -> date | None:  # noqa: ARG001 - the rules differ from 2026 on
    """第十二条: by 30 April of every year; a growth SME owes none. A fixed date does not roll."""
    return None if kind == GROWTH else date(year, 4, 30)


@cache
def usual_window(rules: str, kind: str, expiry: date) -> tuple[date, date]:  # noqa: ARG001
    """第十一条: an innovative SME applies within the month before its expiry, the others in three months after it."""
    if kind == INNOVATIVE:
        return months_later(expiry, -1), expiry
    return expiry + timedelta(days=1), rolled(months_later(expiry, 3))


# ---- what there is to a firm


@dataclass
class Title:
    """A title. `start` of its present period is its first day, and after an extension the old expiry.

    `missed` are the duty years of the period that were missed.
    """

    id: str
    kind: str
    valid_from: date
    valid_to: date
    duties_from: date | None
    start: date
    first_period: bool = True
    status: str = "valid"
    missed: tuple[int, ...] = ()
    rejected: bool = False

    @property
    def revoked(self) -> bool:
        """复核资格已取消."""
        return bool(self.missed)


@dataclass
class Application:
    """A review application: submitted, authority_passed, recommended; approved, rejected, withdrawn, stopped."""

    id: str
    title: Title
    status: str = "submitted"

    @property
    def open(self) -> bool:
        return self.status in ("submitted", "authority_passed", "recommended")


@dataclass
class Report:
    """A change report: draft, submitted, opinion_given, referred, decided, withdrawn."""

    id: str
    happened_on: date
    new_name: str | None
    status: str = "draft"
    outcomes: dict[str, str] = field(default_factory=dict)


@dataclass
class Life:
    """A firm at the instant `now`."""

    rules: str
    name: str
    authority: str
    now: datetime = BEFORE_ALL
    titles: dict[str, Title] = field(default_factory=dict)
    updates: list[tuple[int, datetime]] = field(default_factory=list)
    applications: dict[str, Application] = field(default_factory=dict)
    reports: dict[str, Report] = field(default_factory=dict)

    # -- the annual update (信息更新, 第十二条)

    def due(self, title: Title, year: int) -> date:
        """The last day of a duty year."""
        day = update_due(self.rules, title.kind, year)
        assert day is not None
        return day

    def duty_years(self, title: Title) -> list[int]:
        """The years Y with start < due(Y) ≤ expiry; in the first period not before the year after the grant.

        What fell due before the date from which duties are judged was judged elsewhere.
        """
        years = []
        for year in range(title.start.year, title.valid_to.year + 1):
            day = update_due(self.rules, title.kind, year)
            if day is None or not title.start < day <= title.valid_to:
                continue
            if title.first_period and year < title.valid_from.year + 1:
                continue
            if title.duties_from is not None and self.due(title, year) < title.duties_from:
                continue
            years.append(year)
        return years

    def met(self, title: Title, year: int) -> bool:
        """Submitted from 1 January until the due date is over."""
        opens, closes = start_of(date(year, 1, 1)), over(self.due(title, year))
        return any(of == year and opens <= at < closes for of, at in self.updates)

    def unmet(self, title: Title) -> tuple[int, ...]:
        """Duty years of the present period whose due date is over and that are not met: the profile is not fresh."""
        return tuple(
            year
            for year in self.duty_years(title)
            if self.now >= over(self.due(title, year)) and not self.met(title, year)
        )

    def duty_states(self, title: Title) -> dict[int, str]:
        unmet = self.unmet(title)
        return {
            year: "met" if self.met(title, year) else "missed" if year in unmet else "open"
            for year in self.duty_years(title)
        }

    # -- the review (复核, 第十一条)

    def window(self, title: Title) -> tuple[date, date]:
        """When applications are accepted, both days included."""
        return usual_window(self.rules, title.kind, title.valid_to)

    def open_application(self, title: Title) -> Application | None:
        return next((each for each in self.applications.values() if each.title is title and each.open), None)

    def failing(self, title: Title) -> list[str]:
        """Every condition of acceptance that does not hold now."""
        opens, closes = self.window(title)
        today = day_of(self.now)
        found = {
            "title_not_held": title.status != "valid",
            "window_not_open": today < opens,
            "window_closed": today > closes,
            "eligibility_revoked": title.revoked,
            "review_rejected": title.rejected,
            "profile_stale": bool(self.unmet(title)),
            "application_open": self.open_application(title) is not None,
        }
        return sorted(code for code, fails in found.items() if fails)

    def ends(self, title: Title) -> datetime:
        """When a title ends if no application is open: with its validity, or when nobody can apply any more."""
        if title.revoked or title.rejected:
            return over(title.valid_to)
        return max(over(title.valid_to), over(self.window(title)[1]))

    def standing(self, title: Title) -> str:
        """What a title reads as."""
        if title.status != "valid":
            return title.status
        if day_of(self.now) <= title.valid_to:
            return "valid"
        return "under_review" if self.open_application(title) else "awaiting_review"

    # -- time

    def turning_points(self, title: Title) -> list[datetime]:
        """The midnights at which something may become different for a title."""
        if title.status != "valid":
            return []
        opens, closes = self.window(title)
        dues = [over(self.due(title, year)) for year in self.duty_years(title)]
        return [start_of(opens), over(closes), over(title.valid_to), *dues]

    def next_midnight(self) -> datetime | None:
        points = [point for title in self.titles.values() for point in self.turning_points(title)]
        return min((point for point in points if point > self.now), default=None)

    def pass_time(self, until: datetime) -> None:
        while (point := self.next_midnight()) is not None and point <= until:
            self.now = point
            self.settle()
        self.now = until
        self.settle()

    def settle(self) -> None:
        """What is over by now has its effect. A title that ends at this very midnight loses nothing else any more."""
        for title in self.titles.values():
            self._end_if_over(title)
            if title.status == "valid":
                title.missed = self.unmet(title)
                if title.revoked:
                    self._stop_application(title)
            self._end_if_over(title)

    def _end_if_over(self, title: Title) -> None:
        if title.status == "valid" and self.open_application(title) is None and self.now >= self.ends(title):
            self.end(title, "expired")

    def end(self, title: Title, status: str) -> None:
        """A title ends, and with it its application."""
        title.status = status
        self._stop_application(title)

    def _stop_application(self, title: Title) -> None:
        if (application := self.open_application(title)) is not None:
            application.status = "stopped"

    # -- what must be seen

    def seen(self, title: Title) -> Answer:
        """What the platform must show of a title now; what one that has ended once asked for does not matter."""
        return {
            "enterprise_name": self.name,
            "status": title.status,
            "standing": self.standing(title),
            "eligibility": "revoked" if title.revoked else "held",
            "valid_from": title.valid_from.isoformat(),
            "valid_to": title.valid_to.isoformat(),
            "window": tuple(day.isoformat() for day in self.window(title)),
            "duties": {
                year: (self.due(title, year).isoformat(), state)
                for year, state in (self.duty_states(title) if title.status == "valid" else {}).items()
            },
            "failing": self.failing(title),
        }

    def dues_over(self, year: int) -> list[datetime]:
        """The midnights at which the duty year is over for the titles that ask for it."""
        return [
            over(self.due(title, year))
            for title in self.titles.values()
            if title.status == "valid" and year in self.duty_years(title)
        ]

    def year_seen(self, year: int) -> dict[str, tuple[str, str]]:
        """A duty year as the firm's held titles judge it, by kind: its due date and its state."""
        return {
            title.kind: (self.due(title, year).isoformat(), self.duty_states(title)[year])
            for title in self.titles.values()
            if title.status == "valid" and year in self.duty_years(title)
        }


# ---- what happens to a firm


@dataclass(frozen=True)
class Act:
    """Something that was asked for at an instant."""

    at: datetime

    def befall(self, life: Life) -> Answer:
        """What the regulation answers, and what it does to the firm."""
        raise NotImplementedError


@dataclass(frozen=True)
class Granted(Act):
    """A title is granted, or taken over from elsewhere with the date from which its duties are judged."""

    title: str
    kind: str
    valid_from: date
    valid_to: date
    duties_from: date | None = None

    def befall(self, life: Life) -> Answer:
        life.titles[self.title] = Title(
            self.title, self.kind, self.valid_from, self.valid_to, self.duties_from, start=self.valid_from
        )
        return {"status": CREATED}


@dataclass(frozen=True)
class Drafted(Act):
    """An annual update is saved as a draft: it counts for nothing."""

    year: int

    def befall(self, _: Life) -> Answer:
        return {"status": CREATED}


@dataclass(frozen=True)
class Updated(Act):
    """An annual update is submitted, not before its year has begun; a late one restores nothing (第十二条)."""

    year: int

    def befall(self, life: Life) -> Answer:
        if self.at < start_of(date(self.year, 1, 1)):
            return {"status": DEFECTS, "codes": ["not_open_yet"]}
        life.updates.append((self.year, self.at))
        return {
            "status": CREATED,
            "on_time": {
                title.kind: (life.due(title, self.year).isoformat(), life.met(title, self.year))
                for title in life.titles.values()
                if title.status == "valid" and self.year in life.duty_years(title)
            },
        }


@dataclass(frozen=True)
class Applied(Act):
    """A review is applied for: accepted only if every condition holds at that instant."""

    title: str
    application: str

    def befall(self, life: Life) -> Answer:
        title = life.titles[self.title]
        if failing := life.failing(title):
            return {"status": CONFLICT, "codes": failing}
        life.applications[self.application] = Application(self.application, title)
        return {"status": CREATED, "review": "submitted"}


@dataclass(frozen=True)
class Withdrew(Act):
    """An application is taken back while it is open."""

    application: str

    def befall(self, life: Life) -> Answer:
        application = life.applications[self.application]
        if not application.open:
            return {"status": CONFLICT}
        application.status = "withdrawn"
        return {"status": OK, "review": "withdrawn"}


@dataclass(frozen=True)
class Decided(Act):
    """One step of a review (第十一条): authority, bureau, and for a little giant the ministry, which decides it."""

    application: str
    step: str
    outcome: str

    def befall(self, life: Life) -> Answer:
        application = life.applications[self.application]
        title = application.title
        turn = {"authority": "submitted", "bureau": "authority_passed", "ministry": "recommended"}
        if application.status != turn[self.step]:
            return {"status": CONFLICT}
        last = "ministry" if title.kind == LITTLE_GIANT else "bureau"
        forward = "approved" if self.step == last else {"authority": "passed", "bureau": "recommended"}[self.step]
        if self.outcome not in (forward, "rejected"):
            return {"status": DEFECTS, "codes": ["outcome_not_offered"]}
        if self.outcome == "rejected":
            application.status = "rejected"
            title.rejected = True
        elif self.step == last:
            application.status = "approved"
            self._extend(title)
        else:
            application.status = "recommended" if self.step == "bureau" else "authority_passed"
        return {"status": OK, "review": application.status}

    @staticmethod
    def _extend(title: Title) -> None:
        """Three more years from the old expiry; a new period begins, its duties are counted afresh."""
        title.start = title.valid_to
        title.first_period = False
        title.valid_to = months_later(title.valid_to, 36)
        title.missed = ()


@dataclass(frozen=True)
class ReportDrafted(Act):
    """A change report is begun; the change may not lie in the future."""

    report: str
    happened_on: date
    new_name: str | None = None

    def befall(self, life: Life) -> Answer:
        if self.happened_on > day_of(self.at):
            return {"status": DEFECTS, "codes": ["in_the_future"]}
        life.reports[self.report] = Report(self.report, self.happened_on, self.new_name)
        nominal, due = change_due(self.happened_on)
        return {"status": CREATED, "nominal_due": nominal.isoformat(), "due": due.isoformat()}


@dataclass(frozen=True)
class ReportSubmitted(Act):
    """A change report is submitted (第十三条): in time until its due day is over."""

    report: str

    def befall(self, life: Life) -> Answer:
        report = life.reports[self.report]
        if report.status != "draft":
            return {"status": CONFLICT}
        report.status = "submitted"
        return {"status": OK, "report": "submitted", "on_time": self.at < over(change_due(report.happened_on)[1])}


@dataclass(frozen=True)
class ReportWithdrawn(Act):
    """A report is taken back before an opinion was given; its timeliness is lost."""

    report: str

    def befall(self, life: Life) -> Answer:
        report = life.reports[self.report]
        if report.status != "submitted":
            return {"status": CONFLICT}
        report.status = "withdrawn"
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
        return {"status": OK, "report": "opinion_given"}


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
    return {"status": OK, "report": report.status}


def live(rules: str, name: str, authority: str, acts: Sequence[Act], until: datetime) -> tuple[Life, list[Answer]]:
    """What has become of a firm by an instant, and what each of its acts, in their order, must have been answered."""
    life = Life(rules, name, authority)
    answers = []
    for act in acts:
        if act.at > until:
            break
        life.pass_time(act.at)
        answers.append(act.befall(life))
        life.settle()
    life.pass_time(until)
    return life, answers
