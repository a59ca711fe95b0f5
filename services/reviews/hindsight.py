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
from services.reviews.vocabulary import CertificationStatus, Eligibility, ReviewStatus
from shared.regulation import Duty, Period, Regulation


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
    FactSource("applications", Known.THEN, "复核申请：当时的状态。", "Applications for review: as they stood then."),
    FactSource("title", Known.THEN, "称号的取消与终止：以当时为准。", "Cancellation and end of the title: as of then."),
    FactSource(
        "eligibility",
        Known.THEN,
        "复核资格：其后的取消不计；其后已恢复的取消无记录可溯。",
        "The right to the review: without later revocations; one that was given back since is not traced.",
    ),
    FactSource(
        "profile", Known.TODAY, "企业信息：平台今日所知的副本。", "The profile: the copy that is known here today."
    ),
    FactSource("notices", Known.TODAY, "延期与复核批次：以今日已公布的为准。", "Notices: as declared up to today."),
    FactSource("rules", Known.TODAY, "规则：所指明的规则文件的今日文本。", "Rules: the named file as it reads today."),
)
"""What a hypothetical answer rests on."""

OTHER_RULES = FactSource(
    "missed_updates",
    Known.TODAY,
    "因未按时更新信息而取消的复核资格：按所指明的规则重新判断，见信息更新一项。",
    "A right lost for a missed update is judged anew under the named rules, by the condition on updates.",
)
"""Said besides where the rules are not those in use."""


def as_of(
    present: Facts, ending: Mapping[str, Any] | None, reviews: Sequence[PastReview], at: datetime, rules: Regulation
) -> Facts:
    """The facts of a title at an instant, to be judged by some rules.

    `ending` says when the title ended, if it did. A right that was lost for a missed update under other rules than
    these is held here: whether these rules find the update missed is for the condition on updates to say.
    """
    status = present.status
    if ending is not None and datetime.fromisoformat(ending["at"]) > at:
        status = CertificationStatus.VALID
    lost = present.revocation if present.eligibility == Eligibility.REVOKED else None
    if lost is not None and (
        datetime.fromisoformat(lost["at"]) > at or (rules.id != present.regulation.id and lost["duty"] == Duty.UPDATE)
    ):
        lost = None
    refused_later = any(each.status == ReviewStatus.REJECTED and not each.ended_by(at) for each in reviews)
    open_then = (each.review_id for each in reviews if each.applied_at <= at and not each.ended_by(at))
    return replace(
        present,
        regulation=rules,
        status=status,
        eligibility=Eligibility.HELD if lost is None else Eligibility.REVOKED,
        revocation=lost,
        renewal_refused=present.renewal_refused and not refused_later,
        period=_period(present.period, reviews, at),
        open_application=next(open_then, None),
        at=at,
    )


def sources(present: Regulation, rules: Regulation) -> tuple[FactSource, ...]:
    """Of when each fact of a hypothetical answer is."""
    return SOURCES if present.id == rules.id else (*SOURCES, OTHER_RULES)


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
