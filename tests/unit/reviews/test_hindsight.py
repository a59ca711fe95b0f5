"""Answers about another instant: what was recorded later is undone, and the same instant gives the same answer."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reviews.conditions import Facts, failing, judge
from services.reviews.hindsight import Past, PastReview, PastRight, as_of, sources
from shared.regulation import Period, Regulation, Title, last_instant

OLD, NEW = Regulation.load("xiamen-2023"), Regulation.load("miit-2026")
RULES = st.sampled_from([OLD, NEW])
INSTANTS = st.datetimes(datetime(2022, 1, 1), datetime(2038, 1, 1), timezones=st.just(UTC))
CITATION = {"rule": "update.missed", "document": "文", "article": "条", "text": "句。", "text_en": "Words."}


def lost(at, duty="update", by="platform"):
    return {
        "duty": duty, "year": 2026, "nominal_due": "2026-04-30", "due": "2026-04-30", "reason": "未更新", "reason_en": "missed",
        "citation": CITATION, "by": by, "at": at.isoformat(),
    }  # fmt: skip


def facts_of(at, rules=OLD, **changes):
    period = Period(date(2023, 7, 1), date(2026, 6, 30), first=True, valid_from=date(2023, 7, 1))
    return Facts(
        **{
            "regulation": rules, "title": Title.SPECIALIZED, "status": "valid", "eligibility": "held", "revocation": None,
            "renewal_refused": False, "period": period, "duties_from": None, "open_application": None, "updates": {}, "at": at,
        }
        | changes
    )  # fmt: skip


@st.composite
def lives(draw):
    """A title's life as it happened: the facts after each event, as they were when it happened, the last ones today's."""
    title = draw(st.sampled_from(Title))
    valid_from = draw(st.dates(date(2020, 1, 1), date(2025, 12, 31)))
    rules = draw(RULES)
    period = Period(
        valid_from, rules.extended(title, valid_from) - timedelta(days=1), first=True, valid_from=valid_from
    )
    updates = {
        year: last_instant(draw(st.dates(date(year, 1, 1), date(year, 6, 30))))
        for year in draw(st.sets(st.integers(2021, 2037)))
    }
    at = datetime(2020, 1, 1, tzinfo=UTC)
    facts = facts_of(at, rules, title=title, period=period, updates=updates)
    states, reviews, rights, ending = [facts], [], [], None

    def happened(**changes):
        nonlocal at, facts
        at += timedelta(seconds=draw(st.integers(1, 200_000_000)))
        facts = replace(
            facts, at=at, **{name: value(at) if callable(value) else value for name, value in changes.items()}
        )
        states.append(facts)

    def is_lost(**besides):
        duty, by = draw(st.sampled_from(["update", "change_report"])), draw(st.sampled_from(["platform", "bureau"]))
        happened(eligibility="revoked", revocation=lambda at: lost(at, duty, by), **besides)
        rights.append(PastRight(at, by, facts.revocation))

    def is_given_back():
        by = draw(st.sampled_from(["platform", "bureau"]))
        happened(eligibility="held", revocation=None)
        rights.append(PastRight(at, by, None))
        if by == "bureau":
            fell_due = {y for y in range(2020, 2040) if (due := rules.update_due(title, y)) and due.passed_at(at)}
            facts_then = replace(facts, forgiven=facts.forgiven | (fell_due & forgivable))
            states[-1] = facts_then
            return facts_then
        return facts

    forgivable = draw(st.sets(st.integers(2020, 2039)))
    for number in range(draw(st.integers(0, 6))):
        if draw(st.booleans()):
            is_lost()
            if not draw(st.booleans()):
                break
            facts = is_given_back()
            continue
        review_id = UUID(int=number + 1)
        happened(open_application=review_id)
        applied = at
        outcome = draw(
            st.sampled_from(["approved", "rejected", "withdrawn", "refused", "open", "stopped", "cancelled"])
        )
        if outcome == "open":
            reviews.append(PastReview(review_id, "submitted", applied, None, facts.period.end))
            break
        before = facts.period
        if outcome == "approved":
            end = rules.extended(title, before.end)
            happened(open_application=None, period=Period(before.end, end, first=False, valid_from=valid_from))
        elif outcome == "rejected":
            happened(open_application=None, renewal_refused=True)
        elif outcome == "stopped":
            is_lost(open_application=None)
        elif outcome == "cancelled":
            happened(open_application=None, status="cancelled")
            ending, outcome = {"at": at.isoformat()}, "stopped"
        else:
            happened(open_application=None)
        reviews.append(PastReview(review_id, outcome, applied, at, before.end))
        if outcome in ("rejected", "stopped"):
            break
    return states, Past(ending, reviews, rights)


@given(lives(), INSTANTS)
def test_going_back_from_today_finds_what_going_forward_had_found(life, at):
    states, past = life
    then = [state for state in states if state.at <= at]
    if not then:
        return
    assert as_of(states[-1], past, at, states[-1].regulation) == replace(then[-1], at=at)


@given(lives(), st.timedeltas(timedelta(0), timedelta(days=4000)))
def test_the_same_instant_under_the_same_rules_is_judged_the_same(life, later):
    states, past = life
    now = replace(states[-1], at=states[-1].at + later)
    assert judge(as_of(now, past, now.at, now.regulation)) == judge(now)


@given(lives(), INSTANTS, RULES)
def test_under_other_rules_the_answer_is_what_those_rules_would_have_said(life, at, rules):
    states, past = life
    supposed = as_of(states[-1], past, at, rules)
    own = as_of(replace(states[-1], regulation=rules), past, at, rules)
    by_update = {"eligibility_revoked"} if rules.id != states[-1].regulation.id else set()
    mine, theirs = (
        {each.code for each in failing(judge(replace(facts, forgiven=frozenset())))} for facts in (supposed, own)
    )
    assert mine - by_update == theirs - by_update


NOTHING = Past(None, [], [])


def test_a_right_lost_for_an_update_is_judged_anew_under_other_rules():
    at = datetime(2026, 5, 20, tzinfo=UTC)
    updates = {year: datetime(year, 3, 1, tzinfo=UTC) for year in (2024, 2025)}
    revoked = facts_of(at, eligibility="revoked", revocation=lost(datetime(2026, 5, 1, tzinfo=UTC)), updates=updates)
    assert {each.code for each in failing(judge(as_of(revoked, NOTHING, at, OLD)))} == {
        "window_not_open", "eligibility_revoked", "profile_stale",
    }  # fmt: skip
    assert [each.code for each in failing(judge(as_of(revoked, NOTHING, at, NEW)))] == ["window_not_open"]
    june = datetime(2026, 6, 1, tzinfo=UTC)
    assert [each.code for each in failing(judge(as_of(revoked, NOTHING, june, NEW)))] == [
        "window_not_open",
        "profile_stale",
    ]
    for duty, by in (("change_report", "bureau"), ("update", "bureau")):
        by_officer = replace(revoked, revocation=lost(at, duty, by))
        assert "eligibility_revoked" in [each.code for each in failing(judge(as_of(by_officer, NOTHING, at, NEW)))]


def test_updates_submitted_later_are_not_seen():
    submitted = {year: datetime(year, 4, 20, tzinfo=UTC) for year in (2024, 2025, 2026)}
    facts = facts_of(datetime(2026, 7, 2, tzinfo=UTC), updates=submitted)
    for day, fails in ((date(2026, 4, 19), False), (date(2026, 4, 30), False), (date(2026, 5, 1), False)):
        found = as_of(facts, NOTHING, last_instant(day), OLD)
        assert ("profile_stale" in [each.code for each in failing(judge(found))]) is fails
    late = replace(facts, updates=submitted | {2026: datetime(2026, 5, 3, tzinfo=UTC)})
    for instant in (datetime(2026, 4, 30, 15, 59, 59, tzinfo=UTC), datetime(2026, 4, 30, 16, tzinfo=UTC)):
        found = as_of(late, NOTHING, instant, OLD)
        assert ("profile_stale" in [each.code for each in failing(judge(found))]) is (instant.hour == 16)


@pytest.mark.parametrize("rules", [OLD, NEW])
def test_an_answer_says_of_when_its_facts_are(rules):
    facts = {source.fact: source.known for source in sources(OLD, rules)}
    assert (facts["updates"], facts["profile"], facts["rules"]) == ("then", "today", "today")
    assert ("missed_updates" in facts) is (rules is NEW)
    assert all(source.text.endswith("。") and source.text_en.endswith(".") for source in sources(OLD, rules))
