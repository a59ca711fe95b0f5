"""The self-assessment of innovative SMEs: every tier and boundary, what cannot be computed, direct passes, outcomes."""

from dataclasses import replace
from datetime import date
from decimal import Decimal as D
from decimal import localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.regulation import (
    Award,
    Figures,
    Honour,
    HonourKind,
    Institution,
    Investment,
    Level,
    Outcome,
    Regulation,
    Title,
)

REGULATION = Regulation.load("xiamen-2023")
ON = date(2026, 5, 8)
PLAIN = Figures(
    revenue=D(1000),
    main_revenue=D(700),
    previous_main_revenue=D(700),
    rd_spending=D(30),
    total_assets=D(1000),
    total_liabilities=D(500),
    class_1=1,
    own_class_1=1,
    high_value_class_1=0,
    class_2=0,
)
NOTHING = replace(PLAIN, main_revenue=D(0), rd_spending=D(0), total_liabilities=D(900), class_1=0, own_class_1=0)
HIGH_TECH = Honour(HonourKind.HIGH_TECH_ENTERPRISE, ON)


def assessed(on=ON, figures=PLAIN, **changes):
    return REGULATION.assess(Title.INNOVATIVE, replace(figures, **changes), on)


def score(indicator, **changes):
    found = {each.indicator: each for group in assessed(**changes).groups for each in group.scores}
    return found[indicator]


def test_a_firm_sees_every_indicator_with_value_tier_points_and_the_text_of_its_rule():
    result = assessed()
    assert [(g.group, g.points, g.maximum, g.required) for g in result.groups] == [
        ("innovation", 30, 40, 20), ("growth", 15, 30, 15), ("specialisation", 25, 30, 15),
    ]  # fmt: skip
    assert (result.points, result.outcome, result.on) == (70, Outcome.MET, ON)
    rd = result.groups[0].scores[1]
    assert (rd.value, rd.tier.text, rd.points, rd.maximum) == (D(3), "3%以上", 15, 20)
    assert (rd.basis.document, rd.basis.article) == ("工信部企业〔2022〕63号", "附件1 评价指标2")
    assert "3%以上，15分；2%以上，10分" in rd.basis.text
    assert rd.basis.rule == "assessment.rd_intensity"


@pytest.mark.parametrize(
    ("high", "own", "class_1", "class_2", "points", "value"),
    [
        (1, 0, 1, 0, 20, 1), (3, 2, 5, 9, 20, 3), (0, 1, 1, 4, 15, 1), (0, 2, 3, 0, 15, 2),
        (0, 0, 1, 7, 10, 1), (0, 0, 0, 1, 5, 1), (0, 0, 0, 8, 5, 8), (0, 0, 0, 0, 0, 0),
    ],
)  # fmt: skip
def test_the_best_kind_of_ip_gives_the_points(high, own, class_1, class_2, points, value):
    found = score("intellectual_property", high_value_class_1=high, own_class_1=own, class_1=class_1, class_2=class_2)
    assert (found.points, found.value) == (points, value)


@pytest.mark.parametrize(
    ("spending", "points"),
    [("50", 20), ("49.9999", 15), ("30", 15), ("29.9999", 10), ("20", 10), ("19.9999", 5), ("10", 5), ("9.9999", 0), ("0", 0)],
)  # fmt: skip
def test_rd_spending_by_revenue(spending, points):
    assert score("rd_intensity", rd_spending=D(spending)).points == points


@pytest.mark.parametrize(
    ("now", "points"),
    [("230", 20), ("229.9999", 15), ("220", 15), ("219.9999", 10), ("210", 10), ("209.9999", 5), ("200", 5), ("199.9999", 0)],
)  # fmt: skip
def test_growth_of_main_business_revenue(now, points):
    assert score("main_revenue_growth", main_revenue=D(now), previous_main_revenue=D(200)).points == points


@pytest.mark.parametrize(
    ("liabilities", "points"),
    [("0", 10), ("550", 10), ("550.0001", 5), ("750", 5), ("750.0001", 0), ("2000", 0)],
)
def test_liabilities_by_assets(liabilities, points):
    assert score("debt_ratio", total_liabilities=D(liabilities)).points == points


@pytest.mark.parametrize(("strategic", "points"), [(True, 10), (False, 5)])
def test_the_field_of_the_main_product(strategic, points):
    assert score("product_field", strategic_industry=strategic).points == points


@pytest.mark.parametrize(
    ("main", "points"),
    [("1000", 20), ("700", 20), ("699.9999", 15), ("600", 15), ("599.9999", 10), ("550", 10), ("549.9999", 5), ("500", 5), ("499.9999", 0), ("0", 0)],
)  # fmt: skip
def test_main_business_by_total_revenue(main, points):
    assert score("main_revenue_share", main_revenue=D(main)).points == points


