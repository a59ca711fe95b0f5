"""The conditions of acceptance (复核受理条件): one list for what is shown, what is accepted and what is refused.

Each rule judges the same facts and answers whether it holds, in words, with the article it rests on and its inputs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.reviews.vocabulary import CertificationStatus, Eligibility
from shared.contracts import Citation
from shared.regulation import (
    Basis,
    Campaign,
    DeadlineExtension,
    Period,
    Regulation,
    Rule,
    Title,
    Window,
    campaign_in_effect,
    in_chinese,
    shanghai_date,
)


class Condition(BaseModel):
    """One condition as judged. `rests_on_copy`: by a copy of the profile, so that no refusal may rest on it alone."""

    model_config = ConfigDict(frozen=True)

    code: str
    holds: bool
    text: str
    text_en: str
    citation: Citation
    inputs: dict[str, Any]
    rests_on_copy: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What the conditions are judged by. `updates` None: nothing is known of the firm's profile.

    `confirmed_missed` are the years that the profile's owner told to be missed, `forgiven` those of which an officer
    gave back what they had cost. `campaigns` are those in force, in the order of their declaration, `extensions` the
    notices that move deadlines, some in some authorities alone. `at` is the instant of application,
    `known_at` the instant up to which the profile is known, where it was told: freshness is judged at the earlier of
    both, so that nobody is refused for what was not known.
    """

    regulation: Regulation
    title: Title
    status: str
    eligibility: str
    revocation: Mapping[str, Any] | None
    renewal_refused: bool
    period: Period
    duties_from: date | None
    open_application: UUID | None
    updates: Mapping[int, datetime] | None
    at: datetime
    authority: str | None = None
    extensions: tuple[DeadlineExtension, ...] = ()
    known_at: datetime | None = None
    told_by_owner: bool = False
    confirmed_missed: frozenset[int] = frozenset()
    forgiven: frozenset[int] = frozenset()
    campaigns: Sequence[Campaign] = ()


def _judged(
    code: str, basis: Basis | Citation, *, holds: bool, text: str, text_en: str, copy: bool = False, **inputs: Any
) -> Condition:
    return Condition(
        code=code,
        holds=holds,
        text=text,
        text_en=text_en,
        citation=Citation.model_validate(basis),
        inputs={name: value.isoformat() if isinstance(value, date) else value for name, value in inputs.items()},
        rests_on_copy=copy,
    )


def title_held(facts: Facts) -> Condition:
    holds = facts.status == CertificationStatus.VALID
    return _judged(
        "title_not_held",
        facts.regulation.basis(Rule.REVIEW_TITLE_HELD, facts.title),
        holds=holds,
        text="持有该称号且未被取消。" if holds else "该称号已被取消或已终止，不能申请复核。",
        text_en="The title is held." if holds else "The title was cancelled or has ended; it cannot be reviewed.",
        status=facts.status,
        valid_to=facts.period.end,
    )


WINDOW_CODES = frozenset({"window_closed", "window_not_open"})


def window_of(facts: Facts) -> Window:
    """When applications for the review of the title's period are accepted; a campaign that covers it says so."""
    campaign = campaign_in_effect(facts.campaigns, facts.title, facts.period.end)
    return facts.regulation.review_window(facts.title, facts.period.end, campaign)


def window_open(facts: Facts) -> Condition:
    window = window_of(facts)
    today = shanghai_date(facts.at)
    inputs: dict[str, Any] = {
        "on": today,
        "opens": window.opens,
        "closes": window.closes,
        "nominal_opens": window.nominal_opens,
        "nominal_closes": window.nominal_closes,
        "provisional": window.provisional,
        "valid_to": facts.period.end,
    }
    if today > window.closes:
        return _judged(
            "window_closed",
            window.basis,
            holds=False,
            text=f"复核申请已于{in_chinese(window.closes)}截止。",
            text_en=f"Applications for review closed on {window.closes}.",
            **inputs,
        )
    holds = today >= window.opens
    return _judged(
        "window_not_open",
        window.basis,
        holds=holds,
        text=f"复核申请自{in_chinese(window.opens)}至{in_chinese(window.closes)}受理"
        + ("。" if holds else "，尚未开始。"),
        text_en=f"Applications for review are accepted from {window.opens} to {window.closes}"
        + ("." if holds else "; not yet."),
        **inputs,
    )


