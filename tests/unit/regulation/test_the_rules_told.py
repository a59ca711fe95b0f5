"""The rules in force on a date, told as a whole, and the notices that decide."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from shared.regulation import (
    Campaign,
    DeadlineExtension,
    Duty,
    Regulation,
    Rule,
    RulesError,
    Title,
    deciding,
    not_overruled,
    statement,
)

OLD, NEW = Regulation.load("xiamen-2023"), Regulation.load("miit-2026")
TWO = frozenset({Title.INNOVATIVE, Title.SPECIALIZED})
MOVED = DeadlineExtension("1", Duty.UPDATE, 2026, TWO, None, date(2026, 6, 26), "甲", datetime(2026, 4, 1, tzinfo=UTC))
COHORT = Campaign("1", TWO, date(2026, 1, 1), date(2026, 6, 30), date(2026, 3, 1), date(2026, 9, 30), "甲")


def terms(duty, on, regulation=OLD, extensions=()):
    told = next(each for each in statement(regulation, on, extensions).duties if each.duty == duty)
    return [(term.titles, term.value, str(term.next.due) if term.next else None) for term in told.terms]


@pytest.mark.parametrize("regulation", [OLD, NEW], ids=lambda each: each.id)
def test_every_rule_that_holds_for_a_title_is_told_once_with_its_source(regulation):
    on = date(2026, 8, 1)
    told = statement(regulation, on)
    for title in Title:
        mine = [(rule.rule, rule.citation) for rule in told.rules if title in rule.titles]
        assert mine == [(rule, basis) for rule, _, basis in regulation.in_force(title, on)]
    assert {rule.citation.document for rule in told.rules} <= {document.number for document in told.documents}


def test_the_three_duties_stand_in_the_order_of_the_manual_each_with_what_missing_it_costs():
    duties = statement(OLD, date(2026, 4, 20)).duties
    assert [duty.duty for duty in duties] == ["update", "review", "change_report"]
    assert [[cost.citation.rule for cost in duty.costs] for duty in duties] == [
        ["update.missed"], ["review.not_renewed"], ["change_report.late"],
    ]  # fmt: skip
    assert "growth" not in duties[0].terms[0].titles
    assert [term.value for term in duties[1].terms] == ["届满前1个月至届满当日", "届满次日起3个月，遇休息日顺延"]


@pytest.mark.parametrize(
    ("on", "due"),
    [
        (date(2026, 1, 1), "2026-04-30"),
        (date(2026, 4, 30), "2026-04-30"),
        (date(2026, 5, 1), "2027-04-30"),
        (date(2026, 12, 31), "2027-04-30"),
    ],
)
def test_the_next_update_is_due_on_the_first_day_that_has_not_passed(on, due):
    assert [term[2] for term in terms("update", on)] == [due]


def test_titles_of_different_dates_have_terms_of_their_own():
    first, later = (["innovative"], "4月30日，不顺延"), (["specialized", "little_giant"], "5月31日，不顺延")
    assert terms("update", date(2025, 6, 1), NEW) == [(*first, "2026-04-30"), (*later, "2026-05-31")]
    assert terms("update", date(2026, 5, 10), NEW) == [(*first, "2027-04-30"), (*later, "2026-05-31")]


def test_a_notice_for_everybody_moves_the_next_date_and_one_for_some_does_not():
    told = terms("update", date(2026, 5, 10), extensions=[MOVED])
    assert told == [
        (["innovative", "specialized"], "4月30日，不顺延", "2026-06-26"),
        (["little_giant"], "4月30日，不顺延", "2027-04-30"),
    ]
    limited = replace(MOVED, authorities=frozenset({"XM-SM"}))
    assert [term[2] for term in terms("update", date(2026, 5, 10), extensions=[limited])] == ["2027-04-30"]


def test_a_moved_date_cites_its_notice_and_keeps_the_rules_own():
    (duty, *_) = statement(OLD, date(2026, 5, 10), [MOVED]).duties
    assert duty.terms[0].next.nominal_due == date(2026, 4, 30)
    assert duty.terms[0].next.citation.rule == Rule.UPDATE_EXTENDED
    assert "甲" in duty.terms[0].next.citation.text


def test_an_extension_that_a_later_one_overrules_everywhere_does_not_decide():
    later = replace(MOVED, id="2", due=date(2026, 7, 31), declared_at=datetime(2026, 5, 1, tzinfo=UTC))
    assert deciding([MOVED, later], OLD.authorities) == [later]
    for narrower in (
        replace(later, titles=frozenset({Title.INNOVATIVE})),
        replace(later, authorities=frozenset({"XM-SM"})),
        replace(later, year=2027),
    ):
        assert deciding([MOVED, narrower], OLD.authorities) == [MOVED, narrower]
    halves = [
        replace(later, id="3", authorities=frozenset(set(OLD.authorities) - {"XM-SM"})),
        replace(later, id="4", authorities=frozenset({"XM-SM"})),
    ]
    assert deciding([MOVED, *halves], OLD.authorities) == halves


def test_a_campaign_is_overruled_by_a_later_one_for_its_whole_cohort():
    later = replace(COHORT, id="2", closes=date(2026, 10, 31))
    assert not_overruled([COHORT, later]) == [later]
    for other in (
        replace(later, expires_to=date(2026, 6, 29)),
        replace(later, titles=frozenset({Title.INNOVATIVE})),
    ):
        assert not_overruled([COHORT, other]) == [COHORT, other]


def test_the_self_assessment_is_told_with_its_indicators_and_tiers():
    (criteria,) = statement(OLD, date(2026, 4, 20)).assessments
    assert (criteria.titles, criteria.required) == (["innovative"], 60)
    assert [(group.points, group.required) for group in criteria.groups] == [(40, 20), (30, 15), (30, 15)]
    assert criteria.groups[0].indicators[0].tiers[0].points == 20
    assert len(criteria.direct) == 4


def test_links_and_contacts_are_told_where_the_file_has_them(tmp_path):
    file = tmp_path / "city.yaml"
    text = """id: city
extends: xiamen-2023
name: {zh: 市, en: City}
documents:
  own: {number: 〔2026〕1号, name: {zh: 细则, en: Rules}, link: "https://city.example/rules"}
"""
    file.write_text(text, encoding="utf-8")
    told = statement(Regulation.load(file), date(2026, 4, 20))
    assert [document.link for document in told.documents if document.link] == ["https://city.example/rules"]
    assert "010-12381-6" in told.ministry.contact
    assert told.bureau.contact is None
    file.write_text(text.replace("https://", "javascript:"), encoding="utf-8")
    with pytest.raises(RulesError, match="documents.own.link"):
        Regulation.load(file)
