from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.regulation import Regulation, is_working_day
from shared.regulation.working_days import LAST_ANNOUNCED_YEAR

REGULATION = Regulation.load("xiamen-2023")


@pytest.mark.parametrize(
    ("happened", "nominal", "due"),
    [
        (date(2025, 11, 30), date(2026, 2, 28), date(2026, 2, 28)),
        (date(2025, 12, 1), date(2026, 3, 1), date(2026, 3, 2)),
        (date(2026, 1, 31), date(2026, 4, 30), date(2026, 4, 30)),
        (date(2026, 2, 1), date(2026, 5, 1), date(2026, 5, 6)),
        (date(2025, 7, 1), date(2025, 10, 1), date(2025, 10, 9)),
    ],
)
def test_three_months_end_on_the_corresponding_day_and_roll_to_the_next_working_day(regulation, happened, nominal, due):
    answer = regulation.change_report_due(happened)
    assert (answer.nominal, answer.due, answer.provisional) == (nominal, due, False)
    assert (answer.basis.rule, answer.basis.document, answer.basis.article) == (
        "change_report.due",
        "厦工信规〔2023〕2号",
        "第十三条",
    )


def test_a_report_in_the_last_second_of_the_rolled_day_is_on_time(regulation):
    due = regulation.change_report_due(date(2026, 2, 1))
    assert due.met_by(datetime(2026, 5, 6, 15, 59, 59, tzinfo=UTC))
    assert due.passed_at(datetime(2026, 5, 6, 16, tzinfo=UTC))


@pytest.mark.parametrize(
    ("happened", "due", "provisional"),
    [
        (date(2026, 9, 30), date(2026, 12, 30), False),
        (date(2026, 10, 1), date(2027, 1, 4), True),  # 1 January is a Friday
        (date(2026, 10, 4), date(2027, 1, 4), True),
        (date(2027, 2, 1), date(2027, 5, 3), True),  # 1 and 2 May are holidays, the 3rd a Monday
        (date(2027, 7, 1), date(2027, 10, 4), True),
    ],
)
def test_years_without_a_calendar_roll_provisionally(regulation, happened, due, provisional):
    answer = regulation.change_report_due(happened)
    assert (answer.due, answer.provisional) == (due, provisional)


@given(st.dates(date(2004, 1, 1), date(2120, 12, 31)))
def test_the_due_day_is_a_working_day_not_before_the_nominal_one(happened):
    answer = REGULATION.change_report_due(happened)
    assert is_working_day(answer.due)
    assert answer.due >= answer.nominal
    assert timedelta(days=89) <= answer.nominal - happened <= timedelta(days=92)
    assert answer.provisional == (answer.due.year > LAST_ANNOUNCED_YEAR)


@given(st.dates(date(2004, 1, 1), date(2120, 12, 30)))
def test_a_later_change_is_never_due_earlier(happened):
    assert REGULATION.change_report_due(happened).due <= REGULATION.change_report_due(happened + timedelta(days=1)).due
