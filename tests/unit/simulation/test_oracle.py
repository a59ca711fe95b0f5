"""The second statement of the regulation, held against what is written in the first place: dates worked out by hand."""

from datetime import date, datetime

import pytest

from services.cli.simulation import oracle
from services.cli.simulation.oracle import (
    GROWTH,
    INNOVATIVE,
    LITTLE_GIANT,
    SPECIALIZED,
    XIAMEN_2023,
    Applied,
    Decided,
    Granted,
    Updated,
    Withdrew,
)


def on(text):
    return datetime.fromisoformat(text).replace(tzinfo=oracle.SHANGHAI)


def day(text):
    return date.fromisoformat(text)


def granted(kind=SPECIALIZED, valid_from="2025-01-01", valid_to="2027-12-31", at=None, duties_from=None):
    return Granted(on(at or f"{valid_from}T10:00"), "title", kind, day(valid_from), day(valid_to), duties_from)


def told(*acts, until):
    """The title as it must be shown at an instant, and the last act's answer."""
    life, answers = oracle.live(XIAMEN_2023, "厦门示例科技有限公司", "XM-SM", acts, on(until))
    return life.seen(life.titles["title"]), answers[-1]


@pytest.mark.parametrize(
    ("happened", "nominal", "due"),
    [
        ("2025-11-30", "2026-02-28", "2026-02-28"),
        ("2025-12-01", "2026-03-01", "2026-03-02"),
        ("2026-01-31", "2026-04-30", "2026-04-30"),
        ("2026-02-01", "2026-05-01", "2026-05-06"),
        ("2025-07-01", "2025-10-01", "2025-10-09"),
        ("2027-01-05", "2027-04-05", "2027-04-06"),  # Qingming of a year that is not announced yet
        ("2027-02-01", "2027-05-01", "2027-05-03"),
    ],
)
def test_a_change_is_reported_within_three_months_to_the_next_working_day(happened, nominal, due):
    assert oracle.change_due(day(happened)) == (day(nominal), day(due))


@pytest.mark.parametrize(
    ("kind", "expiry", "opens", "closes"),
    [
        (INNOVATIVE, "2026-03-31", "2026-02-28", "2026-03-31"),
        (INNOVATIVE, "2028-02-29", "2028-01-29", "2028-02-29"),
        (INNOVATIVE, "2027-05-10", "2027-04-10", "2027-05-10"),
        (SPECIALIZED, "2026-01-31", "2026-02-01", "2026-04-30"),
        (GROWTH, "2026-07-01", "2026-07-02", "2026-10-08"),
    ],
)
def test_a_review_is_applied_for_within_its_window(kind, expiry, opens, closes):
    assert oracle.usual_window(XIAMEN_2023, kind, day(expiry)) == (day(opens), day(closes))


def test_three_years_from_the_29th_of_february_end_on_the_28th():
    assert oracle.months_later(day("2028-02-29"), 36) == day("2031-02-28")


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "kind", "years"),
    [
        ("2025-01-01", "2027-12-31", SPECIALIZED, [2026, 2027]),
        ("2025-05-01", "2028-04-30", INNOVATIVE, [2026, 2027, 2028]),
        ("2025-05-01", "2028-04-29", INNOVATIVE, [2026, 2027]),
        ("2025-01-01", "2027-12-31", GROWTH, []),
    ],
)
def test_the_first_update_is_owed_in_the_year_after_the_grant_the_last_in_that_of_the_expiry(
    valid_from, valid_to, kind, years
):
    seen, _ = told(granted(kind, valid_from, valid_to), until=f"{valid_from}T12:00")
    assert list(seen["duties"]) == years


@pytest.mark.parametrize(
    ("submitted", "state", "eligibility"),
    [
        ("2025-12-31T23:59:59", "missed", "revoked"),
        ("2026-01-01T00:00:00", "met", "held"),
        ("2026-04-30T23:59:59", "met", "held"),
        ("2026-05-01T00:00:00", "missed", "revoked"),
    ],
)
def test_an_update_counts_from_1_january_until_30_april_is_over(submitted, state, eligibility):
    seen, _ = told(granted(), Updated(on(submitted), 2026), until="2026-05-01T00:00:00")
    assert (seen["duties"][2026], seen["eligibility"]) == (("2026-04-30", state), eligibility)


