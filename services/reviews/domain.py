"""What a title reads as, how an application moves, and when a title ends. Pure: dates and states in, decisions out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from services.reviews.vocabulary import (
    OPEN_REVIEWS,
    CertificationStatus,
    DutyStatus,
    Eligibility,
    ReviewOutcome,
    ReviewStatus,
    Standing,
)
from shared.regulation import DueDate, Period, Regulation, Step, Title, end_of_day, shanghai_date

STEP_OF: Mapping[str, str] = {
    ReviewStatus.CHECKING: "profile",
    ReviewStatus.SUBMITTED: Step.AUTHORITY,
    ReviewStatus.AUTHORITY_PASSED: Step.BUREAU,
    ReviewStatus.RECOMMENDED: Step.MINISTRY,
}
"""Who acts next on an application in that state; a state that is not named is an end."""

FORWARD: Mapping[Step, tuple[ReviewOutcome, ReviewStatus]] = {
    Step.AUTHORITY: (ReviewOutcome.PASSED, ReviewStatus.AUTHORITY_PASSED),
    Step.BUREAU: (ReviewOutcome.RECOMMENDED, ReviewStatus.RECOMMENDED),
}
"""What a step that does not decide itself answers to pass an application on."""

WITHDRAWABLE = OPEN_REVIEWS


class NotItsTurn(ValueError):
    """The application does not lie with this step. `allowed` are the states in which it does."""

    def __init__(self, allowed: tuple[ReviewStatus, ...]) -> None:
        super().__init__(", ".join(allowed))
        self.allowed = allowed


class OutcomeNotOffered(ValueError):
    """This step of this title's review cannot end so. `offered` are the outcomes that it has."""

    def __init__(self, offered: tuple[ReviewOutcome, ...]) -> None:
        super().__init__(", ".join(offered))
        self.offered = offered


def status_before(step: Step) -> ReviewStatus:
    """The state in which an application lies with `step`."""
    return next(ReviewStatus(status) for status, at in STEP_OF.items() if at == step)


def after_decision(
    status: str, step: Step, outcome: ReviewOutcome, title: Title, regulation: Regulation
) -> ReviewStatus:
    """The application's next state by the title's route (第十一条). Raises `NotItsTurn`, `OutcomeNotOffered`."""
    route = regulation.review_route(title)
    if step not in route.steps or status != status_before(step):
        raise NotItsTurn((status_before(step),) if step in route.steps else ())
    if outcome is ReviewOutcome.REJECTED:
        return ReviewStatus.REJECTED
    if step == route.decided_by:
        if outcome is not ReviewOutcome.APPROVED:
            raise OutcomeNotOffered((ReviewOutcome.APPROVED, ReviewOutcome.REJECTED))
        return ReviewStatus.APPROVED
    expected, following = FORWARD[step]
    if outcome is not expected:
        raise OutcomeNotOffered((expected, ReviewOutcome.REJECTED))
    return following


@dataclass(frozen=True, slots=True)
class Terms:
    """What follows from a title's present period: its duties, its review window."""

    duties: tuple[tuple[int, DueDate], ...]
    window_opens: date
    window_closes: date


def terms_of(regulation: Regulation, title: Title, period: Period, duties_from: date | None) -> Terms:
    """Duties and window of a period; duties that fell due before `duties_from` are not judged."""
    dues = ((year, regulation.update_due(title, year)) for year in regulation.duty_years(title, period))
    window = regulation.review_window(title, period.end)
    return Terms(
        tuple((year, due) for year, due in dues if due and (duties_from is None or due.due >= duties_from)),
        window.opens,
        window.closes,
    )


def ends_at(valid_to: date, window_closes: date, eligibility: str, *, renewal_refused: bool) -> datetime:
    """The instant from which a title ends unless an application is open.

    Without a right to a review, or after a refused one, at its expiry; else when its window has closed.
    """
    if renewal_refused or eligibility == Eligibility.REVOKED:
        return end_of_day(valid_to)
    return max(end_of_day(valid_to), end_of_day(window_closes))


def standing(
    now: datetime, *, status: str, valid_to: date, ends: datetime, under_review: bool, pending_is_valid: bool
) -> Standing:
    """What a title reads as at `now`; sweeps may lag behind it."""
    if status != CertificationStatus.VALID:
        return Standing(status)
    if shanghai_date(now) <= valid_to:
        return Standing.VALID
    if under_review:
        return Standing.UNDER_REVIEW if pending_is_valid else Standing.EXPIRED
    return Standing.AWAITING_REVIEW if now < ends else Standing.EXPIRED


def duty_state(opens: datetime, deadline: datetime, submitted_at: datetime | None) -> DutyStatus:
    """Met by a submission within [opens, deadline), else open: missed is only what the owner confirmed."""
    return DutyStatus.MET if submitted_at is not None and opens <= submitted_at < deadline else DutyStatus.OPEN
