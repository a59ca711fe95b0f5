"""How an application moves (复核): the acts each state allows, who decides what, whose time runs and how long."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from types import MappingProxyType
from uuid import UUID

from services.reviews.models import Review
from services.reviews.vocabulary import OFFICE, OPEN_REVIEWS, Act, ReviewOutcome, ReviewStatus
from shared.regulation import Basis, CaseClock, Regulation, Rule, Step, Title, Worklist
from shared.web.problems import Conflict

Following = frozenset[ReviewStatus]

MACHINE: Mapping[Act, Mapping[ReviewStatus, Following]] = MappingProxyType(
    {
        Act.APPLY: {ReviewStatus.CHECKING: frozenset({ReviewStatus.CHECKING, ReviewStatus.SUBMITTED})},
        Act.ACCEPT: {ReviewStatus.CHECKING: frozenset({ReviewStatus.SUBMITTED})},
        Act.REFUSE: {ReviewStatus.CHECKING: frozenset({ReviewStatus.REFUSED})},
        Act.ORDER_CHECK: {ReviewStatus.SUBMITTED: frozenset({ReviewStatus.SUBMITTED})},
        Act.RECORD_CHECK: {
            ReviewStatus.SUBMITTED: frozenset({ReviewStatus.SUBMITTED}),
            ReviewStatus.AUTHORITY_PASSED: frozenset({ReviewStatus.AUTHORITY_PASSED}),
        },
        Act.RETURN: {
            ReviewStatus.SUBMITTED: frozenset({ReviewStatus.RETURNED}),
            ReviewStatus.AUTHORITY_PASSED: frozenset({ReviewStatus.RETURNED}),
        },
        Act.RESUBMIT: {ReviewStatus.RETURNED: frozenset({ReviewStatus.SUBMITTED, ReviewStatus.AUTHORITY_PASSED})},
        Act.LAPSE: {ReviewStatus.RETURNED: frozenset({ReviewStatus.LAPSED})},
        Act.DECIDE_AS_AUTHORITY: {
            ReviewStatus.SUBMITTED: frozenset({ReviewStatus.AUTHORITY_PASSED, ReviewStatus.REJECTED}),
        },
        Act.DECIDE_AS_BUREAU: {
            ReviewStatus.AUTHORITY_PASSED: frozenset(
                {ReviewStatus.IN_PUBLIC_NOTICE, ReviewStatus.RECOMMENDED, ReviewStatus.REJECTED}
            ),
        },
        Act.RECORD_MINISTRY: {
            ReviewStatus.RECOMMENDED: frozenset({ReviewStatus.APPROVED, ReviewStatus.REJECTED}),
        },
        Act.OBJECT: {ReviewStatus.IN_PUBLIC_NOTICE: frozenset({ReviewStatus.IN_PUBLIC_NOTICE})},
        Act.SETTLE_OBJECTION: {
            ReviewStatus.IN_PUBLIC_NOTICE: frozenset({ReviewStatus.IN_PUBLIC_NOTICE, ReviewStatus.REJECTED}),
        },
        Act.END_NOTICE: {ReviewStatus.IN_PUBLIC_NOTICE: frozenset({ReviewStatus.APPROVED})},
        Act.ASSIGN: {status: frozenset({status}) for status in OPEN_REVIEWS},
        Act.WITHDRAW: {status: frozenset({ReviewStatus.WITHDRAWN}) for status in OPEN_REVIEWS},
        Act.STOP: {status: frozenset({ReviewStatus.STOPPED}) for status in OPEN_REVIEWS},
    }
)
"""Act to the states in which it is allowed, and of each to the states that may follow (第十一条)."""

IN_HAND: Mapping[str, ReviewStatus] = MappingProxyType({step: ReviewStatus(status) for status, step in OFFICE.items()})
"""The state in which an office has an application in hand: where one that it returned comes back to."""

STEP_OF: Mapping[str, str] = MappingProxyType(
    {
        ReviewStatus.CHECKING: "profile",
        **OFFICE,
        ReviewStatus.RETURNED: "enterprise",
        ReviewStatus.IN_PUBLIC_NOTICE: "platform",
    }
)
"""Who acts next on an application in that state; a state that is not named is an end."""

DECISION: Mapping[Step, Act] = MappingProxyType(
    {
        Step.AUTHORITY: Act.DECIDE_AS_AUTHORITY,
        Step.BUREAU: Act.DECIDE_AS_BUREAU,
        Step.MINISTRY: Act.RECORD_MINISTRY,
    }
)
"""The act by which a step decides."""

FORWARD: Mapping[Step, tuple[ReviewOutcome, ReviewStatus]] = MappingProxyType(
    {
        Step.AUTHORITY: (ReviewOutcome.PASSED, ReviewStatus.AUTHORITY_PASSED),
        Step.BUREAU: (ReviewOutcome.RECOMMENDED, ReviewStatus.RECOMMENDED),
    }
)
"""What a step that does not decide itself answers to pass an application on."""


class NotInThisState(Conflict):
    """The application is in a state that does not allow this

    `possible_while` lists the states in which it is allowed.
    """

    type = "review-state"
    title_zh = "复核申请当前状态不允许此操作"

    def __init__(self, status: str, possible: list[ReviewStatus]) -> None:
        when = f"this is possible while it is {' or '.join(possible)}" if possible else "this is never possible for it"
        super().__init__(f"The application is {status}; {when}", status_of_review=status, possible_while=possible)


class OutcomeNotOffered(ValueError):
    """This step of this title's review cannot end so. `offered` are the outcomes that it has."""

    def __init__(self, offered: tuple[ReviewOutcome, ...]) -> None:
        super().__init__(", ".join(offered))
        self.offered = offered


