"""Shanghai's days, calendar months, and the days that are worked."""

from datetime import date, datetime, timedelta, timezone
from functools import cache

from chinese_calendar import is_workday

SHANGHAI = timezone(timedelta(hours=8))
LAST_ANNOUNCED_YEAR = 2026


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


def working_days_later(day: date, count: int) -> date:
    """The last of so many worked days after a day, which is not counted itself."""
    for _ in range(count):
        day = rolled(day + timedelta(days=1))
    return day
