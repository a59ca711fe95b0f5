"""The shape of the self-assessment's criteria (评价标准) in a rules file, and whether their parts agree.

Groups (创新能力、成长性、专业化) have indicators, an indicator has tiers. A tier is reached by a bound on a measure;
the first that is reached gives the points, and the last, which has no bound, takes whatever is left.
"""

from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, StrictInt

from shared.regulation.rulebook import DatedEntry, Wording, Words

FULL_MARKS = 100

Points = Annotated[StrictInt, Field(ge=0, le=FULL_MARKS)]
Bound = Annotated[Decimal, Field(allow_inf_nan=False)]
Place = tuple[str | int, ...]


class Measure(StrEnum):
    """What tiers are bounds on. Shares and growth are in per cent, yes counts as 1 and no as 0."""

    CLASS_1 = "class_1"
    OWN_CLASS_1 = "own_class_1"
    HIGH_VALUE_CLASS_1 = "high_value_class_1"
    CLASS_2 = "class_2"
    RD_INTENSITY = "rd_intensity"
    MAIN_REVENUE_GROWTH = "main_revenue_growth"
    DEBT_RATIO = "debt_ratio"
    STRATEGIC_INDUSTRY = "strategic_industry"
    MAIN_REVENUE_SHARE = "main_revenue_share"

    @property
    def unit(self) -> Literal["pieces", "percent", "yes_no"]:
        """What its values are counted in."""
        if self is Measure.STRATEGIC_INDUSTRY:
            return "yes_no"
        return "pieces" if self in PIECES else "percent"


PIECES = frozenset({Measure.CLASS_1, Measure.OWN_CLASS_1, Measure.HIGH_VALUE_CLASS_1, Measure.CLASS_2})


class Level(StrEnum):
    """Who recognised an award or an institution."""

    NATIONAL = "national"
    PROVINCIAL = "provincial"
    MUNICIPAL = "municipal"


class HonourKind(StrEnum):
    """An honour (荣誉) that is valid for a time."""

    HIGH_TECH_ENTERPRISE = "high_tech_enterprise"
    INNOVATION_DEMONSTRATION = "innovation_demonstration"
    IP_ADVANTAGE = "ip_advantage"
    IP_DEMONSTRATION = "ip_demonstration"


class Tier(Wording):
    """A tier (档次): reached from `at_least` on, or up to `at_most`, of the indicator's measure or of its own."""

    measure: Measure | None = None
    at_least: Bound | None = None
    at_most: Bound | None = None
    points: Points


class Indicator(Wording):
    """An indicator (指标) with its tiers, the best first."""

    measure: Measure
    article: Words
    tiers: Annotated[tuple[Tier, ...], Field(min_length=1)]

    @property
    def points(self) -> int:
        """The most that it gives."""
        return max(tier.points for tier in self.tiers)


class Group(Wording):
    """A group of indicators: the most that it gives, and the least that is required of it."""

    points: Points
    required: Points
    indicators: Annotated[dict[Words, Indicator], Field(min_length=1)]


class DirectCondition(Wording):
    """A condition (直通条件) that is enough by itself."""

    article: Words


class AwardCondition(DirectCondition):
    """A science award (科技奖励) of one of these levels within so many years."""

    kind: Literal["award"]
    levels: Annotated[frozenset[Level], Field(min_length=1)]
    within_years: Annotated[StrictInt, Field(ge=1, le=20)]


class HonourCondition(DirectCondition):
    """One of these honours, still valid."""

    kind: Literal["honour"]
    honours: Annotated[dict[HonourKind, Wording], Field(min_length=1)]


class InstitutionCondition(DirectCondition):
    """A recognised R&D institution (研发机构) of one of these levels."""

    kind: Literal["institution"]
    levels: Annotated[frozenset[Level], Field(min_length=1)]


class EquityCondition(DirectCondition):
    """New equity paid in by qualified institutions (合格机构投资者实缴额) within so many years, in 万元."""

    kind: Literal["equity"]
    amount: Annotated[Bound, Field(gt=0)]
    within_years: Annotated[StrictInt, Field(ge=1, le=20)]


AnyDirect = Annotated[
    AwardCondition | HonourCondition | InstitutionCondition | EquityCondition, Field(discriminator="kind")
]


class Criteria(DatedEntry):
    """The criteria of some titles, in force on the day of the assessment; `text` says what passes."""

    required: Points
    groups: Annotated[dict[Words, Group], Field(min_length=1)]
    direct: dict[Words, AnyDirect] = Field(default_factory=dict)


def disagreements(criteria: Criteria) -> Iterator[tuple[Place, str]]:
    """Every defect that shows only when parts are seen together, with its place within the criteria."""
    total = sum(group.points for group in criteria.groups.values())
    if total != FULL_MARKS:
        yield ("groups",), f"the groups give {total} points together, not {FULL_MARKS}"
    names: set[str] = set()
    for code, group in criteria.groups.items():
        place: Place = ("groups", code)
        given = sum(indicator.points for indicator in group.indicators.values())
        if given != group.points:
            yield (*place, "points"), f"the indicators of {code} give {given} points together, not {group.points}"
        if group.required > group.points:
            yield (*place, "required"), f"{group.required} points are required of {group.points}"
        for name, indicator in group.indicators.items():
            if name in names:
                yield (*place, "indicators", name), f"{name} is named twice"
            names.add(name)
            for where, what in _tiers(indicator):
                yield (*place, "indicators", name, "tiers", *where), what


def _tiers(indicator: Indicator) -> Iterator[tuple[Place, str]]:
    best: dict[Measure, Tier] = {}
    for number, tier in enumerate(indicator.tiers):
        last = number == len(indicator.tiers) - 1
        bounds = (tier.at_least is not None) + (tier.at_most is not None)
        if last and bounds:
            yield (number,), "the last tier takes what is left and has no bound"
        elif not last and bounds != 1:
            yield (number,), "a tier needs at_least or at_most, one of them"
        elif not last:
            measure = tier.measure or indicator.measure
            if (better := best.get(measure)) is not None and not _weaker(tier, better):
                yield (number,), f"its bound on {measure} is not weaker than that of a better tier"
            best[measure] = tier
    for number, (better, tier) in enumerate(pairwise(indicator.tiers)):
        if tier.points >= better.points:
            yield (number + 1,), "points must grow fewer from tier to tier"


def _weaker(tier: Tier, better: Tier) -> bool:
    if tier.at_least is not None and better.at_least is not None:
        return tier.at_least < better.at_least
    return tier.at_most is not None and better.at_most is not None and tier.at_most > better.at_most
