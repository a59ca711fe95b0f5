from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.regulation import Campaign, Regulation, Title, end_of_day, is_working_day, start_of_day

REGULATION = Regulation.load("xiamen-2023")
AFTER_EXPIRY = [Title.SPECIALIZED, Title.LITTLE_GIANT, Title.GROWTH]
EXPIRIES = st.dates(date(2004, 6, 1), date(2100, 12, 31))
CAMPAIGN = Campaign(
    id="c1",
    titles=frozenset({Title.SPECIALIZED, Title.INNOVATIVE}),
    expires_from=date(2026, 1, 1),
    expires_to=date(2026, 6, 30),
    opens=date(2026, 5, 20),
    closes=date(2026, 6, 20),
    source="关于组织开展2026年复核工作的通知",
)


@pytest.mark.parametrize(
    ("expiry", "opens"),
    [
        (date(2026, 3, 31), date(2026, 2, 28)),
        (date(2028, 2, 29), date(2028, 1, 29)),
        (date(2027, 5, 10), date(2027, 4, 10)),
    ],
)
def test_an_innovative_firm_applies_from_a_month_before_expiry_through_the_expiry_day(regulation, expiry, opens):
    window = regulation.review_window(Title.INNOVATIVE, expiry)
    assert (window.opens, window.closes, window.provisional) == (opens, expiry, False)
    assert (window.basis.rule, window.basis.article) == ("review.window", "第十一条")


@pytest.mark.parametrize("title", AFTER_EXPIRY)
@pytest.mark.parametrize(
    ("expiry", "closes", "provisional"),
    [
        (date(2026, 1, 31), date(2026, 4, 30), False),
        (date(2026, 2, 1), date(2026, 5, 6), False),
        (date(2025, 11, 30), date(2026, 2, 28), False),
        (date(2026, 12, 31), date(2027, 3, 31), True),
    ],
)
def test_the_others_apply_for_three_months_from_the_day_after_expiry(regulation, title, expiry, closes, provisional):
    window = regulation.review_window(title, expiry)
    assert window.opens == expiry + timedelta(days=1)
    assert (window.closes, window.provisional, window.campaign_id) == (closes, provisional, None)


@given(EXPIRIES, st.sampled_from(Title))
def test_a_window_opens_before_it_closes_and_contains_both_days(expiry, title):
    window = REGULATION.review_window(title, expiry)
    assert window.opens <= window.closes
    assert window.contains(window.opens)
    assert window.contains(window.closes)
    assert not window.contains(window.opens - timedelta(days=1))
    assert not window.contains(window.closes + timedelta(days=1))
    assert window.contains(start_of_day(window.opens))
    assert window.contains(end_of_day(window.closes) - timedelta(microseconds=1))
    assert not window.contains(end_of_day(window.closes))
    if title is Title.INNOVATIVE:
        assert window.closes == expiry
    else:
        assert is_working_day(window.closes)


def test_a_campaign_overrides_the_window_either_way(regulation):
    later = regulation.review_window(Title.INNOVATIVE, date(2026, 3, 31), CAMPAIGN)
    shorter = regulation.review_window(Title.SPECIALIZED, date(2026, 3, 31), CAMPAIGN)
    for window in (later, shorter):
        assert (window.opens, window.closes, window.campaign_id) == (date(2026, 5, 20), date(2026, 6, 20), "c1")
        assert window.basis.rule == "review.campaign"
        assert CAMPAIGN.source in window.basis.text
        assert "2026-06-20" in window.basis.text_en
    assert not shorter.contains(datetime(2026, 5, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("title", "expiry", "covered"),
    [
        (Title.SPECIALIZED, date(2026, 1, 1), True),
        (Title.SPECIALIZED, date(2026, 6, 30), True),
        (Title.SPECIALIZED, date(2025, 12, 31), False),
        (Title.SPECIALIZED, date(2026, 7, 1), False),
        (Title.GROWTH, date(2026, 3, 31), False),
    ],
)
def test_a_campaign_holds_for_its_titles_and_its_cohort_only(regulation, title, expiry, covered):
    assert (regulation.review_window(title, expiry, CAMPAIGN).campaign_id == "c1") is covered


def test_a_campaign_that_closes_before_it_opens_is_refused():
    with pytest.raises(ValueError, match="before it opens"):
        Campaign("c", frozenset(Title), date(2026, 1, 1), date(2026, 2, 1), date(2026, 5, 2), date(2026, 5, 1), "")
    with pytest.raises(ValueError, match="expiries end"):
        Campaign("c", frozenset(Title), date(2026, 2, 2), date(2026, 2, 1), date(2026, 5, 1), date(2026, 5, 1), "")


@pytest.mark.parametrize("title", list(Title))
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (date(2028, 2, 29), date(2031, 2, 28)),
        (date(2025, 2, 28), date(2028, 2, 28)),
        (date(2026, 5, 31), date(2029, 5, 31)),
        (date(2026, 12, 31), date(2029, 12, 31)),
    ],
)
def test_a_passed_review_adds_three_years_to_the_old_expiry(regulation, title, old, new):
    assert regulation.extended(title, old) == new


def test_the_bureau_decides_reviews_but_the_ministry_those_of_little_giants(regulation):
    for title in (Title.INNOVATIVE, Title.SPECIALIZED, Title.GROWTH):
        route = regulation.review_route(title)
        assert (route.steps, route.decided_by) == (("authority", "bureau"), "bureau")
    route = regulation.review_route(Title.LITTLE_GIANT)
    assert (route.steps, route.decided_by) == (("authority", "bureau", "ministry"), "ministry")
    assert route.on_site_check
    assert route.basis.article == "第十一条"


@pytest.mark.parametrize("title", list(Title))
def test_a_title_under_review_past_its_expiry_is_treated_as_valid(regulation, title):
    assert regulation.pending_is_valid(title, date(2026, 3, 31)) is True
