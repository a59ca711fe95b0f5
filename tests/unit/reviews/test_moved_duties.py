"""What becomes of a duty whose deadline was moved."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reviews.domain.titles import duty_after_move, moves_of
from services.reviews.models import UpdateDuty
from services.reviews.vocabulary import DutyStatus as D
from shared.regulation import DeadlineExtension, Duty, Regulation, Title, end_of_day, in_chinese

REGULATION = Regulation.load("xiamen-2023")
DEADLINE = end_of_day(date(2026, 6, 26))
BEFORE, AT = DEADLINE - timedelta(microseconds=1), DEADLINE


@pytest.mark.parametrize(
    ("state", "submitted_at", "now", "after"),
    [
        (D.OPEN, None, BEFORE, D.OPEN),
        (D.OPEN, None, AT, D.OPEN),
        (D.ASKED, None, BEFORE, D.OPEN),
        (D.ASKED, None, AT, D.OPEN),
        (D.MISSED, None, BEFORE, D.OPEN),
        (D.MISSED, None, AT, D.MISSED),
        (D.MET, BEFORE, AT, D.MET),
        (D.MET, AT, AT, D.OPEN),
        (D.FORGIVEN, None, BEFORE, D.FORGIVEN),
        (D.FORGIVEN, None, AT, D.FORGIVEN),
        (D.LAPSED, None, BEFORE, D.OPEN),
    ],
)
def test_a_moved_duty_is_in_the_state_that_its_new_deadline_allows(state, submitted_at, now, after):
    assert duty_after_move(state, DEADLINE, submitted_at, now) is after


def due(moved_to=None):
    notice = (
        DeadlineExtension("1", Duty.UPDATE, 2026, frozenset(Title), None, moved_to, "〔2026〕36号")
        if moved_to
        else None
    )
    return REGULATION.update_due(Title.SPECIALIZED, 2026, [notice] if notice else [])


def kept(state=D.OPEN, by=None):
    known = due(by)
    return UpdateDuty(year=2026, nominal_due=known.nominal, due=known.due, extended_by=known.source, state=state)


MAY, JUNE = date(2026, 5, 31), date(2026, 6, 26)


@pytest.mark.parametrize(("before", "after"), [(None, None), (MAY, MAY)])
def test_a_date_that_stays_is_no_move(before, after):
    assert moves_of([kept(by=before)], {2026: due(after)}, {2026: due(after)}, AT) == ()


@pytest.mark.parametrize(("before", "after"), [(None, JUNE), (JUNE, MAY), (MAY, None)])
def test_a_date_that_moves_is_told_with_what_it_rests_on(before, after):
    (move,) = moves_of([kept(by=before)], {2026: due(after)}, {2026: due(after)}, AT)
    assert (move.year, move.due.due, move.new) == (2026, after or date(2026, 4, 30), False)
    assert in_chinese(move.due.due) in move.told


def test_a_year_that_is_owed_only_since_its_date_was_moved_comes_and_lapses_with_the_notice():
    (come,) = moves_of([], {}, {2026: due(JUNE)}, BEFORE)
    assert (come.new, come.state) == (True, D.OPEN)
    (gone,) = moves_of([kept(by=JUNE)], {2026: due()}, {}, BEFORE)
    assert (gone.new, gone.state) == (False, D.LAPSED)


@given(
    state=st.sampled_from(list(D)),
    dates=st.lists(st.sampled_from([None, MAY, JUNE]), min_size=1, max_size=5),
    submitted=st.none() | st.integers(-60, 60),
    today=st.integers(-60, 120),
)
def test_whatever_was_moved_no_duty_is_missed_before_its_deadline_or_met_after_it(state, dates, submitted, today):
    rule = end_of_day(date(2026, 4, 30))
    submitted_at = rule + timedelta(days=submitted) if submitted is not None else None
    now = rule + timedelta(days=today)
    duty = kept(D.MET if submitted_at else state)
    duty.submitted_at = submitted_at
    for moved_to in dates:
        for move in moves_of([duty], {2026: due(moved_to)}, {2026: due(moved_to)}, now):
            duty.due, duty.extended_by, duty.state = move.due.due, move.due.source, move.state
            if duty.state == D.MISSED:
                assert now >= move.due.deadline
            if duty.state == D.MET:
                assert submitted_at is not None and submitted_at < move.due.deadline
