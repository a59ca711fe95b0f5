from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.regulation import Period, Regulation, Title

REGULATION = Regulation.load("xiamen-2023")
UPDATING = st.sampled_from([Title.INNOVATIVE, Title.SPECIALIZED, Title.LITTLE_GIANT])
GRANTS = st.dates(date(2012, 1, 1), date(2060, 12, 31))


def first_period(start, end):
    return Period(start, end, first=True, valid_from=start)


@pytest.mark.parametrize(
    ("start", "end", "years"),
    [
        (date(2023, 6, 1), date(2026, 5, 31), (2024, 2025, 2026)),
        (date(2023, 3, 1), date(2026, 2, 28), (2024, 2025)),
        (date(2023, 3, 1), date(2026, 4, 29), (2024, 2025)),
        (date(2023, 3, 1), date(2026, 4, 30), (2024, 2025, 2026)),
        (date(2023, 4, 30), date(2026, 4, 30), (2024, 2025, 2026)),
        (date(2023, 12, 31), date(2026, 12, 30), (2024, 2025, 2026)),
        (date(2024, 1, 1), date(2026, 12, 31), (2025, 2026)),
        (date(2023, 6, 1), date(2023, 12, 31), ()),
    ],
)
def test_a_first_period_owes_the_years_after_the_grant_whose_due_date_lies_in_it(regulation, start, end, years):
    assert regulation.duty_years(Title.SPECIALIZED, first_period(start, end)) == years


def test_a_later_period_owes_the_year_of_its_own_start_when_the_due_date_is_still_to_come(regulation):
    second = Period(date(2026, 2, 28), date(2029, 2, 28), first=False, valid_from=date(2023, 3, 1))
    assert regulation.duty_years(Title.INNOVATIVE, second) == (2026, 2027, 2028)


def test_a_due_date_on_the_old_expiry_belongs_to_the_old_period(regulation):
    old = first_period(date(2023, 5, 1), date(2026, 4, 30))
    new = Period(date(2026, 4, 30), date(2029, 4, 30), first=False, valid_from=date(2023, 5, 1))
    assert regulation.duty_years(Title.INNOVATIVE, old)[-1] == 2026
    assert regulation.duty_years(Title.INNOVATIVE, new)[0] == 2027


def test_a_growth_firm_has_no_duty_years(regulation):
    assert regulation.duty_years(Title.GROWTH, first_period(date(2023, 6, 1), date(2026, 5, 31))) == ()


@given(UPDATING, GRANTS, st.integers(0, 1500), st.booleans())
def test_the_plain_statement_of_the_rule_agrees(title, start, days, first):
    end = start + timedelta(days=days)
    plain = []
    for year in range(2000, 2080):
        due = date(year, 4, 30)
        if due > start and due <= end and (not first or year >= start.year + 1):
            plain.append(year)
    assert REGULATION.duty_years(title, Period(start, end, first, start)) == tuple(plain)


@given(UPDATING, GRANTS, st.integers(1, 6))
def test_consecutive_periods_share_no_year_and_leave_none_out(title, valid_from, renewals):
    expiry = REGULATION.extended(title, valid_from) - timedelta(days=1)
    years = list(REGULATION.duty_years(title, first_period(valid_from, expiry)))
    for _ in range(renewals):
        new_expiry = REGULATION.extended(title, expiry)
        years += REGULATION.duty_years(title, Period(expiry, new_expiry, first=False, valid_from=valid_from))
        expiry = new_expiry
    whole = REGULATION.duty_years(title, first_period(valid_from, expiry))
    assert tuple(years) == whole
    assert list(whole) == list(range(whole[0], whole[-1] + 1))
