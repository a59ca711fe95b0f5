from calendar import monthrange
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.regulation import add_months, end_of_day, shanghai_date, start_of_day

DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))


def test_the_last_second_of_30_april_is_still_30_april_and_the_next_is_not():
    assert shanghai_date(datetime(2026, 4, 30, 15, 59, 59, 999999, UTC)) == date(2026, 4, 30)
    assert shanghai_date(datetime(2026, 4, 30, 16, 0, 0, tzinfo=UTC)) == date(2026, 5, 1)


@given(DAYS)
def test_a_day_is_twenty_four_hours_between_its_start_and_its_end(day):
    assert start_of_day(day).tzinfo is UTC
    assert end_of_day(day) - start_of_day(day) == timedelta(hours=24)
    assert shanghai_date(start_of_day(day)) == day
    assert shanghai_date(end_of_day(day) - timedelta(microseconds=1)) == day
    assert shanghai_date(end_of_day(day)) == day + timedelta(days=1)


@given(DAYS)
def test_a_day_starts_eight_hours_before_it_does_in_utc(day):
    assert start_of_day(day) == datetime(day.year, day.month, day.day, tzinfo=timezone(timedelta(hours=8)))


def test_a_naive_instant_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        shanghai_date(datetime(2026, 4, 30))


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2025, 11, 30), 3, date(2026, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2026, 1, 31), 3, date(2026, 4, 30)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2028, 2, 29), -1, date(2028, 1, 29)),
        (date(2028, 2, 29), 36, date(2031, 2, 28)),
        (date(2028, 2, 29), 48, date(2032, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
    ],
)
def test_months_end_on_the_corresponding_day_or_the_months_last(start, months, end):
    assert add_months(start, months) == end


@given(DAYS, st.integers(-48, 48))
def test_months_are_counted_one_by_one_and_the_day_is_clamped_only_once(day, months):
    year, month = day.year, day.month
    for _ in range(abs(months)):
        month += 1 if months > 0 else -1
        if month == 13:
            year, month = year + 1, 1
        if month == 0:
            year, month = year - 1, 12
    last = monthrange(year, month)[1]
    assert add_months(day, months) == date(year, month, min(day.day, last))


@given(DAYS, DAYS, st.integers(-40, 40))
def test_a_later_day_never_ends_earlier(one, other, months):
    assert (add_months(min(one, other), months)) <= add_months(max(one, other), months)
