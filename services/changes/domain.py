"""How a change report moves, and what may be decided on each title. Pure: states and titles in, decisions out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from uuid import UUID

from services.changes.models import Report
from services.changes.vocabulary import OFFICE, Act, Status
from shared.contracts import TitleOutcome
from shared.regulation import Basis, CaseClock, Regulation, Rule, Step, Title, Worklist
from shared.web.problems import Conflict, Defect

MACHINE: Mapping[Act, Mapping[Status, frozenset[Status]]] = MappingProxyType(
    {
        Act.EDIT: {
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


@dataclass(frozen=True, slots=True)
class Case:
    """A report as it is handled: its state, its clock, and while it is returned by when and whereto it comes back."""

    status: Status
    clock: CaseClock
    correction_due: date | None = None
    returned_from: Status | None = None


DRAFTED = Case(Status.DRAFT, CaseClock.standing())
"""How every report begins."""


def case_of(report: Report) -> Case:
    """A report as it is handled."""
    return Case(
        Status(report.status),
        CaseClock(report.handling_due, report.handling_left),
        report.correction_due,
        Status(report.returned_from) if report.returned_from else None,
    )


def moved(
    case: Case, act: Act, to: Status, regulation: Regulation, on: date, correction_due: date | None = None
) -> Case:
    """The case after an act that brought it into the state `to` on a day.

    The clock of an office pauses while its case is with the firm, and begins anew where another office has it.
    """
    if act is Act.RETURN:
        return Case(to, case.clock.paused(on), correction_due, case.status)
    if act is Act.RESUBMIT:
        return Case(to, case.clock.resumed(on))
    if to is case.status:
        return case
    office = OFFICE.get(to)
    limit = regulation.handling_days(office, None, on) if office else None
    return Case(to, CaseClock.started(limit, on))


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
        case _:
            return None


@dataclass(frozen=True, slots=True)
class Held:
    """A title that the firm holds."""

    certification_id: UUID
    title: Title


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the bureau wants for one title."""

    certification_id: UUID
    outcome: TitleOutcome
    reason: str


def offered(title: Title, regulation: Regulation) -> tuple[TitleOutcome, TitleOutcome]:
    """What the bureau can decide on a title (第十三条): it cancels its own, and refers the ministry's."""
    ministry = regulation.granted_by(title) is Step.MINISTRY
    return TitleOutcome.RETAINED, TitleOutcome.REFERRED if ministry else TitleOutcome.CANCELLED


def defects_of_decision(wanted: Sequence[Wanted], held: Iterable[Held], regulation: Regulation) -> list[Defect]:
    """Everything that keeps a decision from being one: every held title exactly once, each with what is offered."""
    titles = {each.certification_id: each.title for each in held}
    defects = []
    seen: set[UUID] = set()
    for number, each in enumerate(wanted):
        where = f"/decisions/{number}"
        title = titles.get(each.certification_id)
        if title is None:
            defects.append(
                Defect(
                    pointer=f"{where}/certification_id",
                    code="not_held",
                    detail="the enterprise holds no such title",
                    detail_zh="该企业未持有此称号",
                )
            )
        elif each.outcome not in offered(title, regulation):
            choices = ", ".join(offered(title, regulation))
            defects.append(
                Defect(
                    pointer=f"{where}/outcome",
                    code="outcome_not_offered",
                    detail=f"for {title} the bureau can decide: {choices}",
                    detail_zh=f"对{regulation.title_name(title)}，市工信局可作出的决定：{choices}",
                )
            )
        if each.certification_id in seen:
            defects.append(
                Defect(
                    pointer=f"{where}/certification_id",
                    code="decided_twice",
                    detail="this title is decided twice",
                    detail_zh="同一称号重复",
                )
            )
        seen.add(each.certification_id)
    for certification_id, title in titles.items():
        if certification_id not in seen:
            defects.append(
                Defect(
                    pointer="/decisions",
                    code="title_left_out",
                    detail=f"{title} {certification_id} is held and not decided",
                    detail_zh=f"未对所持有的{regulation.title_name(title)}作出决定",
                )
            )
    return defects


def after_decision(outcomes: Iterable[str]) -> Status:
    """Decided, once no title waits for the ministry."""
    return Status.REFERRED if TitleOutcome.REFERRED in set(outcomes) else Status.DECIDED


def basis_of(outcome: str, title: Title, regulation: Regulation) -> Basis:
    """What a decision on a title rests on."""
    retained = outcome == TitleOutcome.RETAINED
    return regulation.basis(Rule.CHANGE_REPORT_RETAINED if retained else Rule.CHANGE_REPORT_CANCELLED, title)