@pytest.mark.parametrize(
    ("changes", "indicators"),
    [
        ({"revenue": D(0), "main_revenue": D(0)}, {"rd_intensity", "main_revenue_share"}),
        ({"previous_main_revenue": D(0)}, {"main_revenue_growth"}),
        ({"previous_main_revenue": None}, {"main_revenue_growth"}),
        ({"total_assets": D(0)}, {"debt_ratio"}),
    ],
)
def test_without_a_base_an_indicator_is_not_computable_and_says_why(changes, indicators):
    scores = [each for group in assessed(**changes).groups for each in group.scores]
    missing = [each for each in scores if each.missing]
    assert {each.indicator for each in missing} == indicators
    for each in missing:
        assert (each.value, each.tier, each.points) == (None, None, 0)
        assert "无法计算" in each.missing.text
        assert "Not computable" in each.missing.text_en


def test_what_is_not_computable_leaves_the_outcome_open_only_where_it_would_decide():
    enough = replace(PLAIN, high_value_class_1=1, rd_spending=D(50), total_liabilities=D(0))
    open_ = assessed(figures=enough, previous_main_revenue=None)
    assert (open_.outcome, open_.points) == (Outcome.UNDETERMINED, 75)
    assert any("基期" in reason.text for reason in open_.reasons)
    assert assessed(figures=NOTHING, previous_main_revenue=None).outcome is Outcome.NOT_MET
    assert assessed(figures=enough, previous_main_revenue=None, honours=(HIGH_TECH,)).outcome is Outcome.MET


@pytest.mark.parametrize(
    ("changes", "points", "failing"),
    [
        ({"class_1": 0, "own_class_1": 0, "rd_spending": D(50), "previous_main_revenue": D(600)}, 75, None),
        ({"class_1": 0, "own_class_1": 0, "previous_main_revenue": D(600)}, 70, "创新能力15分，低于20分"),
        ({"total_liabilities": D(700), "high_value_class_1": 1, "rd_spending": D(50)}, 75, "成长性10分，低于15分"),
        ({"main_revenue": D(500), "previous_main_revenue": D(400), "high_value_class_1": 1, "rd_spending": D(50)}, 80, "专业化10分，低于15分"),
        ({"own_class_1": 0, "rd_spending": D(20), "main_revenue": D(600), "previous_main_revenue": D(600)}, 55, "总分55分，低于60分"),
        ({"own_class_1": 0, "rd_spending": D(20)}, 60, None),
    ],
)  # fmt: skip
def test_the_total_and_every_group_must_reach_what_is_required(changes, points, failing):
    result = assessed(**changes)
    assert result.points == points
    assert result.outcome is (Outcome.NOT_MET if failing else Outcome.MET)
    low = [reason.text for reason in result.reasons if "低于" in reason.text]
    assert low == ([f"{failing}。"] if failing else [])


@pytest.mark.parametrize(
    ("changes", "condition", "holds"),
    [
        ({"awards": (Award("科技进步奖", Level.PROVINCIAL, date(2023, 5, 8)),)}, "science_award", True),
        ({"awards": (Award("科技进步奖", Level.NATIONAL, ON),)}, "science_award", True),
        ({"awards": (Award("科技进步奖", Level.PROVINCIAL, date(2023, 5, 7)),)}, "science_award", False),
        ({"awards": (Award("科技进步奖", Level.MUNICIPAL, ON),)}, "science_award", False),
        ({"awards": (Award("科技进步奖", Level.NATIONAL, date(2026, 5, 9)),)}, "science_award", False),
        ({"honours": (HIGH_TECH,)}, "honour", True),
        ({"honours": (Honour(HonourKind.IP_ADVANTAGE, date(2026, 5, 7)),)}, "honour", False),
        ({"institutions": (Institution("工程技术研究中心", Level.PROVINCIAL),)}, "rd_institution", True),
        ({"institutions": (Institution("企业技术中心", Level.MUNICIPAL),)}, "rd_institution", False),
        ({"investments": (Investment("甲基金", D(500), ON),)}, "qualified_equity", True),
        ({"investments": (Investment("甲基金", D("499.9999"), ON),)}, "qualified_equity", False),
        ({"investments": (Investment("甲", D(300), ON), Investment("乙", D(200), date(2023, 5, 8)))}, "qualified_equity", True),
        ({"investments": (Investment("甲", D(300), ON), Investment("乙", D(200), date(2023, 5, 7)))}, "qualified_equity", False),
    ],
)  # fmt: skip
def test_one_direct_condition_is_enough_and_comes_with_its_evidence(changes, condition, holds):
    result = assessed(figures=NOTHING, **changes)
    (found,) = [each for each in result.direct if each.condition == condition]
    assert (found.holds, bool(found.evidence)) == (holds, holds)
    assert result.outcome is (Outcome.MET if holds else Outcome.NOT_MET)
    assert ("直通条件" in result.reasons[0].text) is holds
    assert found.basis.article.startswith("附件1 公告条件（")


