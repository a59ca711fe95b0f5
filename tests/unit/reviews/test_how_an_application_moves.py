"""The machine of an application: its table, the lot for the on-site check, the clock of the offices."""

from datetime import date
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reviews.domain.cases import (
    ENTERED,
    IN_HAND,
    MACHINE,
    NotInThisState,
    after_decision,
    drawn,
    moved,
    require,
)
from services.reviews.vocabulary import OFFICE, OPEN_REVIEWS, Act, ReviewOutcome, ReviewStatus
from shared.regulation import CaseClock, Regulation, Step, Title

REGULATION = Regulation.load("xiamen-2023")
ENDS = set(ReviewStatus) - set(OPEN_REVIEWS)
ROUTE = {title: REGULATION.review_route(title).steps for title in Title}


def test_every_act_is_in_the_table_and_every_state_but_an_end_can_be_left():
    assert set(MACHINE) == set(Act)
    left = {state for follows in MACHINE.values() for state, after in follows.items() if after - {state}}
    assert left == set(OPEN_REVIEWS)
    reached = {state for follows in MACHINE.values() for after in follows.values() for state in after}
    assert reached == set(ReviewStatus)


@pytest.mark.parametrize("status", ReviewStatus)
@pytest.mark.parametrize("act", Act)
def test_an_act_out_of_turn_is_refused_with_the_states_in_which_it_is_possible(act, status):
    if status in MACHINE[act]:
        require(act, status)
        return
    with pytest.raises(NotInThisState) as refused:
        require(act, status)
    assert refused.value.extensions == {"status_of_review": status, "possible_while": list(MACHINE[act])}


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("status", ReviewStatus)
def test_only_the_office_that_has_an_application_in_hand_returns_it(step, status):
    if OFFICE.get(status) == step and step is not Step.MINISTRY:
        require(Act.RETURN, status, office=step)
        return
    with pytest.raises(NotInThisState) as refused:
        require(Act.RETURN, status, office=step)
    assert refused.value.extensions["possible_while"] == ([] if step is Step.MINISTRY else [IN_HAND[step]])


@pytest.mark.parametrize("title", Title)
@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("outcome", ReviewOutcome)
def test_a_decision_leads_along_the_titles_route_and_nowhere_else(title, step, outcome):
    last = ROUTE[title][-1]
    expected = {
        (Step.AUTHORITY, ReviewOutcome.PASSED): ReviewStatus.AUTHORITY_PASSED,
        (Step.BUREAU, ReviewOutcome.APPROVED): ReviewStatus.IN_PUBLIC_NOTICE if last is Step.BUREAU else None,
        (Step.BUREAU, ReviewOutcome.RECOMMENDED): ReviewStatus.RECOMMENDED if last is Step.MINISTRY else None,
        (Step.MINISTRY, ReviewOutcome.APPROVED): ReviewStatus.APPROVED if last is Step.MINISTRY else None,
    }
    if step in ROUTE[title]:
        expected |= {(step, ReviewOutcome.REJECTED): ReviewStatus.REJECTED}
    wanted = expected.get((step, outcome))
    try:
        following = after_decision(IN_HAND[step], step, outcome, title, REGULATION)
    except (ValueError, NotInThisState):
        following = None
    assert following == wanted


def test_the_lot_falls_on_the_share_that_the_rules_ask_for():
    share = REGULATION.on_site_share(Title.INNOVATIVE, date(2026, 5, 8))
    ids = [uuid4() for _ in range(20_000)]
    fell_on = sum(drawn(each, share) for each in ids)
    assert abs(fell_on / len(ids) - share / 100) < 0.015


@given(st.uuids(), st.integers(0, 100))
def test_the_lot_is_the_applications_own_and_a_larger_share_holds_the_smaller(review_id, share):
    assert drawn(review_id, share) == drawn(UUID(str(review_id)), share)
    assert not drawn(review_id, 0)
    assert drawn(review_id, 100)
    assert drawn(review_id, share) <= drawn(review_id, min(share + 1, 100))


def test_the_lot_of_an_application_never_changes():
    ids = [UUID(int=number) for number in range(20)]
    assert [number for number, each in enumerate(ids) if drawn(each, 20)] == [1, 3, 8, 9, 10, 12]


def test_the_clock_runs_in_an_office_and_stands_with_the_firm():
    def after(case, act, to, on, due=None):
        return moved(case, act, ReviewStatus(to), Title.INNOVATIVE, REGULATION, on, due)

    submitted = after(ENTERED, Act.APPLY, "submitted", date(2026, 5, 8))
    assert submitted.clock == CaseClock(date(2026, 5, 28), 15)  # Saturday 9 May is worked
    returned = after(submitted, Act.RETURN, "returned", date(2026, 5, 14), date(2026, 5, 28))
    assert (returned.clock, returned.returned_from) == (CaseClock(None, 10), "submitted")
    again = after(returned, Act.RESUBMIT, "submitted", date(2026, 6, 1))
    assert again.clock.due == date(2026, 6, 15)
    passed = after(again, Act.DECIDE_AS_AUTHORITY, "authority_passed", date(2026, 6, 3))
    assert passed.clock.left == 10
    for act, to in (
        (Act.DECIDE_AS_BUREAU, "in_public_notice"), (Act.DECIDE_AS_BUREAU, "recommended"), (Act.WITHDRAW, "withdrawn"),
    ):  # fmt: skip
        assert after(passed, act, to, date(2026, 6, 9)).clock == CaseClock.standing()
