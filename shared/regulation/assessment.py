"""The self-assessment (自评) of a firm by the criteria of a rules file. Pure: figures and a day in, points out.

Whether a tier is reached is decided on the figures themselves, never on a rounded share, so that a value on a boundary
takes the higher score and one a hair below it does not. Where a base is missing or zero an indicator is not computable:
it gives no points, and where its points would decide, the outcome is undetermined.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from enum import StrEnum

from shared.regulation.criteria import (
    AnyDirect,
    AwardCondition,
    Criteria,
    EquityCondition,
    Group,
    HonourCondition,
    Indicator,
    InstitutionCondition,
    Level,
    Measure,
    Tier,
)
from shared.regulation.days import add_months, in_chinese
from shared.regulation.figures import Figures
from shared.regulation.rulebook import Document
from shared.regulation.vocabulary import Basis

ASSESSMENT = "assessment"
"""The rule that an assessment cites; its parts cite `assessment.…`."""

_SHOWN = Decimal("0.0001")
_PRECISION = 60
_LEVELS: Mapping[str, tuple[str, str]] = {
    Level.NATIONAL: ("国家级", "national"),
    Level.PROVINCIAL: ("省级", "provincial"),
    Level.MUNICIPAL: ("市级", "municipal"),
}


class Outcome(StrEnum):
    """符合、不符合、无法判定."""

    MET = "met"
    NOT_MET = "not_met"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True)
class Saying:
    """A sentence in Chinese and English."""

    text: str
    text_en: str


@dataclass(frozen=True, slots=True)
class Score:
    """One indicator: the value of its measure, the tier that it reaches, and the points.

    `value` is rounded to four places for showing. Not computable: `value` and `tier` are None, `missing` says why.
    """

    indicator: str
    name: Saying
    measure: Measure
    value: Decimal | None
    tier: Saying | None
    points: int
    maximum: int
    missing: Saying | None
    basis: Basis


@dataclass(frozen=True, slots=True)
class GroupScore:
    """The points of a group, and what is required of it."""

    group: str
    name: Saying
    points: int
    maximum: int
    required: int
    scores: tuple[Score, ...]

    @property
    def possible(self) -> int:
        """The points with full marks for whatever is not computable."""
        return self.points + sum(score.maximum for score in self.scores if score.missing)


@dataclass(frozen=True, slots=True)
class DirectPass:
    """A condition that is enough by itself, with the evidence for it."""

    condition: str
    holds: bool
    evidence: tuple[Saying, ...]
    basis: Basis


@dataclass(frozen=True, slots=True)
class Assessment:
    """A self-assessment as made on a day."""

    on: date
    points: int
    required: int
    groups: tuple[GroupScore, ...]
    direct: tuple[DirectPass, ...]
    outcome: Outcome
    reasons: tuple[Saying, ...]
    basis: Basis


def assess(criteria: Criteria, document: Document, figures: Figures, on: date) -> Assessment:
    """The figures by the criteria, as of a day: years are counted back from it, and honours are valid on it or not."""
    with localcontext(prec=_PRECISION, rounding=ROUND_HALF_EVEN):
        groups = tuple(_group(code, group, document, figures) for code, group in criteria.groups.items())
        direct = tuple(_direct(code, each, document, figures, on) for code, each in criteria.direct.items())
    outcome = _outcome(criteria, groups, direct)
    return Assessment(
        on=on,
        points=sum(group.points for group in groups),
        required=criteria.required,
        groups=groups,
        direct=direct,
        outcome=outcome,
        reasons=tuple(_reasons(criteria, groups, direct, outcome)),
        basis=criteria.basis(ASSESSMENT, document),
    )


# ---- measures


@dataclass(frozen=True, slots=True)
class _Quotient:
    """A value kept as numerator and denominator (above zero), so that bounds are compared exactly."""

    numerator: Decimal
    denominator: Decimal = Decimal(1)

    def reaches(self, tier: Tier) -> bool:
        if tier.at_least is not None:
            return self.numerator >= tier.at_least * self.denominator
        return tier.at_most is None or self.numerator <= tier.at_most * self.denominator

    def shown(self) -> Decimal:
        return (self.numerator / self.denominator).quantize(_SHOWN)


def _percent(part: Decimal, whole: Decimal | None) -> _Quotient | None:
    return _Quotient(100 * part, whole) if whole is not None and whole > 0 else None


def _growth(figures: Figures) -> _Quotient | None:
    base = figures.previous_main_revenue
    return None if base is None else _percent(figures.main_revenue - base, base)


_MEASURES: Mapping[Measure, Callable[[Figures], _Quotient | None]] = {
    Measure.CLASS_1: lambda figures: _Quotient(Decimal(figures.class_1)),
    Measure.OWN_CLASS_1: lambda figures: _Quotient(Decimal(figures.own_class_1)),
    Measure.HIGH_VALUE_CLASS_1: lambda figures: _Quotient(Decimal(figures.high_value_class_1)),
    Measure.CLASS_2: lambda figures: _Quotient(Decimal(figures.class_2)),
    Measure.RD_INTENSITY: lambda figures: _percent(figures.rd_spending, figures.revenue),
    Measure.MAIN_REVENUE_GROWTH: _growth,
    Measure.DEBT_RATIO: lambda figures: _percent(figures.total_liabilities, figures.total_assets),
    Measure.STRATEGIC_INDUSTRY: lambda figures: _Quotient(Decimal(figures.strategic_industry)),
    Measure.MAIN_REVENUE_SHARE: lambda figures: _percent(figures.main_revenue, figures.revenue),
}
"""Measure to its value; None where its base is missing or zero."""

_NO_REVENUE = Saying("上年度营业收入为零或缺失，无法计算。", "Not computable: last year's revenue is zero or missing.")
_MISSING: Mapping[Measure, Saying] = {
    Measure.RD_INTENSITY: _NO_REVENUE,
    Measure.MAIN_REVENUE_SHARE: _NO_REVENUE,
    Measure.MAIN_REVENUE_GROWTH: Saying(
        "基期（再上一年度）主营业务收入为零或缺失，无法计算。",
        "Not computable: the main-business revenue of the year before is zero or missing.",
    ),
    Measure.DEBT_RATIO: Saying("资产总额为零或缺失，无法计算。", "Not computable: total assets are zero or missing."),
}
"""Why a measure with a base may not be computable."""


# ---- indicators


def _group(code: str, group: Group, document: Document, figures: Figures) -> GroupScore:
    scores = tuple(_score(name, indicator, document, figures) for name, indicator in group.indicators.items())
    points = sum(score.points for score in scores)
    return GroupScore(code, Saying(group.zh, group.en), points, group.points, group.required, scores)


def _score(code: str, indicator: Indicator, document: Document, figures: Figures) -> Score:
    name, basis = Saying(indicator.zh, indicator.en), _basis_of(code, indicator, document)
    for tier in indicator.tiers:
        measure = tier.measure or indicator.measure
        value = _MEASURES[measure](figures)
        if value is None:
            return Score(code, name, measure, None, None, 0, indicator.points, _MISSING[measure], basis)
        if value.reaches(tier):
            reached = Saying(tier.zh, tier.en)
            return Score(code, name, measure, value.shown(), reached, tier.points, indicator.points, None, basis)
    raise AssertionError("the last tier has no bound")


def _basis_of(code: str, indicator: Indicator, document: Document) -> Basis:
    tiers = "；".join(f"{tier.zh}，{tier.points}分" for tier in indicator.tiers)
    tiers_en = "; ".join(f"{tier.en}: {tier.points}" for tier in indicator.tiers)
    return Basis(
        f"{ASSESSMENT}.{code}",
        document.number,
        indicator.article,
        f"{indicator.zh}（满分{indicator.points}分）：{tiers}。",
        f"{indicator.en} ({indicator.points} points): {tiers_en}.",
    )


# ---- direct passes


def _direct(code: str, condition: AnyDirect, document: Document, figures: Figures, on: date) -> DirectPass:
    match condition:
        case AwardCondition():
            evidence = tuple(_awards(condition, figures, on))
        case HonourCondition():
            evidence = tuple(_honours(condition, figures, on))
        case InstitutionCondition():
            evidence = tuple(_institutions(condition, figures))
        case EquityCondition():
            evidence = _equity(condition, figures, on)
    basis = Basis(f"{ASSESSMENT}.{code}", document.number, condition.article, condition.zh, condition.en)
    return DirectPass(code, bool(evidence), evidence, basis)


def _within(years: int, day: date, on: date) -> bool:
    """Whether a day lies in the years up to `on`; the corresponding day still does."""
    return day <= on <= add_months(day, 12 * years)


def _awards(condition: AwardCondition, figures: Figures, on: date) -> Iterator[Saying]:
    for award in figures.awards:
        if award.level in condition.levels and _within(condition.within_years, award.granted_on, on):
            level, level_en = _LEVELS[award.level]
            yield Saying(
                f"{award.name}（{level}，{in_chinese(award.granted_on)}）",
                f"{award.name} ({level_en}, {award.granted_on})",
            )


def _honours(condition: HonourCondition, figures: Figures, on: date) -> Iterator[Saying]:
    names = {kind.value: name for kind, name in condition.honours.items()}
    for honour in figures.honours:
        if (name := names.get(honour.kind)) is not None and on <= honour.valid_to:
            yield Saying(
                f"{name.zh}（有效期至{in_chinese(honour.valid_to)}）", f"{name.en} (valid to {honour.valid_to})"
            )


def _institutions(condition: InstitutionCondition, figures: Figures) -> Iterator[Saying]:
    for institution in figures.institutions:
        if institution.level in condition.levels:
            level, level_en = _LEVELS[institution.level]
            yield Saying(f"{institution.name}（{level}）", f"{institution.name} ({level_en})")


def _equity(condition: EquityCondition, figures: Figures, on: date) -> tuple[Saying, ...]:
    counted = [each for each in figures.investments if _within(condition.within_years, each.paid_on, on)]
    if sum((each.amount for each in counted), Decimal(0)) < condition.amount:
        return ()
    return tuple(
        Saying(
            f"{each.investor} {each.amount:f}万元（{in_chinese(each.paid_on)}实缴）",
            f"{each.investor}: {each.amount:f} ten thousand yuan (paid in on {each.paid_on})",
        )
        for each in counted
    )


# ---- outcome


def _outcome(criteria: Criteria, groups: tuple[GroupScore, ...], direct: tuple[DirectPass, ...]) -> Outcome:
    def passes(points: Callable[[GroupScore], int]) -> bool:
        enough = sum(map(points, groups)) >= criteria.required
        return enough and all(points(group) >= group.required for group in groups)

    if any(each.holds for each in direct) or passes(lambda group: group.points):
        return Outcome.MET
    return Outcome.UNDETERMINED if passes(lambda group: group.possible) else Outcome.NOT_MET


def _reasons(
    criteria: Criteria, groups: tuple[GroupScore, ...], direct: tuple[DirectPass, ...], outcome: Outcome
) -> Iterator[Saying]:
    """What speaks for the outcome: direct passes that hold, or each number of points beside what is required."""
    if holding := [each for each in direct if each.holds]:
        for each in holding:
            yield Saying(f"满足直通条件：{each.basis.text}", f"Enough by itself: {each.basis.text_en}")
        return
    total = sum(group.points for group in groups)
    yield _beside("总分", "Total", total, criteria.required)
    for group in groups:
        yield _beside(group.name.text, group.name.text_en, group.points, group.required)
    if outcome is not Outcome.MET:
        yield from (
            Saying(f"{score.name.text}：{score.missing.text}", f"{score.name.text_en}: {score.missing.text_en}")
            for group in groups
            for score in group.scores
            if score.missing
        )


def _beside(name: str, name_en: str, points: int, required: int) -> Saying:
    if points >= required:
        return Saying(
            f"{name}{points}分，达到{required}分。", f"{name_en}: {points} points reach the {required} required."
        )
    return Saying(f"{name}{points}分，低于{required}分。", f"{name_en}: {points} points of the {required} required.")
