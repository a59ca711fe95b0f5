from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.regulation import DeadlineExtension, Period, Regulation, Title

REGULATION = Regulation.load("xiamen-2023")
PERIOD = Period(date(2023, 6, 1), date(2026, 5, 31), first=True, valid_from=date(2023, 6, 1))
TITLE = Title.SPECIALIZED
LAST_SECOND = datetime(2024, 4, 30, 15, 59, 59, tzinfo=UTC)
MIDNIGHT = datetime(2024, 4, 30, 16, tzinfo=UTC)
EXTENSION = DeadlineExtension("e", "update", 2025, frozenset({TITLE}), None, date(2025, 6, 26), "延期通知")


def in_year(year, month=3, day=1):
    return datetime(year, month, day, tzinfo=UTC)


def states(answer):
    return {each.year: each.state for each in answer.years}


def test_a_duty_not_yet_due_does_not_make_a_profile_stale():
    answer = REGULATION.freshness(TITLE, PERIOD, {}, LAST_SECOND)
    assert answer.fresh
    assert states(answer) == {2024: "open", 2025: "open", 2026: "open"}


def test_a_duty_missed_at_midnight_makes_it_stale_with_year_and_article():
    answer = REGULATION.freshness(TITLE, PERIOD, {}, MIDNIGHT)
    assert not answer.fresh
    (unmet,) = answer.unmet
    assert (unmet.year, unmet.submitted_at, unmet.due.due) == (2024, None, date(2024, 4, 30))
    assert (unmet.basis.rule, unmet.basis.article) == ("update.missed", "第十二条")


def test_an_update_in_the_last_second_counts_and_one_at_midnight_does_not():
    at = in_year(2024, 7)
    assert REGULATION.freshness(TITLE, PERIOD, {2024: LAST_SECOND}, at).fresh
    late = REGULATION.freshness(TITLE, PERIOD, {2024: MIDNIGHT}, at)
    assert not late.fresh


def test_a_late_update_is_shown_and_restores_nothing():
    late = REGULATION.freshness(TITLE, PERIOD, {2024: in_year(2024, 6)}, in_year(2024, 7))
    assert late.years[0].state == "missed"
    assert late.years[0].submitted_at == late.unmet[0].submitted_at == in_year(2024, 6)


def test_an_update_counts_from_1_january_shanghai_of_its_year():
    new_year = datetime(2023, 12, 31, 16, tzinfo=UTC)
    at = in_year(2024, 7)
    assert REGULATION.freshness(TITLE, PERIOD, {2024: new_year}, at).fresh
    assert not REGULATION.freshness(TITLE, PERIOD, {2024: new_year - timedelta(microseconds=1)}, at).fresh


def test_an_update_submitted_later_than_the_instant_asked_about_is_not_seen():
    answer = REGULATION.freshness(TITLE, PERIOD, {2024: LAST_SECOND}, LAST_SECOND - timedelta(seconds=1))
    assert answer.years[0].submitted_at is None
    assert answer.years[0].state == "open"


def test_an_extension_makes_a_missed_year_open_again_and_an_update_within_it_counts():
    updates = {2024: in_year(2024)}
    at = in_year(2025, 5, 20)
    assert not REGULATION.freshness(TITLE, PERIOD, updates, at).fresh
    assert states(REGULATION.freshness(TITLE, PERIOD, updates, at, (EXTENSION,)))[2025] == "open"
    updates[2025] = in_year(2025, 6, 26)
    after = REGULATION.freshness(TITLE, PERIOD, updates, in_year(2025, 9), (EXTENSION,))
    assert after.fresh
    assert after.years[1].due.nominal == date(2025, 4, 30)


def test_an_extension_past_the_expiry_leaves_the_duty_in_its_period():
    period = Period(date(2022, 5, 20), date(2025, 5, 19), first=True, valid_from=date(2022, 5, 20))
    answer = REGULATION.freshness(
        TITLE, period, {2023: in_year(2023), 2024: in_year(2024)}, in_year(2025, 7), (EXTENSION,)
    )
    assert [unmet.year for unmet in answer.unmet] == [2025]


def test_an_extension_of_another_authority_moves_nothing():
    elsewhere = DeadlineExtension(
        "e", "update", 2025, frozenset({TITLE}), frozenset({"XM-SM"}), date(2025, 6, 26), "通知"
    )
    arguments = (TITLE, PERIOD, {2024: in_year(2024)}, in_year(2025, 5, 20), (elsewhere,))
    assert REGULATION.freshness(*arguments, authority="XM-SM").fresh
    assert not REGULATION.freshness(*arguments, authority="XM-HL").fresh


@pytest.mark.parametrize(
    ("duties_from", "judged"),
    [
        (date(2024, 4, 30), [2024, 2025, 2026]),
        (date(2024, 5, 1), [2025, 2026]),
        (date(2025, 4, 30), [2025, 2026]),
        (date(2025, 5, 1), [2026]),
        (date(2027, 1, 1), []),
    ],
)
def test_duties_from_before_the_list_was_taken_over_are_not_judged(duties_from, judged):
    answer = REGULATION.freshness(TITLE, PERIOD, {}, in_year(2026, 7), duties_from=duties_from)
    assert list(states(answer)) == judged
    assert answer.fresh is (judged == [])


def test_duties_from_looks_at_the_extended_date():
    answer = REGULATION.freshness(TITLE, PERIOD, {}, in_year(2025, 5, 20), (EXTENSION,), duties_from=date(2025, 6, 1))
    assert states(answer) == {2025: "open", 2026: "open"}


def test_a_growth_firm_is_always_fresh():
    answer = REGULATION.freshness(Title.GROWTH, PERIOD, {}, in_year(2026, 7))
    assert answer.fresh
    assert answer.years == ()


def test_a_new_period_counts_its_duties_afresh():
    renewed = Period(date(2026, 5, 31), date(2029, 5, 31), first=False, valid_from=date(2023, 6, 1))
    assert REGULATION.freshness(TITLE, renewed, {}, in_year(2026, 7)).fresh


INSTANTS = st.datetimes(datetime(2023, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC))


@given(
    start=st.dates(date(2022, 1, 1), date(2026, 12, 31)),
    days=st.integers(200, 1200),
    first=st.booleans(),
    updates=st.dictionaries(st.integers(2022, 2030), INSTANTS, max_size=9),
    at=INSTANTS,
    moved=st.none() | st.tuples(st.integers(2022, 2030), st.dates(date(2023, 1, 1), date(2030, 12, 31))),
)
def test_the_plain_statement_of_freshness_agrees(start, days, first, updates, at, moved):
    end = start + timedelta(days=days)
    extensions = ()
    if moved:
        extensions = (DeadlineExtension("m", "update", moved[0], frozenset({TITLE}), None, moved[1], "通知"),)
    missing = []
    for year in range(2020, 2035):
        rule_date = date(year, 4, 30)
        if not start < rule_date <= end or (first and year <= start.year):
            continue
        last_day = moved[1] if moved and moved[0] == year else rule_date
        over = datetime(last_day.year, last_day.month, last_day.day, 16, tzinfo=UTC)
        opened = datetime(year - 1, 12, 31, 16, tzinfo=UTC)
        done = year in updates and opened <= updates[year] < over and updates[year] <= at
        if not done and at >= over:
            missing.append(year)
    answer = REGULATION.freshness(TITLE, Period(start, end, first, start), updates, at, extensions)
    assert [unmet.year for unmet in answer.unmet] == missing
    assert answer.fresh is (missing == [])
    assert [each.year for each in answer.years if each.state == "missed"] == missing