def test_nothing_is_lost_before_midnight():
    assert told(granted(), until="2026-04-30T23:59:59")[0]["eligibility"] == "held"


def test_a_title_taken_over_is_judged_from_the_date_that_was_named():
    late = granted(at="2026-06-01T10:00")
    assert told(late, until="2026-06-01T10:00")[0]["eligibility"] == "revoked"
    spared = granted(at="2026-06-01T10:00", duties_from=day("2026-06-01"))
    assert told(spared, until="2026-06-01T10:00")[0]["eligibility"] == "held"


RENEWABLE = (
    granted(INNOVATIVE, "2024-05-11", "2027-05-10"),
    *(Updated(on(f"{y}-03-01"), y) for y in (2025, 2026, 2027)),
)


def test_an_application_is_refused_with_every_condition_that_fails():
    acts = (granted(), Applied(on("2026-05-01"), "title", "application"))
    assert told(*acts, until="2026-05-01")[1] == {
        "status": 409,
        "codes": ["eligibility_revoked", "profile_stale", "window_not_open"],
    }


def test_past_its_expiry_a_title_is_under_review_while_an_application_is_open_and_ends_when_it_is_withdrawn():
    applied = Applied(on("2027-05-10T23:59:59"), "title", "application")
    seen, answer = told(*RENEWABLE, applied, until="2027-05-11")
    assert (answer, seen["standing"]) == ({"status": 201, "review": "submitted"}, "under_review")
    seen, _ = told(*RENEWABLE, applied, Withdrew(on("2027-05-12"), "application"), until="2027-05-12")
    assert (seen["status"], seen["standing"]) == ("expired", "expired")


def test_a_title_that_is_reviewed_after_its_expiry_waits_for_it_until_the_window_has_closed():
    acts = (
        granted(SPECIALIZED, "2023-02-01", "2026-01-31"),
        Updated(on("2024-03-01"), 2024),
        Updated(on("2025-03-01"), 2025),
    )
    assert told(*acts, until="2026-04-30T23:59:59")[0]["standing"] == "awaiting_review"
    assert told(*acts, until="2026-05-01")[0]["standing"] == "expired"


def test_a_passed_review_moves_the_validity_by_three_years_and_begins_a_new_period():
    acts = (
        *RENEWABLE,
        Applied(on("2027-05-01"), "title", "application"),
        Decided(on("2027-06-01"), "application", "authority", "passed"),
        Decided(on("2027-07-01"), "application", "bureau", "approved"),
    )
    seen, answer = told(*acts, until="2027-07-01")
    assert answer == {"status": 200, "review": "approved"}
    assert (seen["valid_to"], list(seen["duties"])) == ("2030-05-10", [2028, 2029, 2030])


def test_a_missed_update_stops_an_open_application():
    acts = (
        granted(SPECIALIZED, "2023-02-01", "2026-05-31"),
        *(Updated(on(f"{year}-03-01"), year) for year in (2024, 2025)),
        Applied(on("2026-06-01"), "title", "none"),
    )
    assert told(*acts, until="2026-06-01")[1]["codes"] == ["eligibility_revoked", "profile_stale", "title_not_held"]


def test_the_bureau_only_recommends_a_little_giant_which_the_ministry_decides():
    acts = (
        granted(LITTLE_GIANT, "2023-02-01", "2026-01-31"),
        *(Updated(on(f"{year}-03-01"), year) for year in (2024, 2025)),
        Applied(on("2026-02-01"), "title", "application"),
        Decided(on("2026-02-02"), "application", "authority", "passed"),
    )
    assert told(*acts, Decided(on("2026-02-03"), "application", "bureau", "approved"), until="2026-02-03")[1] == {
        "status": 422,
        "codes": ["outcome_not_offered"],
    }
    decided = (
        *acts,
        Decided(on("2026-02-03"), "application", "bureau", "recommended"),
        Decided(on("2026-03-03"), "application", "ministry", "approved"),
    )
    assert told(*decided, until="2026-03-03")[0]["valid_to"] == "2029-01-31"
