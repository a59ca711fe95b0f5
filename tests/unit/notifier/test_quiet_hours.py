"""When mail may reach officers: tables over the calendar of 2026, and what holds at every instant."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.domain.hours import Quiet, at, digest_after, sendable_from
from shared.regulation import SHANGHAI, end_of_day, is_working_day, shanghai_date, start_of_day

OFFICERS = Quiet(time(20), time(8), days_off=True)
NINE = time(9)
MOMENT = timedelta(microseconds=1)

INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2031, 12, 31), timezones=st.just(UTC))
CLOCKS = st.times()
QUIET = st.builds(Quiet, CLOCKS, CLOCKS, st.booleans())


def on(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-04-22T08:00:00", "2026-04-22T08:00:00"),
        ("2026-04-22T19:59:59.999999", "2026-04-22T19:59:59.999999"),
        ("2026-04-22T20:00:00", "2026-04-23T08:00:00"),
        ("2026-04-22T00:00:00", "2026-04-22T08:00:00"),
        ("2026-04-22T07:59:59.999999", "2026-04-22T08:00:00"),
        ("2026-04-24T20:00:00", "2026-04-27T08:00:00"),  # over a weekend
        ("2026-04-25T12:00:00", "2026-04-27T08:00:00"),
        ("2026-04-30T21:00:00", "2026-05-06T08:00:00"),  # 1 to 5 May are off
        ("2026-05-09T12:00:00", "2026-05-09T12:00:00"),  # a Saturday that is worked instead
        ("2026-05-08T22:00:00", "2026-05-09T08:00:00"),
        ("2026-02-14T23:00:00", "2026-02-24T08:00:00"),  # the worked Saturday before the Spring Festival, and all of it
        ("2030-04-30T23:00:00", "2030-05-03T08:00:00"),  # no announcement yet: the statutory days
        ("2030-10-01T10:00:00", "2030-10-04T08:00:00"),
    ],
)
def test_officers_get_no_mail_at_night_or_on_days_off(now, expected):
    assert OFFICERS.over(on(now)) == on(expected)


@pytest.mark.parametrize(
    ("quiet", "now", "expected"),
    [
        (Quiet(time(8), time(8), days_off=True), "2026-05-01T03:00", "2026-05-01T03:00"),  # the same: none
        (Quiet(time(22), time(6)), "2026-05-01T03:00", "2026-05-01T06:00"),
        (Quiet(time(22), time(6)), "2026-05-02T12:00", "2026-05-02T12:00"),
        (Quiet(time(12), time(14)), "2026-04-22T12:30", "2026-04-22T14:00"),
        (Quiet(time(12), time(14)), "2026-04-22T23:00", "2026-04-22T23:00"),
        (Quiet(time(18, 30), time(0)), "2026-04-22T18:30", "2026-04-23T00:00"),
    ],
)
def test_the_hours_may_be_others_or_none(quiet, now, expected):
    assert quiet.over(on(now)) == on(expected)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-04-22T08:59:59", "2026-04-22T09:00"),
        ("2026-04-22T09:00:00", "2026-04-22T09:00"),
        ("2026-04-22T09:00:01", "2026-04-23T09:00"),
        ("2026-04-24T17:00:00", "2026-04-27T09:00"),
        ("2026-04-30T09:30:00", "2026-05-06T09:00"),
        ("2026-05-08T10:00:00", "2026-05-09T09:00"),  # the Saturday is worked
    ],
)
def test_a_digest_comes_at_its_time_on_the_next_working_day(now, expected):
    assert digest_after(on(now), NINE) == on(expected)


@pytest.mark.parametrize(
    ("written", "now", "due", "digest", "expected"),
    [
        ("2026-04-29T21:00", None, "2026-05-10", None, "2026-04-30T08:00"),
        ("2026-04-30T00:00", None, "2026-04-30", None, "2026-04-30T00:00"),  # the last day
        ("2026-04-30T00:00", None, "2026-04-30", NINE, "2026-04-30T00:00"),
        ("2026-04-30T23:59", None, "2026-04-30", NINE, "2026-04-30T23:59"),
        ("2026-04-30T21:00", None, "2026-05-04", None, "2026-05-04T00:00"),  # its last day is a day off
        ("2026-04-30T10:00", None, "2026-05-04", NINE, "2026-05-04T00:00"),
        ("2026-05-01T00:00", None, "2026-04-30", None, "2026-05-06T08:00"),  # that has passed: it waits again
        ("2026-04-22T10:00", None, None, NINE, "2026-04-23T09:00"),
        ("2026-04-22T10:00", "2026-04-23T09:00", None, NINE, "2026-04-23T09:00"),
        ("2026-04-22T10:00", "2026-04-23T11:00", None, NINE, "2026-04-23T11:00"),  # it is late, and goes out now
        ("2026-04-22T10:00", "2026-04-23T21:00", None, NINE, "2026-04-24T08:00"),
        ("2026-04-22T10:00", None, None, time(7), "2026-04-23T08:00"),  # a digest at night waits for the morning
    ],
)
def test_what_is_held_back_and_until_when(written, now, due, digest, expected):
    last_day = date.fromisoformat(due) if due else None
    assert sendable_from(on(written), on(now or written), last_day, OFFICERS, digest) == on(expected)


@given(INSTANTS, QUIET)
def test_quiet_hours_are_never_broken_and_nothing_waits_longer_than_they_last(now, quiet):
    free = quiet.over(now)
    assert free >= now
    assert not quiet.covers(free)
    if free > now:
        assert quiet.covers(now)
        assert quiet.covers(free - MOMENT)
        for part in range(1, 20):
            assert quiet.covers(now + (free - now - MOMENT) * part / 20)


@given(INSTANTS, CLOCKS)
def test_a_digest_is_on_a_working_day_and_none_before_it_was_left_out(now, clock):
    digest = digest_after(now, clock)
    day = shanghai_date(digest)
    assert digest >= now
    assert digest == at(day, clock)
    assert is_working_day(day)
    between = shanghai_date(now)
    while between < day:
        assert not is_working_day(between) or at(between, clock) < now
        between += timedelta(days=1)


@given(INSTANTS, st.integers(-5, 40), QUIET, st.none() | CLOCKS, st.timedeltas(timedelta(0), timedelta(days=9)))
def test_what_has_a_last_day_is_never_held_back_beyond_its_beginning(now, days, quiet, digest, waited):
    due = shanghai_date(now) + timedelta(days=days)
    free = sendable_from(now - waited, now, due, quiet, digest)
    assert free >= now
    if now >= end_of_day(due):
        assert not quiet.covers(free)
    elif days == 0:
        assert free == now
    else:
        assert free <= start_of_day(due)
        assert free == start_of_day(due) or not quiet.covers(free)
