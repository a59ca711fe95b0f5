"""The second statement of the regulation, held against what is written in the first place: dates worked out by hand."""

from datetime import date, datetime

import pytest

from services.cli.simulation import oracle
from services.cli.simulation.oracle.days import SHANGHAI, months_later
from services.cli.simulation.oracle.notices import CampaignDeclared, DeadlineExtended, ExtensionWithdrawn
from services.cli.simulation.oracle.records import Campaign, Extension
from services.cli.simulation.oracle.reviews import Applied, Decided, Found, Objected, Resubmitted, Returned, Withdrew
from services.cli.simulation.oracle.rules import (
    GROWTH,
    INNOVATIVE,
    LITTLE_GIANT,
    MIIT_2026,
    SPECIALIZED,
    XIAMEN_2023,
    change_due,
    update_due,
    usual_window,
)
from services.cli.simulation.oracle.titles import Granted, Restored, Updated


def on(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


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
    assert change_due(day(happened)) == (day(nominal), day(due))


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
    assert usual_window(XIAMEN_2023, kind, day(expiry)) == (day(opens), day(closes))


def test_three_years_from_the_29th_of_february_end_on_the_28th():
    assert months_later(day("2028-02-29"), 36) == day("2031-02-28")


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


APPROVED = (
    *RENEWABLE,
    Applied(on("2027-05-01"), "title", "application"),
    Decided(on("2027-06-01"), "application", "authority", "passed"),
    Decided(on("2027-07-01"), "application", "bureau", "approved"),
)


def test_a_passed_review_moves_the_validity_by_three_years_once_its_notice_is_over():
    seen, answer = told(*APPROVED, until="2027-07-08T23:59:59")
    assert answer == {"status": 200, "review": "in_public_notice", "notice_ends": "2027-07-08"}
    assert (seen["valid_to"], seen["standing"]) == ("2027-05-10", "under_review")
    seen, _ = told(*APPROVED, until="2027-07-09")
    assert (seen["valid_to"], list(seen["duties"])) == ("2030-05-10", [2028, 2029, 2030])


def test_nothing_is_approved_while_an_objection_is_open():
    objected = (*APPROVED, Objected(on("2027-07-08T23:59:59"), "application"))
    assert told(*objected, until="2027-07-20")[0]["valid_to"] == "2027-05-10"
    dismissed = Found(on("2027-07-21"), "application", 1, upheld=False)
    assert told(*objected, dismissed, until="2027-07-21")[0]["valid_to"] == "2030-05-10"
    upheld = Found(on("2027-07-21"), "application", 1, upheld=True)
    assert told(*objected, upheld, until="2027-07-21")[0]["status"] == "expired"


def test_an_application_returned_for_correction_lapses_with_its_due_day():
    returned = (*APPROVED[:-2], Returned(on("2027-05-08"), "application", "authority"))
    assert told(*returned, until="2027-05-08")[1] == {"status": 200, "review": "returned", "due": "2027-05-21"}
    in_time = Resubmitted(on("2027-05-21T23:59:59"), "application")
    assert told(*returned, in_time, until="2027-06-01")[0]["standing"] == "under_review"
    late = Resubmitted(on("2027-05-22"), "application")
    seen, answer = told(*returned, late, until="2027-06-01")
    assert (answer["status"], seen["status"]) == (409, "expired")


def test_a_deadline_extension_moves_the_date_and_takes_back_what_it_makes_wrong():
    extended = DeadlineExtended(
        on("2026-05-20"), "notice", Extension(2026, (SPECIALIZED,), ("XM-SM",), day("2026-06-26"))
    )
    assert told(granted(), extended, until="2026-05-19")[0]["eligibility"] == "revoked"
    seen, _ = told(granted(), extended, until="2026-06-26T23:59:59")
    assert (seen["eligibility"], seen["duties"][2026]) == ("held", ("2026-06-26", "open"))
    assert told(granted(), extended, until="2026-06-27")[0]["eligibility"] == "revoked"
    in_time = Updated(on("2026-06-26T23:59:59"), 2026)
    assert told(granted(), extended, in_time, until="2026-06-27")[0]["eligibility"] == "held"
    withdrawn = ExtensionWithdrawn(on("2026-06-01"), "notice")
    assert told(granted(), extended, withdrawn, until="2026-06-01")[0]["eligibility"] == "revoked"


def test_an_extension_for_other_authorities_moves_nothing():
    extended = DeadlineExtended(
        on("2026-04-20"), "notice", Extension(2026, (SPECIALIZED,), ("XM-HL",), day("2026-06-26"))
    )
    assert told(granted(), extended, until="2026-05-01")[0]["eligibility"] == "revoked"


def test_an_officer_forgives_what_was_missed_until_then():
    restored = Restored(on("2026-06-01"), "title")
    seen, _ = told(granted(), restored, until="2026-06-01")
    assert (seen["eligibility"], seen["duties"][2026], "profile_stale" in seen["failing"]) == (
        "held",
        ("2026-04-30", "forgiven"),
        False,
    )
    assert told(granted(), restored, until="2027-05-01")[0]["eligibility"] == "revoked"


def test_a_campaign_overrides_the_window_either_way():
    campaign = Campaign((SPECIALIZED,), day("2027-10-01"), day("2027-12-31"), day("2027-09-01"), day("2027-11-30"))
    declared = CampaignDeclared(on("2027-08-01"), "notice", campaign)
    updates = tuple(Updated(on(f"{year}-03-01"), year) for year in (2026, 2027))
    seen, _ = told(granted(), *updates, declared, until="2027-09-01")
    assert (seen["window"], seen["failing"]) == (("2027-09-01", "2027-11-30"), [])
    assert told(granted(), *updates, declared, until="2028-01-01")[0]["status"] == "expired"


@pytest.mark.parametrize(
    ("kind", "year", "due"),
    [
        (SPECIALIZED, 2025, "2025-04-30"),
        (SPECIALIZED, 2026, "2026-05-31"),
        (LITTLE_GIANT, 2027, "2027-05-31"),
        (INNOVATIVE, 2027, "2027-04-30"),
    ],
)
def test_the_ministrys_measures_put_some_updates_at_31_may_from_2026_on(kind, year, due):
    assert update_due(MIIT_2026, kind, year) == day(due)


@pytest.mark.parametrize(
    ("kind", "expiry", "opens", "closes"),
    [
        (SPECIALIZED, "2026-06-30", "2026-07-01", "2026-09-30"),
        (SPECIALIZED, "2026-07-01", "2026-04-01", "2026-07-01"),
        (GROWTH, "2026-07-01", "2026-07-02", "2026-10-08"),
        (INNOVATIVE, "2026-07-01", "2026-06-01", "2026-07-01"),
    ],
)
def test_the_ministrys_measures_put_some_reviews_before_the_expiry(kind, expiry, opens, closes):
    assert usual_window(MIIT_2026, kind, day(expiry)) == (day(opens), day(closes))


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
