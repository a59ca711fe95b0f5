"""What a reader's calendar is told: the decision, and the iCalendar objects as their library reads them back."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from services.notifier.domain import Entry, Told, entry_uid, to_tell
from services.notifier.mail.calendar import Occasion, calendars
from services.notifier.mail.rendering import Renderer
from services.notifier.mail.samples import CODE, NAME, firm, owed, sample
from services.notifier.vocabulary import Audience, Kind
from shared.regulation import Regulation

REGULATION = Regulation.load("xiamen-2023")
RENDERER = Renderer(REGULATION, "https://peiyu.example")
SENDER = "培育平台 <no-reply@peiyu.example>"
STAMP = datetime(2026, 4, 23, 1, 30, tzinfo=UTC)
TODAY = date(2026, 4, 23)
APRIL, JUNE = date(2026, 4, 30), date(2026, 6, 26)
UID = entry_uid("update", f"{CODE}/2026")


def open_until(*days, subject=f"{CODE}/2026"):
    return [SimpleNamespace(duty="update", subject=subject, due=day) for day in days]


@pytest.mark.parametrize(
    ("published", "owed_until", "spoken_of", "told"),
    [
        (None, [APRIL], False, None),
        (None, [APRIL], True, Entry(0, APRIL)),
        (Entry(0, APRIL), [APRIL], False, None),
        (Entry(0, APRIL), [APRIL], True, Entry(0, APRIL)),
        (Entry(0, APRIL), [JUNE], False, Entry(1, JUNE)),
        (Entry(3, JUNE), [APRIL], True, Entry(4, APRIL)),
        (Entry(0, APRIL), [], False, Entry(1, APRIL, cancelled=True)),
        (Entry(1, APRIL, cancelled=True), [], False, None),
        (Entry(1, APRIL, cancelled=True), [APRIL], False, Entry(2, APRIL)),
        (None, [], False, None),
        (None, [JUNE, APRIL], True, Entry(0, APRIL)),
        (Entry(0, APRIL), [APRIL, JUNE], False, None),
        (None, [date(2026, 4, 22)], True, None),
        (Entry(0, date(2026, 4, 22)), [date(2026, 4, 22)], True, None),
        (None, [TODAY], True, Entry(0, TODAY)),
    ],
)
def test_a_mail_carries_what_is_asked_for_what_moved_and_what_is_over(published, owed_until, spoken_of, told):
    before = {UID: published} if published else {}
    found = to_tell(before, open_until(*owed_until), {UID} if spoken_of else set(), TODAY)
    assert [each.entry for each in found] == ([told] if told else [])


@given(st.lists(st.tuples(st.lists(st.sampled_from([APRIL, JUNE]), max_size=2), st.booleans()), max_size=12))
def test_whatever_happens_the_newest_version_says_what_is_owed_and_has_the_highest_sequence(history):
    kept, calendar = {}, {}
    for days, spoken_of in history:
        for each in to_tell(kept, open_until(*days), {UID} if spoken_of else set(), TODAY):
            seen = calendar.get(each.uid)
            assert seen is None or each.entry == seen or each.entry.sequence > seen.sequence
            calendar[each.uid] = each.entry
        kept = dict(calendar)
        if UID in calendar:
            assert calendar[UID].cancelled is not bool(days)
            assert not days or calendar[UID].due == min(days)


@pytest.mark.parametrize(
    ("published", "owed_until", "told"),
    [
        (Entry(2, APRIL), [APRIL], Entry(2, APRIL)),
        (Entry(2, APRIL), [JUNE], Entry(3, JUNE)),
        (Entry(2, APRIL, cancelled=True), [], Entry(2, APRIL, cancelled=True)),
        (Entry(2, APRIL), [], Entry(3, APRIL, cancelled=True)),
    ],
)
def test_what_was_told_by_a_mail_that_was_lost_is_told_by_the_next_one(published, owed_until, told):
    found = to_tell({UID: published}, open_until(*owed_until), set(), TODAY, {UID})
    assert [each.entry for each in found] == [told]


def event(text):
    calendar = Calendar.from_ical(text)
    (found,) = calendar.walk("VEVENT")
    return calendar, found


def occasion(due, entry, language="zh-CN"):
    reminder = sample(REGULATION, Kind.UPDATE_DUE, Audience.FIRM, "7", due=due.isoformat()).item.message
    return RENDERER.occasion(Told(UID, entry, None if entry.cancelled else owed(reminder)), firm(), language)


def test_a_date_is_a_day_in_the_calendar_that_says_what_why_and_where_and_rings_three_days_before():
    (text,) = calendars([occasion(APRIL, Entry(0, APRIL))], "zh-CN", STAMP, SENDER)
    calendar, found = event(text)
    assert calendar["METHOD"] == "PUBLISH"
    assert calendar["PRODID"] == "-//peiyu//notifier//ZH"
    assert found["UID"] == f"update.{CODE}.2026@peiyu"
    assert found["SEQUENCE"] == 0
    assert (found["DTSTART"].dt, found["DTEND"].dt) == (APRIL, APRIL + timedelta(days=1))
    assert found["DTSTAMP"].dt == STAMP
    assert found["SUMMARY"] == f"【培育】2026年度信息更新截止（{NAME}）"
    assert found["SUMMARY"].params["LANGUAGE"] == "zh-CN"
    for word in ("失去复核资格", "厦工信规〔2023〕2号 第十二条", "https://peiyu.example/update/2026"):
        assert word in found["DESCRIPTION"]
    assert found["URL"] == "https://peiyu.example/update/2026"
    assert found["TRANSP"] == "TRANSPARENT"
    assert found["STATUS"] == "CONFIRMED"
    assert found["ORGANIZER"] == "mailto:no-reply@peiyu.example"
    (alarm,) = found.walk("VALARM")
    assert alarm["DESCRIPTION"] == "【培育】2026年度信息更新截止"
    assert APRIL - timedelta(days=3) == (datetime(2026, 4, 30, tzinfo=UTC) + alarm["TRIGGER"].dt).date()


def test_a_moved_date_replaces_its_first_version_and_a_met_duty_takes_it_out():
    versions = [Entry(0, APRIL), Entry(1, JUNE), Entry(2, JUNE, cancelled=True)]
    shown = {}
    for entry in (versions[1], versions[0], versions[2]):  # opened in any order
        (text,) = calendars([occasion(entry.due, entry)], "zh-CN", STAMP, SENDER)
        calendar, found = event(text)
        if found["SEQUENCE"] >= shown.get(found["UID"], (-1,))[0]:
            shown[found["UID"]] = (found["SEQUENCE"], found["DTSTART"].dt, found["STATUS"])
        assert (calendar["METHOD"] == "CANCEL") is entry.cancelled
        assert bool(found.walk("VALARM")) is not entry.cancelled
    assert list(shown.values()) == [(2, JUNE, "CANCELLED")]


def test_what_is_published_and_what_is_cancelled_are_two_objects():
    two = [occasion(APRIL, Entry(0, APRIL)), occasion(JUNE, Entry(4, JUNE, cancelled=True), "en")]
    published, cancelled = calendars(two, "en", STAMP, SENDER)
    assert "METHOD:PUBLISH" in published
    assert event(cancelled)[1]["SUMMARY"] == f"[Peiyu] No longer due: 2026 annual update ({NAME})"
    assert calendars([], "en", STAMP, SENDER) == []


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=200))
def test_hostile_names_stay_text(name):
    hostile = f"{name}\r\nEND:VEVENT\r\nUID:other"
    each = Occasion(
        UID,
        0,
        APRIL,
        cancelled=False,
        summary=hostile,
        alarm=hostile,
        description=hostile,
        page="https://peiyu.example/x",
    )
    (text,) = calendars([each], "zh-CN", STAMP, SENDER)
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    found = event(text)[1]
    assert found["UID"] == UID
    assert found["SUMMARY"].replace("\r\n", "\n") == hostile.replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("duty", "subject", "uid"),
    [
        ("update", f"{CODE}/2026", f"update.{CODE}.2026@peiyu"),
        ("review", str(UUID(int=1)), f"review.{UUID(int=1)}@peiyu"),
    ],
)
def test_a_duty_has_one_name_whatever_its_date(duty, subject, uid):
    assert entry_uid(duty, subject) == uid
