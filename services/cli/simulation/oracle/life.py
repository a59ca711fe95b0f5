"""A firm, and what the passing of time does to it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from services.cli.simulation.oracle.days import SHANGHAI, day_of, months_later, over, start_of
from services.cli.simulation.oracle.records import Application, Campaign, Extension, Occurrence, Report, Title
from services.cli.simulation.oracle.rules import update_due, usual_window

Answer = dict[str, Any]
"""What an act is answered: the HTTP status, and what the answer must say."""

BEFORE_ALL = datetime(1, 1, 2, tzinfo=SHANGHAI)


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
    occurrences: dict[str, Occurrence] = field(default_factory=dict)
    extensions: dict[str, Extension] = field(default_factory=dict)
    campaigns: dict[str, Campaign] = field(default_factory=dict)

    # -- the annual update (信息更新, 第十二条)

    def due(self, title: Title, year: int) -> date:
        """The last day of a duty year: the rule's own, or that of the notice declared last of those that move it."""
        day = update_due(self.rules, title.kind, year)
        for extension in self.extensions.values():
            for_all = extension.authorities is None or self.authority in extension.authorities
            if extension.year == year and title.kind in extension.kinds and for_all:
                day = extension.due
        assert day is not None
        return day

    def duty_years(self, title: Title) -> list[int]:
        """The years Y with start < due(Y) ≤ expiry by the rule's own date; in the first period from the year after the
        grant on.

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

    def duty_states(self, title: Title) -> dict[int, str]:
        """The duty years of the present period: met, missed once their due date is over, else open."""
        return {
            year: "met" if self.met(title, year) else "missed" if self.now >= over(self.due(title, year)) else "open"
            for year in self.duty_years(title)
        }

    def unmet(self, title: Title) -> tuple[int, ...]:
        """What was missed and not forgiven: the profile is not fresh."""
        states = self.duty_states(title)
        return tuple(year for year, state in states.items() if state == "missed" and year not in title.forgiven)

    # -- the review (复核, 第十一条)

    def window(self, title: Title) -> tuple[date, date]:
        """When applications are accepted, both days included; a campaign declared last overrides the rule."""
        for campaign in reversed(self.campaigns.values()):
            if title.kind in campaign.kinds and campaign.expires_from <= title.valid_to <= campaign.expires_to:
                return campaign.opens, campaign.closes
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
        points = [start_of(opens), over(closes), over(title.valid_to)]
        points += [over(self.due(title, year)) for year in self.duty_years(title)]
        if (application := self.open_application(title)) is not None:
            if application.status == "returned":
                points.append(over(application.return_due))
            if application.status == "in_public_notice":
                points.append(over(application.notice_ends))
        return points

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
            self._lapse_return(title)
            self._end_if_over(title)
            self._lose_right(title)
            self._approve_after_notice(title)
            self._end_if_over(title)

    def _lapse_return(self, title: Title) -> None:
        """A returned application that was not resubmitted by its day counts as never made."""
        application = self.open_application(title)
        if application and application.status == "returned" and self.now >= over(application.return_due):
            application.status = "lapsed"

    def _lose_right(self, title: Title) -> None:
        """第十二条: a missed update costs the right to the review; a notice that moves its date gives it back."""
        if title.status == "valid":
            lost_before = title.revoked
            title.missed = self.unmet(title)
            if title.revoked and not lost_before:
                title.decided |= frozenset(title.missed)
            if title.revoked:
                self._stop_application(title)

    def _approve_after_notice(self, title: Title) -> None:
        """Once the public notice is over and no objection is open, the title is extended."""
        application = self.open_application(title)
        if application is None or application.status != "in_public_notice" or any(application.objections.values()):
            return
        if self.now >= over(application.notice_ends):
            application.status = "approved"
            self.extend(title)

    def extend(self, title: Title) -> None:
        """第十一条: three more years from the old expiry; a new period begins, its duties are counted afresh."""
        title.start = title.valid_to
        title.first_period = False
        title.valid_to = months_later(title.valid_to, 36)
        self._lose_right(title)

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
        """What the platform must show of a title now; of one that has ended neither duties nor a window matter."""
        seen: Answer = {
            "enterprise_name": self.name,
            "status": title.status,
            "standing": self.standing(title),
            "eligibility": "revoked" if title.revoked else "held",
            "valid_from": title.valid_from.isoformat(),
            "valid_to": title.valid_to.isoformat(),
            "failing": self.failing(title),
        }
        if title.status == "valid":
            seen["window"] = tuple(day.isoformat() for day in self.window(title))
            seen["duties"] = {
                year: (self.due(title, year).isoformat(), "forgiven" if year in title.forgiven else state)
                for year, state in self.duty_states(title).items()
            }
        return seen

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
