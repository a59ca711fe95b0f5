"""What was true of a title at another instant, for answers that change nothing (回溯). Pure: records in, facts out.

What has an instant on record is undone where it happened later; nothing is foreseen, so that an answer about the future
rests on what is true today.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.reviews.conditions import Facts
from services.reviews.vocabulary import PLATFORM, CertificationStatus, Eligibility, ReviewStatus
from shared.regulation import Campaign, DeadlineExtension, Duty, Period, Regulation


@dataclass(frozen=True, slots=True)
class PastReview:
    """An application that was made: when it ended (None: it is open), and the expiry of the period it was about."""

    review_id: UUID
    status: str
    applied_at: datetime
    ended_at: datetime | None
    period_end: date

    def ended_by(self, at: datetime) -> bool:
        return self.ended_at is not None and self.ended_at <= at


@dataclass(frozen=True, slots=True)
class PastRight:
    """A loss or return of the right to the review: `lost` is what it was lost for, None where it was given back."""

    at: datetime
    by: str
    lost: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Past:
    """What is on record of a title: how it ended, its applications, what became of its right, the oldest first.

    `campaigns` and `extensions` are those that were in force at the instant that is asked about.
    """

    ending: Mapping[str, Any] | None
    reviews: Sequence[PastReview]
    rights: Sequence[PastRight]
    campaigns: Sequence[Campaign] = ()
    extensions: tuple[DeadlineExtension, ...] = ()


class Known(StrEnum):
    """Whether a fact is taken as it was at the instant that is asked about, or as it is known today."""

    THEN = "then"
    TODAY = "today"


@dataclass(frozen=True, slots=True)
class FactSource:
    """A fact that an answer rests on, and of when it is."""

    fact: str
    known: Known
    text: str
    text_en: str


SOURCES = (
    FactSource("updates", Known.THEN, "信息更新：仅计当时已提交的。", "Annual updates: those submitted by then."),
    FactSource("validity", Known.THEN, "有效期：当时的有效期。", "Validity: the period as it was then."),
    FactSource("title", Known.THEN, "称号的取消与终止：以当时为准。", "Cancellation and end of the title: as of then."),
    FactSource("eligibility", Known.THEN, "复核资格：当时的状态。", "The right to the review: as it was then."),
    FactSource("applications", Known.THEN, "复核申请：当时的状态。", "Applications for review: as they stood then."),
    FactSource("notices", Known.THEN, "延期与复核批次：当时有效的。", "Extensions and campaigns: those in force then."),
    FactSource("profile", Known.TODAY, "企业信息：平台今日所知的副本。", "The profile: the copy that is known today."),
    FactSource("rules", Known.TODAY, "规则：所指明的规则文件的今日文本。", "Rules: the named file as it reads today."),
)
"""What a hypothetical answer rests on."""

OTHER_RULES = FactSource(
    "missed_updates",
    Known.TODAY,
    "平台因未按时更新信息而取消的复核资格：按所指明的规则重新判断，见信息更新一项。",
    "A right that the platform took for a missed update is judged anew, by the condition on updates.",
)
"""Said besides where the rules are not those in use."""


def as_of(present: Facts, past: Past, at: datetime, rules: Regulation) -> Facts:
    """The facts of a title at an instant, to be judged by some rules.

    A right that the platform took for a missed update under other rules than these is held here: whether these rules
    find the update missed is for the condition on updates to say. What an officer took stays taken.
    """
    status = present.status
    if past.ending is not None and datetime.fromisoformat(past.ending["at"]) > at:
        status = CertificationStatus.VALID
    lost = _lost(present, past.rights, at)
    if lost is not None and rules.id != present.regulation.id and _by_the_rule(lost):
        lost = None
    refused_later = any(each.status == ReviewStatus.REJECTED and not each.ended_by(at) for each in past.reviews)
    open_then = (each.review_id for each in past.reviews if each.applied_at <= at and not each.ended_by(at))
    return replace(
        present,
        regulation=rules,
        status=status,
        eligibility=Eligibility.HELD if lost is None else Eligibility.REVOKED,
        revocation=lost,
        renewal_refused=present.renewal_refused and not refused_later,
        period=_period(present.period, past.reviews, at),
        open_application=next(open_then, None),
        forgiven=_forgiven(present, past.rights, at),
        campaigns=past.campaigns,
        extensions=past.extensions,
        at=at,
    )


def sources(present: Regulation, rules: Regulation) -> tuple[FactSource, ...]:
    """Of when each fact of a hypothetical answer is."""
    return SOURCES if present.id == rules.id else (*SOURCES, OTHER_RULES)


def _lost(present: Facts, rights: Sequence[PastRight], at: datetime) -> Mapping[str, Any] | None:
    lost = present.revocation if present.eligibility == Eligibility.REVOKED else None
    if lost is not None and datetime.fromisoformat(lost["at"]) <= at:
        return lost
    then = [each for each in rights if each.at <= at]
    return then[-1].lost if then else None


def _by_the_rule(lost: Mapping[str, Any]) -> bool:
    return bool(lost["duty"] == Duty.UPDATE and lost.get("by", PLATFORM) == PLATFORM)


def _forgiven(present: Facts, rights: Sequence[PastRight], at: datetime) -> frozenset[int]:
    """The years that an officer had forgiven by then: those that had fallen due when the right was given back."""
    given_back = [each.at for each in rights if each.lost is None and each.by != PLATFORM and each.at <= at]
    return frozenset(
        year
        for year in present.forgiven
        if (due := present.regulation.update_due(present.title, year, present.extensions, present.authority))
        and any(due.passed_at(instant) for instant in given_back)
    )


def _period(present: Period, reviews: Sequence[PastReview], at: datetime) -> Period:
    """The title's period at an instant: each approval on record began a new one at the expiry before it."""
    approved = sorted(
        (each for each in reviews if each.status == ReviewStatus.APPROVED), key=lambda each: each.period_end
    )
    later = [each for each in approved if not each.ended_by(at)]
    if not later:
        return present
    before = approved[: len(approved) - len(later)]
    start = before[-1].period_end if before else present.valid_from
    return Period(start, later[0].period_end, first=not before, valid_from=present.valid_from)
