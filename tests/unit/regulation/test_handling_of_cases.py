from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.regulation import CaseClock, Step, Title, after_working_days, is_working_day, working_days_between

DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("start", "count", "last"),
    [
        (date(2026, 5, 22), 5, date(2026, 5, 29)),
        (date(2026, 2, 13), 1, date(2026, 2, 14)),  # a Saturday that is worked before the Spring Festival
        (date(2026, 2, 14), 1, date(2026, 2, 24)),
        (date(2026, 4, 30), 10, date(2026, 5, 18)),  # 1 to 5 May off, Saturday 9 May worked
        (date(2026, 5, 22), 0, date(2026, 5, 22)),
    ],
)
def test_working_days_are_counted_from_the_day_after(start, count, last):
    assert after_working_days(start, count).day == last


@given(DAYS, st.integers(1, 60))
def test_the_count_and_the_last_day_agree_and_the_last_day_is_worked(start, count):
    last = after_working_days(start, count).day
    assert is_working_day(last)
    assert working_days_between(start, last) == count


@given(DAYS, st.integers(-400, 400))
def test_no_working_day_lies_between_a_day_and_an_earlier_one(start, days):
    end = start + timedelta(days=days)
    assert working_days_between(start, end) == sum(
        is_working_day(start + timedelta(days=each)) for each in range(1, days + 1)
    )


@given(DAYS, st.integers(1, 30), st.integers(0, 40), st.integers(0, 400))
def test_a_case_with_the_firm_costs_the_office_no_time(start, limit, worked, away):
    clock = CaseClock.started(limit, start)
    returned = min(start + timedelta(days=worked), clock.due)
    back = returned + timedelta(days=away)
    resumed = clock.paused(returned).resumed(back)
    assert not clock.paused(returned).overdue(back)
    assert working_days_between(start, returned) + working_days_between(back, resumed.due) == limit


def test_a_clock_is_overdue_when_its_last_day_is_over():
    clock = CaseClock.started(5, date(2026, 5, 22))
    assert not clock.overdue(date(2026, 5, 29))
    assert clock.overdue(date(2026, 5, 30))
    assert not CaseClock.standing().overdue(date(2099, 1, 1))


def test_an_overdue_case_that_is_returned_has_no_time_left_when_it_comes_back():
    clock = CaseClock.started(5, date(2026, 5, 22)).paused(date(2026, 6, 30)).resumed(date(2026, 7, 3))
    assert clock.due == date(2026, 7, 3)


def test_the_rules_file_says_how_long_offices_firms_and_notices_have(regulation):
    on = date(2026, 5, 22)
    assert regulation.handling_days(Step.AUTHORITY, Title.GROWTH, on) == 15
    assert regulation.handling_days(Step.BUREAU, None, on) == 10
    assert regulation.handling_days(Step.MINISTRY, Title.LITTLE_GIANT, on) is None
    assert regulation.notice_ends(Title.INNOVATIVE, on).due == date(2026, 5, 29)
    assert regulation.return_due(None, on).due == date(2026, 6, 5)
    assert regulation.on_site_share(Title.INNOVATIVE, on) == 20
    assert regulation.return_due(None, on).basis.rule == "case.return"
