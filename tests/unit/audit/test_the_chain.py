"""The chain of the record: what its hashes are over, and which fault is found first."""

import dataclasses
import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.audit.chain import BEGINNING, FIELDS, START, Entry, FaultKind, Head, Walk, canonical

AT = datetime(2026, 4, 30, 15, 59, 59, 123456, tzinfo=UTC)


def entry(number=1, **changes):
    return Entry(
        **{
            "operation": "update", "kind": "enterprise", "record": "91350203MA31F1331W", "case_id": None,
            "credit_code": "91350203MA31F1331W", "act": "change_contact", "actor": "firm:91350203MA31F1331W",
            "actor_name": "厦门示例精工有限公司", "actor_role": "enterprise", "before": f'{{"version": {number}}}',
            "after": f'{{"version": {number + 1}}}', "at": AT, "recorded_at": AT, "trace_id": "0" * 32,
        }
        | changes
    )  # fmt: skip


def chain(length):
    links, previous = [], BEGINNING
    for position in range(1, length + 1):
        previous = entry(position).sealed(position, previous)
        links.append((position, previous, entry(position)))
    return links


def look(links, kept=None, noted=None):
    """The first fault of these links; the kept head is by default the last link's."""
    walk = Walk(noted)
    for link in links:
        if fault := walk.step(*link):
            return fault
    return walk.end(kept or (Head(links[-1][0], links[-1][1]) if links else START))


def test_a_hash_is_over_the_members_sorted_without_spaces_in_utf_8():
    members = entry().members(7, b"\1" * 32)
    assert set(members) == {*FIELDS, "position", "previous"}
    text = canonical(members).decode()
    assert text == json.dumps(json.loads(text), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert '"actor_name":"厦门示例精工有限公司"' in text
    assert '"at":"2026-04-30T15:59:59.123456+00:00"' in text
    assert '"case_id":null' in text
    assert entry().sealed(7, b"\1" * 32) == hashlib.sha256(text.encode()).digest()


@given(hours=st.integers(-12, 14))
def test_an_instant_is_the_same_in_whatever_zone_it_is_read(hours):
    moved = entry(at=AT.astimezone(timezone(timedelta(hours=hours))))
    assert moved.sealed(1, BEGINNING) == entry().sealed(1, BEGINNING)


@given(name=st.sampled_from(FIELDS), position=st.integers(1, 5))
def test_whatever_of_an_entry_is_altered_is_found_where_it_stands(name, position):
    links = chain(5)
    old = links[position - 1]
    value = AT + timedelta(microseconds=1) if name in ("at", "recorded_at") else "another"
    links[position - 1] = (*old[:2], dataclasses.replace(old[2], **{name: value}))
    fault = look(links)
    assert (fault.kind, fault.position) == (FaultKind.ALTERED, position)


def test_a_null_and_an_empty_text_are_not_the_same():
    assert entry(case_id=None).sealed(1, BEGINNING) != entry(case_id="").sealed(1, BEGINNING)


@pytest.mark.parametrize("length", [0, 1, 5])
def test_a_sound_chain_has_no_fault(length):
    links = chain(length)
    assert look(links) is None
    if links:
        assert look(links, noted=Head(*links[0][:2])) is None


@pytest.mark.parametrize("position", [1, 3])
def test_an_entry_that_is_gone_is_missed_at_its_position(position):
    links = chain(5)
    del links[position - 1]
    fault = look(links)
    assert (fault.kind, fault.position) == (FaultKind.MISSING, position)


def test_two_entries_that_changed_places_are_found_at_the_first():
    links = chain(5)
    (one, two) = links[1], links[3]
    links[1], links[3] = (2, two[1], two[2]), (4, one[1], one[2])
    assert look(links).position == 2


def test_an_end_that_was_cut_off_is_found_by_the_kept_head_and_by_a_noted_one():
    links = chain(5)
    kept = Head(*links[4][:2])
    assert (look(links[:3], kept=kept).kind, look(links[:3], kept=kept).position) == (FaultKind.CUT, 4)
    fault = look(links[:3], kept=Head(*links[2][:2]), noted=kept)
    assert (fault.kind, fault.position) == (FaultKind.CUT, 4)


def test_a_forged_entry_with_a_hash_of_its_own_breaks_the_link_behind_it():
    links = chain(3)
    forged = entry(99)
    links = [links[0], (2, forged.sealed(2, links[0][1]), forged), (3, *links[1][1:]), (4, *links[2][1:])]
    fault = look(links)
    assert (fault.kind, fault.position) == (FaultKind.ALTERED, 3)


def test_a_chain_that_was_written_anew_shows_against_a_noted_head_alone():
    links, previous = chain(5), BEGINNING
    noted = Head(*links[3][:2])
    anew = []
    for position, _, old in links:
        changed = dataclasses.replace(old, actor="somebody else") if position == 2 else old
        previous = changed.sealed(position, previous)
        anew.append((position, previous, changed))
    assert look(anew) is None
    fault = look(anew, noted=noted)
    assert (fault.kind, fault.position) == (FaultKind.REWRITTEN, 4)


def test_an_entry_behind_the_kept_head_was_not_put_there_by_a_sealer():
    links = chain(3)
    fault = look(links, kept=Head(*links[1][:2]))
    assert (fault.kind, fault.position) == (FaultKind.INSERTED, 3)


def test_the_same_position_twice_is_a_fault():
    links = chain(3)
    assert look([*links, links[2]]).kind is FaultKind.INSERTED


def test_a_kept_head_that_is_gone_or_another_is_a_fault():
    walk = Walk()
    assert walk.end(None).kind is FaultKind.NO_HEAD
    links = chain(2)
    assert look(links, kept=Head(2, links[0][1])).kind is FaultKind.REWRITTEN


def test_a_head_is_printed_as_it_is_read():
    head = Head(12, bytes(range(32)))
    assert Head.parse(str(head)) == head


@pytest.mark.parametrize("text", ["", "12", "12:abc", "x:" + "0" * 64, "1:" + "g" * 64])
def test_what_is_no_head_is_refused(text):
    with pytest.raises(ValueError):
        Head.parse(text)