def require(act: Act, status: str, *, office: str | None = None) -> None:
    """Raise `NotInThisState` unless an application in `status` allows the act, and to `office` where it is one's."""
    possible = [each for each in MACHINE[act] if office is None or OFFICE.get(each) == office]
    if status not in possible:
        raise NotInThisState(status, possible)


def possible(review: Review, today: date) -> frozenset[Act]:
    """What an application's state and dates allow, whoever may do it."""
    acts = {act for act, states in MACHINE.items() if review.status in states}
    if review.return_due is not None and today > review.return_due:
        acts.discard(Act.RESUBMIT)
    if review.notice_ends is not None and today > review.notice_ends:
        acts.discard(Act.OBJECT)
    if review.check_order is not None:
        acts.discard(Act.ORDER_CHECK)
    return frozenset(acts)


def offered(step: Step, title: Title, regulation: Regulation) -> Mapping[ReviewOutcome, ReviewStatus]:
    """What a step of a title's review can decide (第十一条), each with the state that follows; nothing without a part.

    What the bureau itself approves is put on public notice (公示); the ministry gives its own.
    """
    route = regulation.review_route(title)
    if step not in route.steps:
        return {}
    if step == route.decided_by:
        approved = ReviewStatus.APPROVED if step is Step.MINISTRY else ReviewStatus.IN_PUBLIC_NOTICE
        return {ReviewOutcome.APPROVED: approved, ReviewOutcome.REJECTED: ReviewStatus.REJECTED}
    forward, following = FORWARD[step]
    return {forward: following, ReviewOutcome.REJECTED: ReviewStatus.REJECTED}


def after_decision(
    status: str, step: Step, outcome: ReviewOutcome, title: Title, regulation: Regulation
) -> ReviewStatus:
    """The application's next state by the title's route. Raises `NotInThisState`, `OutcomeNotOffered`."""
    following = offered(step, title, regulation)
    if not following:
        raise NotInThisState(status, [])
    require(DECISION[step], status)
    if outcome not in following:
        raise OutcomeNotOffered(tuple(following))
    return following[outcome]


