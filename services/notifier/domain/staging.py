"""When a firm is reminded of what it owes: the stages of a duty, and which of them goes out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.notifier.domain.owing import Owed
from services.notifier.models import Obligation
from services.notifier.vocabulary import OVERDUE, START
from shared.regulation import Duty, Regulation, Reminders, end_of_day, start_of_day


@dataclass(frozen=True, slots=True)
class Stage:
    """A reminder's stage: days before the date, or `start`; due to go out from the instant `at`."""

    name: str
    at: datetime


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