def test_within_three_years_from_a_leap_day_means_to_the_last_of_february():
    award = (Award("科技进步奖", Level.NATIONAL, date(2024, 2, 29)),)
    assert assessed(date(2027, 2, 28), NOTHING, awards=award).outcome is Outcome.MET
    assert assessed(date(2027, 3, 1), NOTHING, awards=award).outcome is Outcome.NOT_MET


@pytest.mark.parametrize("title", [title for title in Title if title is not Title.INNOVATIVE])
def test_only_innovative_firms_assess_themselves(title):
    assert REGULATION.assess(title, PLAIN, ON) is None


def test_the_ministrys_measures_leave_the_assessment_as_it_is():
    assert Regulation.load("miit-2026").assess(Title.INNOVATIVE, PLAIN, ON) == assessed()


AMOUNTS = st.decimals(0, 10**12, places=4, allow_nan=False, allow_infinity=False)
POSITIVE = st.decimals("0.0001", 10**12, places=4, allow_nan=False, allow_infinity=False)
COUNTS = st.integers(0, 10_000_000)
FIGURES = st.builds(
    Figures,
    revenue=AMOUNTS,
    main_revenue=AMOUNTS,
    previous_main_revenue=st.none() | AMOUNTS,
    rd_spending=AMOUNTS,
    total_assets=AMOUNTS,
    total_liabilities=AMOUNTS,
    class_1=COUNTS,
    own_class_1=COUNTS,
    high_value_class_1=COUNTS,
    class_2=COUNTS,
    strategic_industry=st.booleans(),
)


@given(FIGURES)
def test_any_figures_are_assessed_and_the_sums_are_right(figures):
    result = assessed(figures=figures)
    assert result.points == sum(group.points for group in result.groups)
    for group in result.groups:
        assert group.points == sum(each.points for each in group.scores)
        assert 0 <= group.points <= group.possible <= group.maximum
        for each in group.scores:
            assert (each.value is None) == (each.tier is None) == (each.missing is not None)
    reached = result.points >= 60 and all(group.points >= group.required for group in result.groups)
    assert (result.outcome is Outcome.MET) is reached
    if result.outcome is Outcome.UNDETERMINED:
        assert any(group.possible > group.points for group in result.groups)


@given(AMOUNTS, POSITIVE)
def test_a_tier_is_decided_by_the_figures_and_never_by_a_rounded_share(part, whole):
    share = score("main_revenue_share", main_revenue=part, revenue=whole).points
    expected = next(
        (points for bound, points in ((70, 20), (60, 15), (55, 10), (50, 5)) if part * 100 >= bound * whole), 0
    )
    assert share == expected
    debt = score("debt_ratio", total_liabilities=part, total_assets=whole).points
    assert debt == (10 if part * 100 <= 55 * whole else 5 if part * 100 <= 75 * whole else 0)


@given(POSITIVE, st.integers(0, 4), st.sampled_from([-1, 0, 1]))
def test_exactly_on_a_boundary_the_higher_score_is_given_and_a_hair_below_it_is_not(whole, tier, hair):
    bound, on_it, below = [(5, 20, 15), (3, 15, 10), (2, 10, 5), (1, 5, 0), (0, 0, 0)][tier]
    with localcontext(prec=60):
        spending = max(whole * bound / 100 + hair * D("1e-30"), D(0))
    found = score("rd_intensity", rd_spending=spending, revenue=whole).points
    assert found == (on_it if hair >= 0 or bound == 0 else below)


@given(POSITIVE, AMOUNTS)
def test_growth_never_divides_by_zero_and_grows_with_the_revenue(base, more):
    less = score("main_revenue_growth", main_revenue=base, previous_main_revenue=base)
    grown = score("main_revenue_growth", main_revenue=base + more, previous_main_revenue=base)
    assert less.points == 5
    assert grown.points >= less.points
    assert score("main_revenue_growth", main_revenue=more, previous_main_revenue=D(0)).missing


@given(FIGURES)
def test_the_same_whatever_the_precision_around_it(figures):
    with localcontext(prec=4):
        coarse = assessed(figures=figures)
    assert coarse == assessed(figures=figures)