def basis_of(status: ReviewStatus, title: Title, regulation: Regulation, today: date) -> Basis:
    """What a decision rests on that brings an application into a state."""
    match status:
        case ReviewStatus.APPROVED:
            return regulation.basis(Rule.REVIEW_EXTENSION, title)
        case ReviewStatus.REJECTED:
            return regulation.basis(Rule.REVIEW_NOT_RENEWED, title)
        case ReviewStatus.IN_PUBLIC_NOTICE:
            return regulation.notice_ends(title, today).basis
        case _:
            return regulation.review_route(title).basis


def last_day(review: Review) -> date | None:
    """The last day of the present step: the office's, the firm's, or of the public notice; None where no time runs."""
    match review.status:
        case ReviewStatus.RETURNED:
            return review.return_due
        case ReviewStatus.IN_PUBLIC_NOTICE:
            return review.notice_ends
        case _:
            return review.handling_due


def time_basis(review: Review, regulation: Regulation) -> Basis | None:
    """By which rule the time of the present step runs, where it is an office's or the public notice's."""
    match review.status:
        case ReviewStatus.SUBMITTED | ReviewStatus.AUTHORITY_PASSED:
            return regulation.basis(Rule.CASE_HANDLING, Title(review.title))
        case ReviewStatus.IN_PUBLIC_NOTICE:
            return regulation.basis(Rule.REVIEW_PUBLIC_NOTICE, Title(review.title))
        case _:
            return None


def drawn(review_id: UUID, share: int) -> bool:
    """Whether an application is drawn for an on-site check (实地抽查), of which `share` per cent are.

    The lot is a hash of the application's id: nobody chooses it, and whoever draws again draws the same.
    """
    return int.from_bytes(sha256(review_id.bytes).digest()[:8]) % 100 < share


@dataclass(frozen=True, slots=True)
class Case:
    """An application as it is handled: its state, its clock, and while it is returned by when and whereto it is due."""

    status: ReviewStatus
    clock: CaseClock
    return_due: date | None = None
    returned_from: ReviewStatus | None = None


ENTERED = Case(ReviewStatus.CHECKING, CaseClock.standing())
"""How every application begins."""


def case_of(review: Review) -> Case:
    """An application as it is handled."""
    clock = CaseClock(review.handling_due, review.handling_left)
    returned_from = IN_HAND[review.correction["returned_by"]] if review.correction else None
    return Case(ReviewStatus(review.status), clock, review.return_due, returned_from)


def moved(
    case: Case,
    act: Act,
    to: ReviewStatus,
    title: Title,
    regulation: Regulation,
    on: date,
    return_due: date | None = None,
) -> Case:
    """The case after an act that brought it into the state `to` on a day.

    Its clock (办理时限) runs while the authority or the bureau has it in hand, begins anew where another office has
    it, and pauses while the firm corrects it.
    """
    if act is Act.RETURN:
        return Case(to, case.clock.paused(on), return_due, case.status)
    if act is Act.RESUBMIT:
        return Case(to, case.clock.resumed(on))
    if to is case.status:
        return case
    office = OFFICE.get(to)
    limit = regulation.handling_days(office, title, on) if office else None
    return Case(to, CaseClock.started(limit, on))


def worklist(case: Case, today: date) -> Worklist | None:
    """Where an open case is found (待办): in exactly one list, overdue before the others; None once it has ended."""
    match case.status:
        case ReviewStatus.CHECKING:
            return Worklist.CHECKING
        case ReviewStatus.SUBMITTED | ReviewStatus.AUTHORITY_PASSED:
            return Worklist.OVERDUE if case.clock.overdue(today) else Worklist.TO_REVIEW
        case ReviewStatus.RETURNED:
            passed = case.return_due is not None and today > case.return_due
            return Worklist.OVERDUE if passed else Worklist.RETURNED
        case ReviewStatus.RECOMMENDED:
            return Worklist.AWAITING_MINISTRY
        case ReviewStatus.IN_PUBLIC_NOTICE:
            return Worklist.IN_PUBLIC_NOTICE
        case _:
            return None
