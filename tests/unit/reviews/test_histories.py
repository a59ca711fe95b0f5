"""Whatever happens to an application, while it is open it stands in exactly one worklist, and only offices use up time."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.reviews.domain.cases import ENTERED, MACHINE, moved, worklist
from services.reviews.vocabulary import OFFICE, OPEN_REVIEWS, TO_REVIEW, Act, ReviewStatus
from shared.regulation import Regulation, Title, Worklist, working_days_between

REGULATION = Regulation.load("xiamen-2023")
START = date(2026, 1, 5)


@st.composite
def histories(draw):
    """(day, act, case after it), as the offices, the firm and the platform happen to act."""
    case, day, history = ENTERED, START, []
    title = draw(st.sampled_from(Title))
    for _ in range(draw(st.integers(1, 16))):
        acts = [act for act in Act if case.status in MACHINE[act]]
        if not acts:
            break
        act = draw(st.sampled_from(acts))
        day += timedelta(days=draw(st.integers(0, 40)))
        to = case.returned_from if act is Act.RESUBMIT else draw(st.sampled_from(sorted(MACHINE[act][case.status])))
        due = day + timedelta(days=draw(st.integers(0, 20))) if act is Act.RETURN else None
        case = moved(case, act, ReviewStatus(to), title, REGULATION, day, due)
        history.append((day, act, case))
    return history


@given(histories(), st.integers(0, 60))
def test_every_open_case_is_in_exactly_one_worklist_on_every_day(history, later):
    for day, _, case in history:
        for today in (day, day + timedelta(days=later)):
            found = worklist(case, today)
            assert (found is None) is (case.status not in OPEN_REVIEWS)
            if found is Worklist.OVERDUE:
                last = case.return_due if case.status is ReviewStatus.RETURNED else case.clock.due
                assert today > last
            elif case.status in TO_REVIEW:
                assert (found, today <= case.clock.due) == (Worklist.TO_REVIEW, True)


@given(histories())
def test_a_returned_case_comes_back_to_whom_it_came_from_with_the_time_that_was_left(history):
    for (_, _, before), (_, act, case) in zip(history, history[1:], strict=False):
        if act is Act.RETURN:
            assert OFFICE[before.status]
            assert (case.returned_from, case.clock.due) == (before.status, None)
        elif act is Act.RESUBMIT:
            assert case.status is before.returned_from
            assert case.clock.left == before.clock.left
        elif case.status is not ReviewStatus.RETURNED:
            assert (case.return_due, case.returned_from) == (None, None)


@given(histories())
def test_an_office_is_never_charged_for_more_days_than_it_had_the_case(history):
    had, limit, before, since = 0, None, ENTERED, START
    for day, act, case in history:
        if before.status in TO_REVIEW:
            had += working_days_between(since, day)
        if case.status in TO_REVIEW and case.status is not before.status and act is not Act.RESUBMIT:
            had, limit = 0, case.clock.left
        if act is Act.RESUBMIT:
            assert case.clock.left == max(limit - had, 0)
        if case.status not in TO_REVIEW:
            assert case.clock.due is None
        before, since = case, day
