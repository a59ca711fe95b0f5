"""What the regulation answers: due dates, windows, freshness and routes, each with its basis."""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Literal

from shared.regulation.days import end_of_day, shanghai_date
from shared.regulation.vocabulary import Basis, Step

UpdateState = Literal["met", "missed", "open"]


@dataclass(frozen=True)
class DueDate:
    """The last day of a duty, in Shanghai dates.

    `nominal` is the rule's own date and is shown; `due` decides, after holiday roll-over and extension. `provisional`:
    it was computed with a year whose holidays are not announced yet.
    """

    nominal: date
    due: date
    provisional: bool
    basis: Basis
    extension_id: str | None = None
    source: str | None = None
    """The notice that moved `due`, where one did."""

    @cached_property
    def deadline(self) -> datetime:
        """The UTC instant at which the due day is over (exclusive): for 30 April 2026, 2026-04-30T16:00:00Z."""
        return end_of_day(self.due)

    def met_by(self, instant: datetime) -> bool:
        """Whether something done at this instant is on time."""
        return instant < self.deadline

    def passed_at(self, instant: datetime) -> bool:
        """Whether the due day is over at this instant."""
        return instant >= self.deadline


@dataclass(frozen=True, slots=True)
class Period:
    """One period of validity of a title, as (start, end] for its duties.

    `start` is the first day of validity in the title's `first` period and the old expiry in every later one; `end` is
    the expiry; `valid_from` is the day the title was first valid.
    """

    start: date
    end: date
    first: bool
    valid_from: date


@dataclass(frozen=True, slots=True)
class YearState:
    """One duty year of a title: met, missed, or still open; a late submission is shown and changes nothing."""

    year: int
    due: DueDate
    submitted_at: datetime | None
    state: UpdateState


@dataclass(frozen=True, slots=True)
class UnmetYear:
    """A duty year whose update was missed, with what that costs."""

    year: int
    due: DueDate
    submitted_at: datetime | None
    basis: Basis


@dataclass(frozen=True, slots=True)
class Freshness:
    """Whether every duty year of the period that has fallen due is met; `unmet` are those that are not."""

    fresh: bool
    years: tuple[YearState, ...]
    unmet: tuple[UnmetYear, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """When applications for review are accepted, both days included; `campaign_id` if a campaign set it.

    `nominal_opens` and `nominal_closes` are the rule's own days, before holiday roll-over and campaign.
    """

    opens: date
    closes: date
    provisional: bool
    basis: Basis
    campaign_id: str | None = None
    nominal_opens: date = field(kw_only=True)
    nominal_closes: date = field(kw_only=True)

    def contains(self, moment: datetime | date) -> bool:
        """Whether the window is open on this Shanghai date, or at this aware instant."""
        day = shanghai_date(moment) if isinstance(moment, datetime) else moment
        return self.opens <= day <= self.closes


@dataclass(frozen=True, slots=True)
class ReviewRoute:
    """Who handles a review, in order; the last step decides."""

    steps: tuple[Step, ...]
    on_site_check: bool
    basis: Basis

    @property
    def decided_by(self) -> Step:
        """The step that decides."""
        return self.steps[-1]


@dataclass(frozen=True, slots=True)
class Reminders:
    """When a duty is reminded of: days before its due date, most distant first, and whether also when it arises.

    `final_notice`: a last time once the date is over.
    """

    days_before: tuple[int, ...]
    at_start: bool
    final_notice: bool = False


@dataclass(frozen=True, slots=True)
class Escalation:
    """When officers are to reach a firm that does not act (催办), in days before its due date; None: never.

    0 is once the date is over, a negative number so many days later.
    """

    authority: int | None
    bureau: int | None
