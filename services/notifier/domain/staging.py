"""When a firm is reminded of what it owes: the stages of a duty, and which of them goes out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.notifier.domain.owing import Owed
from services.notifier.models import Obligation
from services.notifier.vocabulary import OVERDUE, START, CaseKind, Reason
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
    """The stages of a duty; after them the final notice, once its date is over. Of what came late there are none."""
    if each.facts.get("came_late"):
        return ()
    reminders = regulation.reminders(each.duty)
    planned = stages(reminders, each.duty, each.nominal_due, each.due, each.acts_from)
    if not reminders.final_notice or told_by_a_decision(each):
        return planned
    return (*planned, Stage(OVERDUE, end_of_day(each.due)))


def told_by_a_decision(each: Obligation | Owed) -> bool:
    """Whether a decision that follows at once from the missed date tells the firm of it.

    A missed update costs the titles that are at stake their right to a review; a returned application lapses.
    """
    match each.duty:
        case Duty.UPDATE:
            return bool(each.facts.get("at_stake", each.facts["titles"]))
        case Duty.RETURNED_CASE:
            return CaseKind(each.facts["case"]) is CaseKind.REVIEW
        case _:
            return False


@dataclass(frozen=True, slots=True)
class Choice:
    """Which stage of an obligation goes out now, if one does, and when to look again.

    `left_out` are stages that passed and do not go out, mildest first, each with the reason.
    """

    stage: str | None
    next_at: datetime | None
    left_out: tuple[tuple[str, Reason], ...] = ()


def choose(
    planned: Sequence[Stage], last: str | None, due: date, now: datetime, too_old: timedelta, *, known_from: datetime
) -> Choice:
    """The most urgent stage that has passed since `last`, which went out before; milder ones are left out.

    Nothing goes out about a date that is too long past. What had passed before the duty was known, at `known_from`, is
    not left out: nobody could have sent it.
    """
    left = after(planned, last)
    passed = [stage for stage in left if stage.at <= now]
    missed = [stage.name for stage in passed if stage.at >= known_from]
    if gone(due, now, too_old):
        return Choice(None, None, tuple((name, Reason.TOO_OLD) for name in missed[-1:]))
    if not passed:
        return Choice(None, left[0].at if left else None)
    chosen = passed[-1].name
    milder = tuple((name, Reason.SUPERSEDED) for name in missed if name != chosen)
    return Choice(chosen, next((stage.at for stage in left if stage.at > now), None), milder)


def after(planned: Sequence[Stage], last: str | None) -> Sequence[Stage]:
    """The stages that follow the one named `last`; all where None went out."""
    places = [place for place, stage in enumerate(planned) if stage.name == last]
    return planned[places[0] + 1 :] if places else planned


def gone(due: date, now: datetime, too_old: timedelta) -> bool:
    """Whether a date passed so long ago that nothing is sent about it any more."""
    return now >= end_of_day(due) + too_old
