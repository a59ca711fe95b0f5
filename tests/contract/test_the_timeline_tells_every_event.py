"""Every event about a firm has a sentence on its timeline, in both languages, and says what it rests on."""

import json

import pytest

from services.notifier.timeline import SENTENCES, told
from services.notifier.vocabulary import CaseKind
from shared.contracts import EVENT_TYPES, EventData
from shared.contracts.asyncapi import sample
from shared.contracts.subscriptions import SUBSCRIPTIONS
from shared.messaging import decode
from shared.regulation import Regulation, Rule

HEARD = sorted(type_ for type_ in SUBSCRIPTIONS["notifier"] if issubclass(EVENT_TYPES[type_], EventData))
BETWEEN_SERVICES = {"profile.freshness_requested.v1", "profile.freshness_reported.v1"}
REST_ON_NOTHING = {"profile.registered.v1", "profile.changed.v1"}

OTHER_CASES = {
    "certification.extended.v1": CaseKind.REVIEW,
    "change.sanctioned.v1": CaseKind.OCCURRENCE,  # of what was reported late it is the report
}

every_event = pytest.mark.parametrize("type_", HEARD)


@pytest.fixture(scope="module")
def regulation():
    return Regulation.load("xiamen-2023")


def of_sample(type_, regulation):
    return told(decode(json.dumps(sample(type_)).encode()).data, regulation)


def test_the_timeline_hears_every_event_about_a_firm():
    about_a_firm = {type_ for type_, model in EVENT_TYPES.items() if issubclass(model, EventData)}
    assert about_a_firm - BETWEEN_SERVICES == set(HEARD)


def test_every_event_that_is_heard_has_a_sentence():
    """A new event gets one in services/notifier/timeline/sentences.py."""
    assert {model.type for model in SENTENCES} >= set(HEARD)


@every_event
def test_the_sentence_is_whole_in_both_languages(type_, regulation):
    shown = of_sample(type_, regulation)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in shown.text)
    assert any("a" <= letter <= "z" for letter in shown.text_en)
    for text in (shown.text, shown.text_en):
        assert not set("{}") & set(text)
        assert "None" not in text
        assert type_ not in text


@every_event
def test_what_happened_says_what_it_rests_on(type_, regulation):
    shown = of_sample(type_, regulation)
    if type_ in REST_ON_NOTHING:
        return
    citation = shown.why["citation"]
    assert citation["document"]
    assert citation["article"]
    assert shown.why["inputs"]
    json.dumps(shown.why)


@every_event
def test_what_happened_belongs_to_its_case(type_, regulation):
    shown = of_sample(type_, regulation)
    kind = type_.partition(".")[0]
    expected = {
        "change": CaseKind.CHANGE_REPORT,
        "occurrence": CaseKind.OCCURRENCE,
        "review": CaseKind.REVIEW,
        "eligibility": CaseKind.CERTIFICATION,
        "certification": CaseKind.CERTIFICATION,
    }
    if type_ in OTHER_CASES:
        assert shown.case_kind == OTHER_CASES[type_]
    elif kind in expected:
        assert shown.case_kind == expected[kind]
    if kind in ("review", "eligibility", "certification"):
        assert shown.certification_id is not None


@pytest.mark.parametrize(
    ("type_", "nominal_due", "due", "rule"),
    [
        ("change.submitted.v1", "2025-05-10", "2025-05-12", "change_report.due"),
        ("eligibility.revoked.v1", "2025-04-30", "2025-04-30", Rule.UPDATE_MISSED),
    ],
)
def test_both_dates_and_the_rule_are_told(type_, nominal_due, due, rule, regulation):
    why = of_sample(type_, regulation).why
    assert (why["nominal_due"], why["due"], why["citation"]["rule"]) == (nominal_due, due, rule)


def test_a_refusal_tells_every_reason_with_its_article_and_inputs(regulation):
    shown = of_sample("review.refused.v1", regulation)
    reasons = shown.why["inputs"]["reasons"]
    assert len(reasons) == 2
    assert all(reason["citation"]["article"] and reason["inputs"] for reason in reasons)
    assert all(reason["text"] in shown.text for reason in reasons)


def test_an_event_of_a_type_without_a_sentence_is_called_by_its_type(regulation, monkeypatch):
    monkeypatch.delitem(SENTENCES, EVENT_TYPES["change.decided.v1"])
    shown = of_sample("change.decided.v1", regulation)
    assert (shown.text, shown.case_kind) == ("change.decided.v1", CaseKind.CHANGE_REPORT)
