"""The rules of warning, held against examples worked out by hand: what a firm must get, and on which day."""

from datetime import date, datetime, timedelta

import pytest

from services.cli.simulation.oracle.changes import (
    ReportDiscarded,
    ReportDrafted,
    ReportResubmitted,
    ReportReturned,
    ReportSubmitted,
    ReportWithdrawn,
)
from services.cli.simulation.oracle.days import SHANGHAI
from services.cli.simulation.oracle.notices import (
    CampaignDeclared,
    CampaignEnded,
    DeadlineExtended,
    ExtensionWithdrawn,
)
from services.cli.simulation.oracle.occurrences import OccurrenceDismissed, OccurrenceRecorded
from services.cli.simulation.oracle.records import Campaign, Extension
from services.cli.simulation.oracle.reviews import Applied, Resubmitted, Returned, Withdrew
from services.cli.simulation.oracle.rules import GROWTH, INNOVATIVE, SPECIALIZED, XIAMEN_2023
from services.cli.simulation.oracle.titles import Granted, Revoked, Updated
from services.cli.simulation.oracle.warnings import Silence, warn


def on(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def day(text):
    return date.fromisoformat(text)


def granted(kind=SPECIALIZED, valid_to="2027-12-31", title="title", at="2026-01-01T08:00"):
    return Granted(on(at), title, kind, day("2025-01-01"), day(valid_to))


def days(first, last, but=()):
    """Nine o'clock of every day, but for some."""
    count = (day(last) - day(first)).days + 1
    every = [day(first) + timedelta(days=number) for number in range(count)]
    return [on(f"{each}T09:00") for each in every if each.isoformat() not in but]


def got(*acts, looks, duty=None, silence=None):
    """`stage month-day` of every reminder of a duty; with its due date where that is asked for by no duty."""
    reminders = warn(XIAMEN_2023, "厦门示例科技有限公司", "XM-SM", acts, looks, silence)
    if duty is None:
        return [f"{each.duty} {each.due:%m-%d}: {each.stage} {each.at:%m-%d}" for each in reminders]
    return [f"{each.stage} {each.at:%m-%d}" for each in reminders if each.duty == duty]


SPRING = days("2026-03-01", "2026-06-30")


@pytest.mark.parametrize(
    ("looks", "reminders"),
    [
        (SPRING, ["30 03-31", "14 04-16", "7 04-23", "3 04-27", "1 04-29", "0 04-30"]),
        (
            days("2026-03-01", "2026-06-30", but=("2026-04-16", "2026-04-17", "2026-04-29")),
            ["30 03-31", "14 04-18", "7 04-23", "3 04-27", "0 04-30"],
        ),
        (days("2026-04-28", "2026-06-30"), ["3 04-28", "1 04-29", "0 04-30"]),
        ([on("2026-03-30T23:59:59"), on("2026-03-31T00:00"), on("2026-04-30T23:59:59")], ["30 03-31", "0 04-30"]),
        ([on("2026-05-01T00:00")], []),
    ],
)
def test_of_the_stages_that_passed_since_the_last_look_only_the_most_urgent_goes_out(looks, reminders):
    assert got(granted(), looks=looks, duty="update") == reminders


@pytest.mark.parametrize(
    ("submitted", "reminders"),
    [
        ("2026-01-10T10:00", []),
        ("2026-03-31T08:59", []),
        ("2026-03-31T09:01", ["30 03-31"]),
        ("2026-04-24T10:00", ["30 03-31", "14 04-16", "7 04-23"]),
        ("2025-12-31T23:59", ["30 03-31", "14 04-16", "7 04-23", "3 04-27", "1 04-29", "0 04-30"]),
    ],
)
def test_nothing_goes_out_once_the_update_is_made(submitted, reminders):
    made = Updated(on(submitted), 2026)
    acts = sorted((granted(), made), key=lambda act: act.at)
    assert got(*acts, looks=SPRING, duty="update") == reminders


def test_who_had_lost_the_right_before_is_told_that_an_update_is_over_because_no_decision_tells_it():
    revoked = Revoked(on("2026-02-01T10:00"), "title", "change_report")
    assert got(granted(), revoked, looks=SPRING, duty="update")[-2:] == ["0 04-30", "overdue 05-01"]
    late = Updated(on("2026-05-01T00:00"), 2026)
    assert got(granted(), revoked, late, looks=SPRING, duty="update")[-1] == "0 04-30"
    other = granted(INNOVATIVE, title="other")
    assert got(granted(), other, revoked, looks=SPRING, duty="update")[-1] == "0 04-30"


def test_several_titles_ask_for_one_update_and_a_growth_sme_for_none():
    both = (granted(), granted(INNOVATIVE, title="other"))
    assert got(*both, looks=days("2026-04-30", "2026-04-30"), duty="update") == ["0 04-30"]
    assert got(granted(GROWTH), looks=SPRING, duty="update") == []


EXTENDED = DeadlineExtended(on("2026-04-20T10:00"), "notice", Extension(2026, (SPECIALIZED,), None, day("2026-06-26")))


def test_a_moved_date_is_counted_anew():
    assert got(granted(), EXTENDED, looks=SPRING) == [
        "update 04-30: 30 03-31",
        "update 04-30: 14 04-16",
        "update 06-26: 30 05-27",
        "update 06-26: 14 06-12",
        "update 06-26: 7 06-19",
        "update 06-26: 3 06-23",
        "update 06-26: 1 06-25",
        "update 06-26: 0 06-26",
    ]


def test_a_date_that_comes_back_goes_on_where_its_stages_were():
    withdrawn = ExtensionWithdrawn(on("2026-04-25T10:00"), "notice")
    assert got(granted(), EXTENDED, withdrawn, looks=SPRING, duty="update") == [
        "30 03-31",
        "14 04-16",
        "7 04-26",
        "3 04-27",
        "1 04-29",
        "0 04-30",
    ]


def test_a_notice_after_the_date_opens_the_update_again():
    late = DeadlineExtended(on("2026-05-20T10:00"), "notice", EXTENDED.extension)
    looks = days("2026-04-30", "2026-06-01")
    assert got(granted(), late, looks=looks, duty="update") == ["0 04-30", "30 05-27"]


WEEK = Silence(on("2026-04-27T00:00"), on("2026-05-04T09:00"))
AWAKE = [look for look in SPRING if not WEEK.begins <= look < WEEK.ends]


def test_a_notifier_that_stood_still_says_nothing_of_an_update_that_is_over():
    assert got(granted(), looks=AWAKE, duty="update", silence=WEEK) == ["30 03-31", "14 04-16", "7 04-23"]
    extended = DeadlineExtended(on("2026-04-29T10:00"), "notice", EXTENDED.extension)
    assert got(granted(), extended, looks=AWAKE, duty="update", silence=WEEK)[3:5] == ["30 05-27", "14 06-12"]


@pytest.mark.parametrize(
    ("kind", "valid_to", "reminders"),
    [
        # announced sixty days before it closes, then from the day on which it opens
        (INNOVATIVE, "2026-07-31", ["60 06-01", "start 06-30", "14 07-17", "7 07-24", "1 07-30"]),
        # after the expiry: open for longer than sixty days
        (SPECIALIZED, "2026-05-31", ["start 06-01", "60 07-02", "14 08-17", "7 08-24", "1 08-30"]),
    ],
)
def test_a_review_is_announced_and_urged_within_its_window(kind, valid_to, reminders):
    acts = (Updated(on("2025-12-31T10:00"), 2025), Updated(on("2026-01-01T07:00"), 2026), granted(kind, valid_to))
    assert got(*acts, looks=days("2026-02-01", "2026-12-31"), duty="review") == reminders


RENEWABLE = (Updated(on("2026-01-01T07:00"), 2026), granted(INNOVATIVE, "2026-07-31"))
SUMMER = days("2026-06-20", "2026-08-31")


def test_an_application_ends_the_warnings_and_one_that_is_taken_back_goes_on_with_them():
    applied = Applied(on("2026-07-10T10:00"), "title", "application")
    assert got(*RENEWABLE, applied, looks=SUMMER, duty="review") == ["60 06-20", "start 06-30"]
    withdrew = Withdrew(on("2026-07-25T10:00"), "application")
    assert got(*RENEWABLE, applied, withdrew, looks=SUMMER, duty="review") == [
        "60 06-20",
        "start 06-30",
        "7 07-26",
        "1 07-30",
    ]


def test_who_has_lost_the_right_to_a_review_is_not_reminded_of_it():
    revoked = Revoked(on("2026-07-10T10:00"), "title", "change_report")
    assert got(*RENEWABLE, revoked, looks=SUMMER, duty="review") == ["60 06-20", "start 06-30"]


def test_a_campaign_moves_the_window_and_a_short_one_opens_with_its_most_urgent_stage():
    campaign = Campaign((INNOVATIVE,), day("2026-07-01"), day("2026-07-31"), day("2026-07-10"), day("2026-07-20"))
    declared = CampaignDeclared(on("2026-07-02T10:00"), "notice", campaign)
    assert got(*RENEWABLE, declared, looks=SUMMER) == [
        "review 07-31: 60 06-20",
        "review 07-31: start 06-30",
        "review 07-20: 60 07-03",
        "review 07-20: 14 07-10",
        "review 07-20: 7 07-13",
        "review 07-20: 1 07-19",
    ]
    ended = CampaignEnded(on("2026-07-18T10:00"), "notice")
    assert got(*RENEWABLE, declared, ended, looks=SUMMER)[-3:] == [
        "review 07-31: 14 07-19",
        "review 07-31: 7 07-24",
        "review 07-31: 1 07-30",
    ]


DRAFTED = ReportDrafted(on("2026-02-10T10:00"), "report", day("2026-02-01"), kind="merger")
"""Due 2026-05-06, counted to 2026-05-01 (a period that ends on a holiday rolls)."""
FIRST_HALF = days("2026-02-01", "2026-07-31")


def test_a_change_report_that_was_begun_is_urged_to_its_nominal_day_and_once_more_when_its_time_is_over():
    reminders = ["start 02-11", "30 04-01", "14 04-17", "7 04-24", "1 04-30", "overdue 05-07"]
    assert got(granted(), DRAFTED, looks=FIRST_HALF, duty="change_report") == reminders


@pytest.mark.parametrize(
    ("act", "reminders"),
    [
        (ReportSubmitted(on("2026-04-10T10:00"), "report"), ["start 02-11", "30 04-01"]),
        (ReportDiscarded(on("2026-02-11T08:59"), "report"), []),
    ],
)
def test_a_report_that_is_made_or_thrown_away_is_not_reminded_of(act, reminders):
    assert got(granted(), DRAFTED, act, looks=FIRST_HALF, duty="change_report") == reminders


@pytest.mark.parametrize(
    ("first", "reminders"), [("2026-05-10", ["overdue 05-10"]), ("2026-06-05", ["overdue 06-05"]), ("2026-06-06", [])]
)
def test_nothing_goes_out_of_a_date_that_is_over_for_thirty_days(first, reminders):
    assert got(granted(), DRAFTED, looks=days(first, "2026-07-31"), duty="change_report") == reminders


RECORDED = OccurrenceRecorded(on("2026-04-02T10:00"), "occurrence", "merger", day("2026-02-01"))


def test_what_officers_saw_is_told_by_its_own_mail_which_stands_for_the_stages_that_have_passed():
    reminders = ["14 04-17", "7 04-24", "1 04-30", "overdue 05-07"]
    assert got(granted(), RECORDED, looks=FIRST_HALF, duty="change_report") == reminders
    dismissed = OccurrenceDismissed(on("2026-04-20T10:00"), "occurrence")
    assert got(granted(), RECORDED, dismissed, looks=FIRST_HALF, duty="change_report") == ["14 04-17"]


def test_one_change_is_reminded_of_once_whether_it_was_seen_or_begun_to_be_reported():
    begun = ReportDrafted(on("2026-04-20T10:00"), "report", day("2026-02-01"), kind="merger")
    thrown_away = ReportDiscarded(on("2026-04-27T10:00"), "report")
    once = ["14 04-17", "7 04-24", "1 04-30", "overdue 05-07"]
    assert got(granted(), RECORDED, begun, looks=FIRST_HALF, duty="change_report") == once
    assert got(granted(), RECORDED, begun, thrown_away, looks=FIRST_HALF, duty="change_report") == once


def test_what_officers_saw_goes_on_where_its_stages_were_when_the_report_of_it_is_taken_back():
    acts = (
        RECORDED,
        ReportDrafted(on("2026-04-03T10:00"), "report", day("2026-02-01"), kind="merger"),
        ReportSubmitted(on("2026-04-04T10:00"), "report"),
        ReportWithdrawn(on("2026-04-25T10:00"), "report"),
    )
    assert got(granted(), *acts, looks=FIRST_HALF, duty="change_report") == ["7 04-26", "1 04-30", "overdue 05-07"]


def test_a_returned_report_is_due_in_ten_working_days_and_urged_until_it_comes_back():
    returned = (
        DRAFTED,
        ReportSubmitted(on("2026-02-10T11:00"), "report"),
        ReportReturned(on("2026-03-02T10:00"), "report", "authority"),  # due 2026-03-16
    )
    assert got(granted(), *returned, looks=FIRST_HALF, duty="returned_case") == [
        "7 03-09",
        "3 03-13",
        "1 03-15",
        "overdue 03-17",
    ]
    back = ReportResubmitted(on("2026-03-10T10:00"), "report")
    assert got(granted(), *returned, back, looks=FIRST_HALF, duty="returned_case") == ["7 03-09"]


def test_a_returned_application_is_urged_until_it_comes_back_or_lapses():
    returned = (
        Applied(on("2026-07-02T10:00"), "title", "application"),
        Returned(on("2026-07-03T10:00"), "application", "authority"),  # due 2026-07-17
    )
    assert got(*RENEWABLE, *returned, looks=SUMMER, duty="returned_case") == ["7 07-10", "3 07-14", "1 07-16"]
    back = Resubmitted(on("2026-07-14T08:00"), "application")
    assert got(*RENEWABLE, *returned, back, looks=SUMMER, duty="returned_case") == ["7 07-10"]
    lapsed = got(*RENEWABLE, *returned, looks=days("2026-07-18", "2026-08-31"))
    assert lapsed == ["review 07-31: 14 07-18", "review 07-31: 7 07-24", "review 07-31: 1 07-30"]


def test_what_is_told_by_a_mail_that_came_late_stands_for_all_that_passed_until_then():
    recorded = OccurrenceRecorded(on("2026-04-28T10:00"), "occurrence", "merger", day("2026-02-01"))
    reminders = got(granted(), recorded, looks=AWAKE, duty="change_report", silence=WEEK)
    assert reminders == ["overdue 05-07"]
