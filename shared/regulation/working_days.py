"""Working days in mainland China: as announced for each year, and provisionally where nothing is announced yet.

The State Council announces the holidays of one year at the end of the year before, including the weekend days worked
instead (调休). For years without an announcement only weekends and the statutory days with a computable date are known
(全国年节及纪念日放假办法 第二条: 1 January, Qingming, 1-2 May, 1-3 October), so what is computed from them is
provisional until the calendar package is updated.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from chinese_calendar import get_solar_terms, is_workday
from chinese_calendar.constants import holidays

FIRST_ANNOUNCED_YEAR: int = min(holidays).year
LAST_ANNOUNCED_YEAR: int = max(holidays).year

_STATUTORY_DAYS = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
_SATURDAY = 5
_LAST_YEAR_OF_SOLAR_TERMS = 2100


@dataclass(frozen=True, slots=True)
class Rolled:
    """A date after the holiday roll-over; `provisional` if a day consulted lies outside the announced years."""

    day: date
    provisional: bool


def announced(day: date) -> bool:
    """Whether the holidays of this day's year have been announced."""
    return FIRST_ANNOUNCED_YEAR <= day.year <= LAST_ANNOUNCED_YEAR


def is_working_day(day: date) -> bool:
    """Whether the day is worked; outside the announced years by weekends and statutory days alone."""
    if announced(day):
        return bool(is_workday(day))
    if day.weekday() >= _SATURDAY or (day.month, day.day) in _STATUTORY_DAYS:
        return False
    return day != _qingming(day.year)


@lru_cache(maxsize=8192)
def next_working_day(day: date) -> Rolled:
    """The day itself if it is worked, else the first working day after it (民法典 第二百零三条)."""
    provisional = not announced(day)
    while not is_working_day(day):
        day += timedelta(days=1)
        provisional = provisional or not announced(day)
    return Rolled(day, provisional)


@lru_cache(maxsize=8192)
def after_working_days(day: date, count: int) -> Rolled:
    """The last of `count` working days that follow a day, which is not counted itself; the day where `count` is 0."""
    last = Rolled(day, provisional=not announced(day))
    for _ in range(count):
        following = next_working_day(last.day + timedelta(days=1))
        last = Rolled(following.day, last.provisional or following.provisional)
    return last


def working_days_between(start: date, end: date) -> int:
    """How many working days follow `start` until `end`, which is counted; 0 where `end` is not later."""
    return sum(is_working_day(start + timedelta(days=each)) for each in range(1, (end - start).days + 1))


@lru_cache(maxsize=256)
def _qingming(year: int) -> date | None:
    if year > _LAST_YEAR_OF_SOLAR_TERMS:
        return None
    (found,) = get_solar_terms(date(year, 4, 1), date(year, 4, 10))
    day: date = found[0]
    return day
