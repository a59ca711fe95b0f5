"""Cases in officers' hands: worklists, and the working-day clock (办理时限) that runs while an office has a case."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Self

from shared.regulation.working_days import after_working_days, working_days_between


class Worklist(StrEnum):
    """Where an open case is found (待办). Every open case is in exactly one: overdue comes before the others."""

    CHECKING = "checking"
    TO_REVIEW = "to_review"
    RETURNED = "returned"
    AWAITING_MINISTRY = "awaiting_ministry"
    IN_PUBLIC_NOTICE = "in_public_notice"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class CaseClock:
    """The clock of a case in its present step.

    `due` is the last day for it, None while the clock stands: with the firm, the ministry, in public notice. `left`
    are the working days that are left then, None where the step has no limit.
    """

    due: date | None
    left: int | None

    @classmethod
    def started(cls, limit: int | None, on: date) -> Self:
        """A step began on a day, with a limit of working days or none; the day is not counted."""
        return cls(None if limit is None else after_working_days(on, limit).day, limit)

    @classmethod
    def standing(cls) -> Self:
        """A step whose time is not counted."""
        return cls(None, None)

    def paused(self, on: date) -> Self:
        """The case went back to the firm on a day: what is left of the time is kept."""
        return self if self.due is None else type(self)(None, working_days_between(on, self.due))

    def resumed(self, on: date) -> Self:
        """The firm brought the case back: the time that was left runs on."""
        return type(self).started(self.left, on)

    def overdue(self, today: date) -> bool:
        """Whether the last day is over."""
        return self.due is not None and today > self.due
