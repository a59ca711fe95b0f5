"""What a title owes and reads as, and when it ends."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from services.reviews.models import UpdateDuty
from services.reviews.vocabulary import CertificationStatus, DutyStatus, Eligibility, Standing
from shared.regulation import (
    Campaign,
    DeadlineExtension,
    DueDate,
    Period,
    Regulation,
    Title,
    Window,
    campaign_in_effect,
    end_of_day,
    in_chinese,
    shanghai_date,
)


def duties_of(
    regulation: Regulation,
    title: Title,
    period: Period,
    duties_from: date | None,
    extensions: tuple[DeadlineExtension, ...] = (),
    authority: str | None = None,
) -> tuple[tuple[int, DueDate], ...]:
    """The annual updates that a period asks for; those that fell due before `duties_from` are not judged."""
    dues = (
        (year, regulation.update_due(title, year, extensions, authority))
        for year in regulation.duty_years(title, period)
    )
    return tuple((year, due) for year, due in dues if due and (duties_from is None or due.due >= duties_from))


def window_under(regulation: Regulation, title: Title, valid_to: date, campaigns: Iterable[Campaign]) -> Window:
    """The review window of an expiry; the campaign declared last of those that cover it sets it."""
    return regulation.review_window(title, valid_to, campaign_in_effect(campaigns, title, valid_to))


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


@dataclass(frozen=True, slots=True)
class Move:
    """A duty that gets another date: the date and the state that it is in with it. `new`: it was not owed before."""

    year: int
    due: DueDate
    state: DutyStatus
    new: bool = False

    @property
    def told(self) -> str:
        """What happened, in Chinese; a date that a notice set is told by the rule's own sentence."""
        if self.due.source is not None:
            return self.due.basis.text
        return f"{self.year}年度信息更新截止日恢复为{in_chinese(self.due.due)}。"


def moves_of(
    kept: Iterable[UpdateDuty], dues: Mapping[int, DueDate], owed: Mapping[int, DueDate], now: datetime
) -> tuple[Move, ...]:
    """Which duties of a period get another date: `kept` those known, `dues` what holds for them, `owed` what is owed.

    A year may be owed only because its date was moved past the day from which the title's duties are judged; it lapses
    when the date moves back.
    """
    known = {duty.year: duty for duty in kept}
    moved = [
        Move(
            year,
            dues[year],
            duty_after_move(duty.state, dues[year].deadline, duty.submitted_at, now)
            if year in owed
            else DutyStatus.LAPSED,
        )
        for year, duty in known.items()
        if year in dues and (dues[year].due, dues[year].source) != (duty.due, duty.extended_by)
    ]
    new = [Move(year, due, DutyStatus.OPEN, new=True) for year, due in owed.items() if year not in known]
    return tuple(sorted(moved + new, key=lambda move: move.year))


def duty_after_move(state: str, deadline: datetime, submitted_at: datetime | None, now: datetime) -> DutyStatus:
    """A duty's state once its deadline was moved to `deadline`, by what was known of it before.

    Met stays met while the submission lies before the new deadline; missed stays missed where that has passed too,
    until news of a submission tells otherwise; what an officer forgave stays so. All else is open, and judged anew.
    """
    if state == DutyStatus.MET and submitted_at is not None and submitted_at < deadline:
        return DutyStatus.MET
    if state == DutyStatus.MISSED and now >= deadline:
        return DutyStatus.MISSED
    return DutyStatus.FORGIVEN if state == DutyStatus.FORGIVEN else DutyStatus.OPEN
