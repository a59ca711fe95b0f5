"""Whatever happens to a report, while it is open it stands in exactly one worklist, and only offices use up time."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.changes.domain.cases import DRAFTED, MACHINE, moved, worklist
from services.changes.vocabulary import OFFICE, TO_REVIEW, Act, Status
from shared.regulation import Regulation, Worklist, working_days_between

REGULATION = Regulation.load("xiamen-2023")
CLOSED = (Status.DRAFT, Status.DECIDED, Status.WITHDRAWN)
START = date(2026, 1, 5)


def allowed(case):
    return [act for act in Act if case.status in MACHINE[act] and MACHINE[act][case.status]]


@st.composite
def histories(draw):
    """(day, act, case after it), as the offices and the firm happen to act; a late report may cost a title."""
    case, day, history = DRAFTED, START, []
    for _ in range(draw(st.integers(1, 14))):
        acts = allowed(case)
        if not acts:
            break
        act = draw(st.sampled_from(acts))
        day += timedelta(days=draw(st.integers(0, 40)))
        if act is Act.RESUBMIT:
            to = case.returned_from
        else:
            to = draw(st.sampled_from(sorted(MACHINE[act][case.status])))
        if act in (Act.SANCTION, Act.ANSWER_SANCTION):
            case = replace(case, referred=act is Act.SANCTION and draw(st.booleans()))
        due = day + timedelta(days=draw(st.integers(0, 20))) if act is Act.RETURN else None
        case = moved(case, act, to, REGULATION, day, due)
        history.append((day, act, case))
    return history


@given(histories(), st.integers(0, 60))
def test_every_open_case_is_in_exactly_one_worklist_on_every_day(history, later):
    for day, act, case in history:
        assert case.status in {to for states in MACHINE[act].values() for to in states}
        for today in (day, day + timedelta(days=later)):
            found = worklist(case, today)
            assert (found is None) is (case.status in CLOSED and not (case.status is Status.DECIDED and case.referred))
            if found is Worklist.OVERDUE:
                last = case.correction_due if case.status is Status.RETURNED else case.clock.due
                assert today > last
            elif case.status in TO_REVIEW:
                assert (found, today <= case.clock.due) == (Worklist.TO_REVIEW, True)


@given(histories())
def test_a_returned_case_comes_back_to_whom_it_came_from_with_the_time_that_was_left(history):
    for (_, _, before), (_, act, case) in zip(history, history[1:], strict=False):
        if act is Act.RETURN:
            assert OFFICE[before.status]
            assert (case.returned_from, case.clock.due) == (before.status, None)
        elif before.status is Status.RETURNED and act is Act.RESUBMIT:
            assert case.status is before.returned_from
            assert case.clock.left == before.clock.left
        elif case.status is not Status.RETURNED:
            assert (case.correction_due, case.returned_from) == (None, None)


@given(histories())
def test_an_office_is_never_charged_for_more_days_than_it_had_the_case(history):
    had, case_before, since = 0, DRAFTED, START
    for day, act, case in history:
        if case_before.status in TO_REVIEW:
            had += working_days_between(since, day)
        if case.clock.due is not None and act in (Act.SUBMIT, Act.GIVE_OPINION):
            had = 0
            limit = case.clock.left
        if case.status in TO_REVIEW and act is Act.RESUBMIT:
            assert case.clock.left == max(limit - had, 0)
        case_before, since = case, day
