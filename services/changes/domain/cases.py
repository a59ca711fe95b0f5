"""How a change report moves, whose turn it is, and in which worklist it stands."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from services.changes.models import Occurrence, Report
from services.changes.vocabulary import MADE, OFFICE, Act, OccurrenceAct, OccurrenceState, Status
from shared.regulation import CaseClock, Regulation, Worklist
from shared.web.problems import Conflict

MACHINE: Mapping[Act, Mapping[Status, frozenset[Status]]] = MappingProxyType(
    {
        Act.EDIT: {
            Status.DRAFT: frozenset({Status.DRAFT}),
            Status.RETURNED: frozenset({Status.RETURNED}),
        },
        Act.ATTACH: {
            Status.DRAFT: frozenset({Status.DRAFT}),
            Status.RETURNED: frozenset({Status.RETURNED}),
        },
        Act.DISCARD: {Status.DRAFT: frozenset()},
        Act.SUBMIT: {Status.DRAFT: frozenset({Status.SUBMITTED})},
        Act.WITHDRAW: {
            Status.SUBMITTED: frozenset({Status.WITHDRAWN}),
            Status.RETURNED: frozenset({Status.WITHDRAWN}),
        },
        Act.RETURN: {
            Status.SUBMITTED: frozenset({Status.RETURNED}),
            Status.OPINION_GIVEN: frozenset({Status.RETURNED}),
        },
        Act.RESUBMIT: {Status.RETURNED: frozenset({Status.SUBMITTED, Status.OPINION_GIVEN})},
        Act.GIVE_OPINION: {Status.SUBMITTED: frozenset({Status.OPINION_GIVEN})},
        Act.DECIDE: {Status.OPINION_GIVEN: frozenset({Status.REFERRED, Status.DECIDED})},
        Act.RECORD_ANSWER: {Status.REFERRED: frozenset({Status.REFERRED, Status.DECIDED})},
        Act.SANCTION: {each: frozenset({each}) for each in MADE},
        Act.ANSWER_SANCTION: {each: frozenset({each}) for each in MADE},
        Act.ASSIGN: {
            each: frozenset({each})
            for each in (Status.SUBMITTED, Status.RETURNED, Status.OPINION_GIVEN, Status.REFERRED)
        },
    }
)
"""Act to the states in which it is allowed, and of each to the states that may follow; none where nothing is left."""


class NotInThisState(Conflict):
    """The report is in a state that does not allow this"""

    type = "report-state"
    title_zh = "报告当前状态不允许此操作"


def require(act: Act, status: str, *, office: str | None = None) -> None:
    """Raise `NotInThisState` unless a report in `status` allows the act, and to `office` where that is one's turn."""
    possible = [each for each in MACHINE[act] if office is None or OFFICE.get(each) == office]
    if status not in possible:
        raise NotInThisState(
            f"The report is {status}; this is possible while it is {' or '.join(possible)}",
            status_of_report=status,
            possible_while=[each.value for each in possible],
        )


def possible(report: Report) -> frozenset[Act]:
    """What a report's state allows, and what was chosen for it, whoever may do it."""
    acts = {act for act, states in MACHINE.items() if report.status in states}
    if report.sanction is not None:
        acts -= {Act.WITHDRAW, Act.SANCTION}
    if report.on_time is not False:
        acts.discard(Act.SANCTION)
    if not report.sanction_referred:
        acts.discard(Act.ANSWER_SANCTION)
    return frozenset(acts)


@dataclass(frozen=True, slots=True)
class Case:
    """A report as it is handled: its state, its clock, and while it is returned by when and whereto it comes back.

    `referred`: a title that a late report costs lies with the ministry, whatever becomes of the report itself.
    """

    status: Status
    clock: CaseClock
    correction_due: date | None = None
    returned_from: Status | None = None
    referred: bool = False


DRAFTED = Case(Status.DRAFT, CaseClock.standing())
"""How every report begins."""


def case_of(report: Report) -> Case:
    """A report as it is handled."""
    return Case(
        Status(report.status),
        CaseClock(report.handling_due, report.handling_left),
        report.correction_due,
        Status(report.returned_from) if report.returned_from else None,
        report.sanction_referred,
    )


def moved(
    case: Case, act: Act, to: Status, regulation: Regulation, on: date, correction_due: date | None = None
) -> Case:
    """The case after an act that brought it into the state `to` on a day.

    The clock of an office pauses while its case is with the firm, and begins anew where another office has it.
    """
    if to is case.status:
        return case
    if act is Act.RETURN:
        clock, returned_from = case.clock.paused(on), case.status
        return replace(case, status=to, clock=clock, correction_due=correction_due, returned_from=returned_from)
    if act is Act.RESUBMIT:
        clock = case.clock.resumed(on)
    else:
        office = OFFICE.get(to)
        clock = CaseClock.started(regulation.handling_days(office, None, on) if office else None, on)
    return replace(case, status=to, clock=clock, correction_due=None, returned_from=None)


def worklist(case: Case, today: date) -> Worklist | None:
    """Where an open case is found (待办): in exactly one list, overdue before the others; None where nobody waits."""
    match case.status:
        case Status.SUBMITTED | Status.OPINION_GIVEN:
            return Worklist.OVERDUE if case.clock.overdue(today) else Worklist.TO_REVIEW
        case Status.RETURNED:
            passed = case.correction_due is not None and today > case.correction_due
            return Worklist.OVERDUE if passed else Worklist.RETURNED
        case Status.REFERRED:
            return Worklist.AWAITING_MINISTRY
        case Status.DECIDED if case.referred:
            return Worklist.AWAITING_MINISTRY
        case _:
            return None


def days_left(case: Case, today: date) -> int | None:
    """Days to the last one of the present step, below zero once it is over; None where no time runs."""
    last = case.correction_due if case.status is Status.RETURNED else case.clock.due
    return None if last is None else (last - today).days


def state_of(occurrence: Occurrence, today: date) -> OccurrenceState:
    """What an occurrence reads as on a day: open until its due day is over, then overdue."""
    state = OccurrenceState(occurrence.status)
    return OccurrenceState.OVERDUE if state is OccurrenceState.OPEN and today > occurrence.due else state


def possible_to(occurrence: Occurrence, today: date) -> frozenset[OccurrenceAct]:
    """What an occurrence's state allows on a day, and what was chosen for it, whoever may do it."""
    state = state_of(occurrence, today)
    acts = set()
    if state in (OccurrenceState.OPEN, OccurrenceState.OVERDUE):
        acts.add(OccurrenceAct.DISMISS)
    if state is OccurrenceState.OVERDUE:
        acts.add(OccurrenceAct.SANCTION)
    if occurrence.sanction_referred:
        acts.add(OccurrenceAct.ANSWER_SANCTION)
    return frozenset(acts)