def eligibility_held(facts: Facts) -> Condition:
    lost = facts.revocation if facts.eligibility == Eligibility.REVOKED else None
    if lost is None:
        return _judged(
            "eligibility_revoked",
            facts.regulation.basis(Rule.REVIEW_ELIGIBILITY, facts.title),
            holds=True,
            text="复核资格未被取消。",
            text_en="The right to the review is held.",
        )
    return _judged(
        "eligibility_revoked",
        Citation.model_validate(lost["citation"]),
        holds=False,
        text=f"复核资格已被取消：{lost['reason']}",
        text_en=f"The right to the review was lost: {lost['reason_en']}",
        duty=lost["duty"],
        year=lost["year"],
        nominal_due=lost.get("nominal_due"),
        due=lost["due"],
        revoked_at=lost["at"],
    )


def not_rejected(facts: Facts) -> Condition:
    holds = not facts.renewal_refused
    return _judged(
        "review_rejected",
        facts.regulation.basis(Rule.REVIEW_NOT_RENEWED, facts.title),
        holds=holds,
        text="本有效期的复核未被否决。" if holds else "本有效期的复核未通过，称号到期终止。",
        text_en="No review of this period was rejected."
        if holds
        else "The review of this period was rejected; the title ends with its validity.",
    )


def profile_fresh(facts: Facts) -> Condition:
    basis = facts.regulation.basis(Rule.REVIEW_PROFILE_FRESH, facts.title)
    if facts.updates is None:
        return _judged(
            "profile_unknown",
            basis,
            holds=False,
            copy=not facts.told_by_owner,
            text="平台尚无该企业的信息。",
            text_en="Nothing is known of the firm's profile.",
        )
    at = min(facts.at, facts.known_at) if facts.known_at else facts.at
    fresh = facts.regulation.freshness(
        facts.title,
        facts.period,
        facts.updates,
        at,
        facts.extensions,
        facts.authority,
        duties_from=facts.duties_from,
    )
    unmet = [year for year in fresh.unmet if year.year not in facts.forgiven]
    excused, excused_en = ("或已予免责", " or is forgiven") if facts.forgiven else ("", "")
    years = "、".join(f"{year.year}年度（{in_chinese(year.due.due)}截止）" for year in unmet)
    years_en = ", ".join(f"{year.year} (due {year.due.due})" for year in unmet)
    return _judged(
        "profile_stale",
        basis,
        holds=not unmet,
        copy=not facts.told_by_owner and not all(year.year in facts.confirmed_missed for year in unmet),
        text=f"未按时完成信息更新：{years}。" if unmet else f"已到期的年度信息更新均已按时完成{excused}。",
        text_en=f"Annual updates not made in time: {years_en}."
        if unmet
        else f"Every annual update that fell due was made in time{excused_en}.",
        years=[
            {
                "year": year.year,
                "state": "forgiven" if year.year in facts.forgiven else year.state,
                "nominal_due": year.due.nominal.isoformat(),
                "due": year.due.due.isoformat(),
                "article": year.due.basis.article,
                "document": year.due.basis.document,
                "extended_by": year.due.source,
                "submitted_at": year.submitted_at.isoformat() if year.submitted_at else None,
            }
            for year in fresh.years
        ],
        duties_from=facts.duties_from,
        valid_from=facts.period.valid_from,
        period_start=facts.period.start,
        valid_to=facts.period.end,
    )


def none_open(facts: Facts) -> Condition:
    holds = facts.open_application is None
    inputs: dict[str, Any] = {} if holds else {"review_id": str(facts.open_application)}
    return _judged(
        "application_open",
        facts.regulation.basis(Rule.REVIEW_SINGLE_APPLICATION, facts.title),
        holds=holds,
        text="没有未办结的复核申请。" if holds else "该称号已有未办结的复核申请。",
        text_en="No application is open." if holds else "An application for this title is open.",
        **inputs,
    )


CONDITIONS: tuple[Callable[[Facts], Condition], ...] = (
    title_held,
    window_open,
    eligibility_held,
    not_rejected,
    profile_fresh,
    none_open,
)


def judge(facts: Facts) -> tuple[Condition, ...]:
    """Every condition of acceptance, judged."""
    return tuple(condition(facts) for condition in CONDITIONS)


def failing(conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """Those that do not hold."""
    return tuple(condition for condition in conditions if not condition.holds)
