"""What the measures change from 2026 on, and what they leave as it is."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.regulation import Period, Regulation, Rule, Title

OLD, NEW = Regulation.load("xiamen-2023"), Regulation.load("miit-2026")
MOVED = [Title.SPECIALIZED, Title.LITTLE_GIANT]
BOTH = pytest.mark.parametrize("rules", [OLD, NEW], ids=lambda rules: rules.id)
EXPIRIES = st.dates(date(2004, 6, 1), date(2100, 12, 31))
FIRST_NEW_EXPIRY = date(2026, 7, 1)
NEW_DOCUMENT = "工信部企业〔2026〕2号"


@pytest.mark.parametrize("title", MOVED)
@pytest.mark.parametrize(
    ("year", "due", "document"),
    [
        (2025, date(2025, 4, 30), "厦工信规〔2023〕2号"),
        (2026, date(2026, 5, 31), NEW_DOCUMENT),
        (2027, date(2027, 5, 31), NEW_DOCUMENT),
    ],
)
def test_from_2026_on_the_update_is_due_on_31_may_even_on_a_sunday(title, year, due, document):
    found = NEW.update_due(title, year)
    assert (found.nominal, found.due, found.basis.document) == (due, due, document)
    assert OLD.update_due(title, year).due == date(year, 4, 30)


@given(st.integers(2000, 2100))
def test_innovative_firms_stay_at_30_april_and_growth_firms_owe_nothing(year):
    assert NEW.update_due(Title.INNOVATIVE, year) == OLD.update_due(Title.INNOVATIVE, year)
    assert NEW.update_due(Title.GROWTH, year) is None


@pytest.mark.parametrize(
    ("start", "end", "first", "old", "new"),
    [
        (date(2023, 6, 1), date(2026, 5, 10), True, (2024, 2025, 2026), (2024, 2025)),
        (date(2023, 6, 1), date(2026, 5, 31), True, (2024, 2025, 2026), (2024, 2025, 2026)),
        (date(2023, 6, 1), date(2026, 5, 30), True, (2024, 2025, 2026), (2024, 2025)),
        (date(2026, 5, 10), date(2029, 5, 10), False, (2027, 2028, 2029), (2026, 2027, 2028)),
        (date(2026, 5, 31), date(2029, 5, 31), False, (2027, 2028, 2029), (2027, 2028, 2029)),
        (date(2025, 7, 1), date(2028, 6, 30), True, (2026, 2027, 2028), (2026, 2027, 2028)),
    ],
)
def test_duty_years_are_counted_on_the_new_date(start, end, first, old, new):
    period = Period(start, end, first, date(2023, 6, 1) if not first else start)
    assert OLD.duty_years(Title.SPECIALIZED, period) == old
    assert NEW.duty_years(Title.SPECIALIZED, period) == new
    assert NEW.duty_years(Title.INNOVATIVE, period) == OLD.duty_years(Title.INNOVATIVE, period)


@given(st.sampled_from(MOVED), st.dates(date(2018, 1, 1), date(2060, 12, 31)), st.integers(1, 5))
def test_no_year_is_owed_twice_or_never_across_the_change(title, valid_from, renewals):
    expiry = NEW.extended(title, valid_from) - timedelta(days=1)
    years = list(NEW.duty_years(title, Period(valid_from, expiry, first=True, valid_from=valid_from)))
    for _ in range(renewals):
        following = NEW.extended(title, expiry)
        years += NEW.duty_years(title, Period(expiry, following, first=False, valid_from=valid_from))
        expiry = following
    assert years == list(range(years[0], years[-1] + 1))


@pytest.mark.parametrize("title", MOVED)
@pytest.mark.parametrize(
    ("expiry", "opens", "closes"),
    [
        (date(2026, 3, 31), date(2026, 4, 1), date(2026, 6, 30)),
        (date(2026, 6, 30), date(2026, 7, 1), date(2026, 9, 30)),
        (date(2026, 7, 1), date(2026, 4, 1), date(2026, 7, 1)),
        (date(2026, 12, 31), date(2026, 9, 30), date(2026, 12, 31)),
        (date(2027, 5, 31), date(2027, 2, 28), date(2027, 5, 31)),
    ],
)
def test_the_review_comes_before_the_expiry_from_july_on(title, expiry, opens, closes):
    window = NEW.review_window(title, expiry)
    assert (window.opens, window.closes) == (opens, closes)


@given(st.sampled_from(MOVED), EXPIRIES)
def test_no_window_before_the_expiry_begins_before_the_measures_are_in_force(title, expiry):
    window = NEW.review_window(title, expiry)
    if expiry < FIRST_NEW_EXPIRY:
        assert window == OLD.review_window(title, expiry)
    else:
        assert (window.closes, window.basis.document) == (expiry, NEW_DOCUMENT)
        assert window.opens >= date(2026, 4, 1)


@given(st.sampled_from([Title.INNOVATIVE, Title.GROWTH]), EXPIRIES)
def test_the_windows_of_the_others_do_not_move(title, expiry):
    assert NEW.review_window(title, expiry) == OLD.review_window(title, expiry)


@BOTH
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
def test_a_change_is_reported_within_three_months_under_both(rules, happened, nominal, due):
    found = rules.change_report_due(happened)
    assert (found.nominal, found.due) == (nominal, due)


@BOTH
@pytest.mark.parametrize(
    ("expiry", "opens"),
    [
        (date(2026, 3, 31), date(2026, 2, 28)),
        (date(2028, 2, 29), date(2028, 1, 29)),
        (date(2027, 5, 10), date(2027, 4, 10)),
    ],
)
def test_an_innovative_firm_applies_in_the_month_before_expiry_under_both(rules, expiry, opens):
    window = rules.review_window(Title.INNOVATIVE, expiry)
    assert (window.opens, window.closes) == (opens, expiry)


@BOTH
@pytest.mark.parametrize("title", list(Title))
def test_a_passed_review_adds_three_years_under_both(rules, title):
    assert rules.extended(title, date(2028, 2, 29)) == date(2031, 2, 28)


@pytest.mark.parametrize("rule", list(Rule))
@pytest.mark.parametrize("title", list(Title))
def test_every_other_rule_is_as_it_was(rule, title):
    moved = rule in (Rule.UPDATE_DUE, Rule.REVIEW_WINDOW) and title in MOVED
    on = date(2026, 9, 1)
    found = {name: (entry.text, basis) for name, entry, basis in NEW.in_force(title, on)}
    before = {name: (entry.text, basis) for name, entry, basis in OLD.in_force(title, on)}
    assert (found.get(rule) != before.get(rule)) is moved
    assert found.keys() == before.keys()


def test_a_citation_of_the_measures_pretends_to_no_number_of_an_article():
    for rule in ("update.due", "review.window"):
        basis = NEW.basis(rule, Title.LITTLE_GIANT)
        assert (basis.document, basis.article.endswith("条款"), "第" in basis.article) == (NEW_DOCUMENT, True, False)
