"""What a firm owes, and which reminder goes out: tables over dates."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier import domain
from services.notifier.domain import Choice
from services.notifier.vocabulary import Level, Reason
from shared.regulation import SHANGHAI, Duty, Escalation, Regulation, end_of_day, shanghai_date

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


def choose(planned, now, last=None, known_from="2026-01-01"):
    return domain.choose(planned, last, date(2026, 4, 30), at(now), TOO_OLD, known_from=at(known_from))


@pytest.mark.parametrize(
    ("now", "last", "stage", "next_day", "superseded"),
    [
        ("2026-03-30T23:59", None, None, "2026-03-31", ""),
        ("2026-03-31T00:00", None, "30", "2026-04-16", ""),
        ("2026-04-15T23:59", "30", None, "2026-04-16", ""),
        ("2026-04-20T10:00", None, "14", "2026-04-23", "30"),
        ("2026-04-30T09:30", "14", "0", None, "7 3 1"),
        ("2026-04-30T09:30", "0", None, None, ""),
        ("2026-05-02T09:30", "1", "0", None, ""),
        ("2026-05-30T23:59", None, "0", None, "30 14 7 3 1"),
        ("2026-03-31T00:00", "7", None, "2026-04-27", ""),
    ],
)
def test_of_the_stages_that_passed_only_the_most_urgent_goes_out_once(now, last, stage, next_day, superseded):
    chosen = choose(UPDATE, now, last)
    left_out = tuple((each, Reason.SUPERSEDED) for each in superseded.split())
    assert chosen == Choice(stage, at(next_day) if next_day else None, left_out)


@pytest.mark.parametrize(
    ("known_from", "last", "left_out"),
    [("2026-01-01", None, ["0"]), ("2026-01-01", "1", ["0"]), ("2026-01-01", "0", []), ("2026-05-01", None, [])],
)
def test_about_a_date_that_is_too_long_past_nothing_goes_out_and_the_stage_that_would_have_says_why(
    known_from, last, left_out
):
    chosen = choose(UPDATE, "2026-05-31T00:00", last, known_from)
    assert chosen == Choice(None, None, tuple((each, Reason.TOO_OLD) for each in left_out))


def test_what_had_passed_before_a_duty_was_known_was_left_out_by_nobody():
    assert choose(UPDATE, "2026-04-28T09:00", None, "2026-04-20") == Choice(
        "3", at("2026-04-29"), (("7", Reason.SUPERSEDED),)
    )
    assert choose(UPDATE, "2026-04-28T09:00", None, "2026-04-27") == Choice("3", at("2026-04-29"))


INSTANTS = st.datetimes(datetime(2026, 2, 1), datetime(2026, 6, 15)).map(lambda each: each.replace(tzinfo=UTC))


@given(looks=st.lists(INSTANTS, max_size=8).map(sorted), known_from=INSTANTS)
def test_whenever_somebody_looks_each_stage_goes_out_or_is_accounted_for_once_and_in_order(looks, known_from):
    last, seen = None, []
    for now in [known_from, *(each for each in looks if each > known_from)]:
        chosen = domain.choose(UPDATE, last, date(2026, 4, 30), now, TOO_OLD, known_from=known_from)
        seen += [name for name, _ in chosen.left_out] + ([chosen.stage] if chosen.stage else [])
        last = chosen.stage or last
        assert chosen.next_at is None or chosen.next_at > now
        if domain.gone(date(2026, 4, 30), now, TOO_OLD):
            break
        passed = [stage.name for stage in UPDATE if stage.at <= now]
        assert last == (passed[-1] if passed else None)
        missed = [stage.name for stage in UPDATE if known_from <= stage.at <= now]
        assert seen[-len(missed) :] == missed or not missed
    assert len(seen) == len(set(seen))
    assert seen == [stage.name for stage in UPDATE if stage.name in seen]


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
        ("open", "2026-05-01T00:00", "ended"),
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


@pytest.mark.parametrize(("submitted", "left"), [("2026-04-30T23:59:59", 6), ("2026-05-01T00:00", 0)])
def test_nobody_is_urged_to_submit_what_came_late(submitted, left):
    (owed,) = domain.updates_owed(CODE, [title((2026, "2026-04-30", "open"))], {2026: at(submitted)}, REGULATION)
    assert len(domain.plan(owed, REGULATION)) == left


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


def obligation(duty, due="2026-04-30", acts_from="2026-01-01", **facts):
    day = date.fromisoformat(due)
    return SimpleNamespace(duty=duty, nominal_due=day, due=day, acts_from=at(acts_from), facts=facts)


@pytest.mark.parametrize(
    ("duty", "facts", "told"),
    [
        (Duty.CHANGE_REPORT, {"type": "rename"}, True),
        (Duty.CHANGE_REPORT, {"type": "rename", "occurrence_id": "x"}, True),
        (Duty.RETURNED_CASE, {"case": "change_report"}, True),
        (Duty.RETURNED_CASE, {"case": "review"}, False),  # the application lapses, which is told
        (Duty.UPDATE, {"titles": ["specialized"], "at_stake": []}, True),
        (Duty.UPDATE, {"titles": ["specialized"], "at_stake": ["specialized"]}, False),  # its right is revoked
        (Duty.UPDATE, {"titles": ["specialized"]}, False),
        (Duty.REVIEW, {"titles": ["specialized"]}, False),  # the title ends
    ],
)
def test_once_the_date_is_over_a_last_notice_goes_out_unless_a_decision_tells_the_firm_so(duty, facts, told):
    planned = domain.plan(obligation(duty, **facts), REGULATION)
    assert ([each.at for each in planned if each.name == "overdue"] == [at("2026-05-01")]) is told
    assert all(each.name != "overdue" for each in planned[:-1])


def test_titles_whose_right_is_lost_are_not_at_stake():
    held, lost = (
        title((2026, "2026-04-30", "open")),
        title((2026, "2026-04-30", "open"), title="innovative", eligibility="revoked"),
    )
    (both,) = domain.updates_owed(CODE, [held, lost], {}, REGULATION)
    assert both.facts == {"titles": ["specialized", "innovative"], "at_stake": ["specialized"]}
    (one,) = domain.updates_owed(CODE, [lost], {}, REGULATION)
    assert one.facts["at_stake"] == []


@pytest.mark.parametrize(
    ("duty", "known_from", "authority", "bureau"),
    [
        (Duty.UPDATE, "2026-01-05", "2026-04-28", "2026-04-30"),
        (Duty.UPDATE, "2026-04-28T09:00", "2026-04-29", "2026-04-30"),
        (Duty.UPDATE, "2026-04-30T09:00", "2026-05-01", "2026-05-01"),
        (Duty.CHANGE_REPORT, "2026-01-05", "2026-04-30", "2026-05-01"),
        (Duty.REVIEW, "2026-01-05", "2026-04-24", "2026-04-30"),
        (Duty.RETURNED_CASE, "2026-01-05", "2026-04-30", None),
    ],
)
def test_a_firm_comes_on_a_list_once_a_days_reminder_did_not_help_and_has_a_day_to_itself(
    duty, known_from, authority, bureau
):
    ladder = domain.rungs(obligation(duty), REGULATION.escalation(duty), at(known_from))
    expected = [(Level.AUTHORITY, authority), (Level.BUREAU, bureau)]
    assert [(each.level, each.at) for each in ladder] == [(level, at(day)) for level, day in expected if day]


@given(
    days=st.tuples(*[st.none() | st.integers(-10, 60)] * 2).filter(lambda each: None in each or each[0] > each[1]),
    now=INSTANTS,
    known_from=INSTANTS,
)
def test_the_bureau_never_comes_before_the_authority_and_nobody_on_the_day_a_duty_is_heard_of(days, now, known_from):
    ladder = domain.rungs(obligation(Duty.UPDATE), Escalation(*days), known_from)
    assert [each.at for each in ladder] == sorted(each.at for each in ladder)
    assert [each.level for each in ladder] == [level for level, day in zip(Level, days, strict=True) if day is not None]
    assert all(each.at >= end_of_day(shanghai_date(known_from)) for each in ladder)
    reached, upcoming = domain.reached(ladder, now), domain.next_rung(ladder, now)
    assert (reached is None) is all(each.at > now for each in ladder)
    assert (upcoming is None) is all(each.at <= now for each in ladder)
