"""When officers are to reach a firm by other means, because it does not act."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.notifier.domain.owing import Owed
from services.notifier.models import Obligation
from services.notifier.vocabulary import Level
from shared.regulation import Escalation, end_of_day, shanghai_date


@dataclass(frozen=True, slots=True)
class Rung:
    """An instant from which a firm is on the list of an office."""

    level: Level
    at: datetime


def rungs(each: Obligation | Owed, escalation: Escalation, known_from: datetime) -> tuple[Rung, ...]:
    """The rungs of a duty, the authority's before the bureau's.

    A day that is so many days before the date must be over, and so must the day on which the firm heard of the duty and
    could act: it has at least that one to itself.
    """
    heard = end_of_day(shanghai_date(max(known_from, each.acts_from)))
    found = []
    for level, days in ((Level.AUTHORITY, escalation.authority), (Level.BUREAU, escalation.bureau)):
        if days is not None:
            found.append(Rung(level, max(end_of_day(each.due - timedelta(days=days)), heard)))
    return tuple(found)


def reached(ladder: tuple[Rung, ...], now: datetime) -> Level | None:
    """Whose list the firm is on by now."""
    passed = [rung.level for rung in ladder if rung.at <= now]
    return passed[-1] if passed else None


def next_rung(ladder: tuple[Rung, ...], now: datetime) -> datetime | None:
    """When the firm comes on the next list."""
    return next((rung.at for rung in ladder if rung.at > now), None)
