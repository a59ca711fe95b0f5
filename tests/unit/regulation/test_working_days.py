from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.regulation import is_working_day, next_working_day
from shared.regulation.working_days import FIRST_ANNOUNCED_YEAR, LAST_ANNOUNCED_YEAR

ANNOUNCED = st.dates(date(FIRST_ANNOUNCED_YEAR, 1, 1), date(LAST_ANNOUNCED_YEAR, 12, 31))
LATER = st.dates(date(LAST_ANNOUNCED_YEAR + 1, 1, 1), date(2150, 12, 31))
ANY = st.dates(date(1995, 1, 1), date(2150, 12, 31))


@given(ANNOUNCED)
def test_announced_years_follow_the_announcement(day):
    assert is_working_day(day) == chinese_calendar.is_workday(day)


def test_an_adjusted_working_saturday_is_worked_and_a_bridged_monday_is_not():
    assert is_working_day(date(2026, 2, 28))
    assert not is_working_day(date(2026, 2, 16))


@given(LATER)
def test_years_without_a_calendar_know_weekends_and_statutory_days(day):
    statutory = (day.month, day.day) in {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}
    if day.weekday() >= 5 or statutory:
        assert not is_working_day(day)
    elif not (day.month == 4 and 3 <= day.day <= 6):
        assert is_working_day(day)


@pytest.mark.parametrize("day", [date(2027, 4, 5), date(2028, 4, 4), date(2029, 4, 4), date(2030, 4, 5)])
def test_qingming_is_known_in_years_without_a_calendar(day):
    assert not is_working_day(day)


@given(ANY)
def test_the_roll_never_goes_backwards_and_stops_at_the_first_working_day(day):
    rolled = next_working_day(day)
    assert rolled.day >= day
    assert is_working_day(rolled.day)
    assert not any(is_working_day(day + timedelta(days=n)) for n in range((rolled.day - day).days))
    assert next_working_day(rolled.day).day == rolled.day


@given(ANY)
def test_a_roll_is_provisional_exactly_when_it_consulted_an_unannounced_year(day):
    rolled = next_working_day(day)
    years = range(day.year, rolled.day.year + 1)
    assert rolled.provisional == any(not FIRST_ANNOUNCED_YEAR <= y <= LAST_ANNOUNCED_YEAR for y in years)
