"""What the chaos tests rest on: the ledger, and the reckoning of what it promised."""

from collections import Counter

import pytest

from tests.chaos.effects import MISSED, OWED, owed
from tests.chaos.ledger import Ledger, Request
from tests.chaos.load import UPDATE_DUE
from tests.chaos.reckoning import Reckoning, compare


@pytest.fixture
def ledger(tmp_path):
    it = Ledger(tmp_path / "ledger.jsonl")
    yield it
    it.close()


def noted(ledger, *acts, status=201, subject="A"):
    for act in acts:
        key = f"{subject} {act}"
        ledger.ask(Request(key, act, subject, "bureau", "/", {}))
        ledger.answer(key, status, {"type": "/problems/review-conditions-not-met"})


def compared(ledger, there):
    result = Reckoning.of(ledger)
    compare(result, ledger.answers(), owed(ledger.answers(), UPDATE_DUE, {}), there, UPDATE_DUE)
    return result


def test_a_request_without_an_answer_is_not_passed_over(ledger):
    ledger.ask(Request("key", "granted", "A", "bureau", "/", {}))
    ledger.miss("key", "connection lost")
    with pytest.raises(AssertionError, match="without an answer"):
        ledger.answers()


def test_answers_and_tries_are_read_from_the_file(ledger):
    ledger.ask(Request("key", "granted", "A", "bureau", "/", {}))
    ledger.miss("key", "connection lost")
    ledger.put_off("key", 503, {"type": "/problems/unavailable"})
    ledger.answer("key", 201, {"id": 1})
    assert [(answer.request.key, answer.body) for answer in ledger.answers()] == [("key", {"id": 1})]
    assert ledger.tries() == {"asked": 1, "unheard": 1, "503": 1, "answered": 1}
    assert ledger.put_off_with(503) == [{"type": "/problems/unavailable"}]


def test_what_has_all_its_effects_once_balances(ledger):
    noted(ledger, "registered", "granted", "updated")
    result = compared(ledger, owed(ledger.answers(), UPDATE_DUE, {}))
    result.check()
    assert "lost 0, duplicate 0, refused on stale 0" in str(result)


@pytest.mark.parametrize("act", OWED)
def test_an_effect_that_is_missing_is_lost_and_one_that_came_twice_is_a_duplicate(act, ledger):
    noted(ledger, "granted", "updated", *({act} - {"granted", "updated"}))
    there = owed(ledger.answers(), UPDATE_DUE, {})
    for service, effect in OWED[act]:
        one = Counter({(service, effect, "A"): 1})
        assert compared(ledger, there - one).lost == one
        assert compared(ledger, there + one).doubled == one
        with pytest.raises(AssertionError):
            compared(ledger, there + one).check()


def test_a_firm_that_slept_meets_what_it_missed_and_one_that_did_not_is_wronged_by_it(ledger):
    missed = Counter((*kind, "A") for kind in MISSED["updated"])
    noted(ledger, "granted")
    assert compared(ledger, Counter()).lost >= missed
    noted(ledger, "updated")
    wronged = compared(ledger, owed(ledger.answers(), UPDATE_DUE, {}) + missed)
    assert wronged.refused_on_stale == ["A"]


def test_who_is_refused_at_the_door_after_an_update_in_time_was_refused_on_stale(ledger):
    noted(ledger, "granted", "updated")
    noted(ledger, "applied", status=409)
    assert compared(ledger, owed(ledger.answers(), UPDATE_DUE, {})).refused_on_stale == ["A"]
