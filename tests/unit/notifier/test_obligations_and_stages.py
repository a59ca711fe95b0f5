"""What a firm owes, and which reminder goes out: tables over dates."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest

from services.notifier import domain
from services.notifier.domain import Choice
from shared.regulation import SHANGHAI, Duty, Regulation

REGULATION = Regulation.load("xiamen-2023")
CODE = "91350203MA31F1331W"
TOO_OLD = timedelta(days=30)
TITLE_ID = UUID(int=1)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def title(*duties, title="specialized", status="valid", eligibility="held", opens="2027-01-01", closes="2027-03-31"):
    return SimpleNamespace(
        id=TITLE_ID,
        title=title,
        status=status,
        eligibility=eligibility,
        valid_to=date(2026, 12, 31),
        window_opens=date.fromisoformat(opens),
        window_closes=date.fromisoformat(closes),
        window_citation=None,
        duties=[{"year": y, "nominal_due": f"{y}-04-30", "due": due, "state": state} for y, due, state in duties],
    )


def stages(duty, nominal, due, acts_from="2026-01-01"):
    day = date.fromisoformat
    return domain.stages(REGULATION.reminders(duty), duty, day(nominal), day(due), at(acts_from))


UPDATE = stages(Duty.UPDATE, "2026-04-30", "2026-04-30")


@pytest.mark.parametrize(
    ("now", "last", "stage", "next_day"),
    [
        ("2026-03-30T23:59", None, None, "2026-03-31"),
        ("2026-03-31T00:00", None, "30", "2026-04-16"),
        ("2026-04-15T23:59", "30", None, "2026-04-16"),
        ("2026-04-20T10:00", None, "14", "2026-04-23"),
        ("2026-04-30T09:30", "14", "0", None),
        ("2026-04-30T09:30", "0", None, None),
        ("2026-05-02T09:30", "1", "0", None),
        ("2026-05-30T23:59", None, "0", None),
        ("2026-05-31T00:00", None, None, None),
        ("2026-03-31T00:00", "7", None, "2026-04-27"),
    ],
)
def test_of_the_stages_that_passed_only_the_most_urgent_goes_out_once_and_none_long_after(now, last, stage, next_day):
    chosen = domain.choose(UPDATE, last, date(2026, 4, 30), at(now), TOO_OLD)
    assert chosen == Choice(stage, at(next_day) if next_day else None)


def test_a_change_report_is_told_of_when_it_arises_and_then_counted_to_its_nominal_day():
    planned = stages(Duty.CHANGE_REPORT, "2026-08-08", "2026-08-10", "2026-05-08")
    assert [(each.name, each.at) for each in planned] == [
        ("start", at("2026-05-08")),
        ("30", at("2026-07-09")),
        ("14", at("2026-07-25")),
        ("7", at("2026-08-01")),
        ("1", at("2026-08-07")),
    ]


def test_a_review_is_announced_before_its_window_and_urged_only_within_it():
    planned = stages(Duty.REVIEW, "2026-05-10", "2026-05-10", "2026-04-10")
    assert [(each.name, each.at) for each in planned] == [
        ("60", at("2026-03-11")),
        ("start", at("2026-04-10")),
        ("14", at("2026-04-26")),
        ("7", at("2026-05-03")),
        ("1", at("2026-05-09")),
    ]


@pytest.mark.parametrize(
    ("duty_state", "submitted", "state"),
    [
        ("open", None, "open"),
        ("open", "2026-04-30T23:59:59", "met"),
        ("open", "2026-05-01T00:00", "open"),
        ("open", "2025-12-31T23:59", "open"),
        ("met", None, "met"),
        ("missed", None, "ended"),
        ("missed", "2026-05-03T10:00", "ended"),
    ],
)
def test_an_update_is_met_only_by_what_was_submitted_in_its_year_until_the_end_of_the_day(duty_state, submitted, state):
    updates = {2026: at(submitted)} if submitted else {}
    (owed,) = domain.updates_owed(CODE, [title((2026, "2026-04-30", duty_state))], updates, REGULATION)
    assert owed.state == state
    assert "第十二条" in owed.citation["article"]


def test_an_update_is_owed_once_for_several_titles_and_anew_where_a_notice_moved_its_date():
    plain, other, moved = (
        title((2026, "2026-04-30", "open")),
        title((2026, "2026-04-30", "open"), title="innovative"),
        title((2026, "2026-06-26", "open"), title="little_giant"),
    )
    owed = domain.updates_owed(CODE, [plain, other, moved], {}, REGULATION)
    assert {(each.due.isoformat(), tuple(each.facts["titles"])) for each in owed} == {
        ("2026-04-30", ("specialized", "innovative")),
        ("2026-06-26", ("little_giant",)),
    }


@pytest.mark.parametrize(
    ("change", "outcome", "states"),
    [
        ({}, None, ["met"]),
        ({}, "refused", ["open"]),
        ({}, "withdrawn", ["open"]),
        ({}, "approved", ["met"]),
        ({"eligibility": "revoked"}, None, []),
        ({"status": "cancelled"}, None, []),
    ],
)
def test_a_review_is_owed_by_who_may_apply_and_met_by_an_application_that_stands(change, outcome, states):
    application = SimpleNamespace(certification_id=TITLE_ID, outcome=outcome, applied_at=at("2027-01-05T10:00"))
    assert [each.state for each in domain.reviews_owed([title(**change)], [application], REGULATION)] == states


def test_an_application_of_an_earlier_period_meets_nothing():
    earlier = SimpleNamespace(certification_id=TITLE_ID, outcome="approved", applied_at=at("2024-01-05T10:00"))
    assert [each.state for each in domain.reviews_owed([title()], [earlier], REGULATION)] == ["open"]
