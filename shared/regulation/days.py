"""Asia/Shanghai calendar dates, the UTC instants that bound them, and calendar months."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def shanghai_date(instant: datetime) -> date:
    """The Shanghai calendar date of an aware instant. Raises ValueError for a naive one."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant.isoformat()} has no time zone")
    return instant.astimezone(SHANGHAI).date()


def in_chinese(day: date) -> str:
    """A date as Chinese texts have it: 2026年4月30日."""
    return f"{day.year}年{day.month}月{day.day}日"


@lru_cache(maxsize=8192)
def start_of_day(day: date) -> datetime:
    """The first instant of a Shanghai day, in UTC: 30 April 2026 starts at 2026-04-29T16:00:00Z."""
    return datetime.combine(day, time.min, SHANGHAI).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """The instant, in UTC, at which a Shanghai day is over (exclusive): the start of the next day."""
    return start_of_day(day + timedelta(days=1))


def last_instant(day: date) -> datetime:
    """The last instant of a Shanghai day, in UTC, for what is judged "on" that day."""
    return end_of_day(day) - timedelta(microseconds=1)


def add_months(day: date, months: int) -> date:
    """The corresponding day `months` calendar months later (negative: earlier).

    Where the month has no such day it is the month's last day (Civil Code 民法典 第二百零二条). The start day is
    not counted, so one month from 30 November ends on 30 December.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    month += 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
