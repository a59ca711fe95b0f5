"""Dates for the reader's own calendar: iCalendar objects (RFC 5545, 5546) that go with a mail.

They are published, not an invitation: nobody is asked whether he comes. Each has the organizer that the standard wants
of what is published, which is the sender of the mails. The library writes the properties, and those that thousands of
mails have in common are kept. Only the summary, which names the firm, is folded here: the library looks at each letter.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.utils import parseaddr
from functools import lru_cache

from icalendar import Alarm, Calendar, Component, Event, vCalAddress, vText

PRODUCT = "-//peiyu//notifier//{}"
PUBLISH, CANCEL = "PUBLISH", "CANCEL"
LONGEST_LINE = 75
"""Octets."""

RINGS = -timedelta(days=2, hours=15)
"""Nine o'clock in the morning, three days before."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """A date as a calendar shows it; `alarm` is what it says when it rings, `page` where it is dealt with."""

    uid: str  # of ids alone: nothing in it is to be escaped or folded
    sequence: int
    day: date
    cancelled: bool
    summary: str
    alarm: str
    description: str
    page: str


def calendars(occasions: Iterable[Occasion], language: str, stamp: datetime, sender: str) -> list[str]:
    """One iCalendar object for what is published and one for what is cancelled; none where there is nothing."""
    grouped: dict[str, list[Occasion]] = {}
    for each in occasions:
        grouped.setdefault(CANCEL if each.cancelled else PUBLISH, []).append(each)
    return [
        "".join(_object(method, grouped[method], language, stamp, sender))
        for method in (PUBLISH, CANCEL)
        if method in grouped
    ]


def _object(method: str, occasions: Iterable[Occasion], language: str, stamp: datetime, sender: str) -> Iterator[str]:
    head, end = _frame(method, language)
    yield head
    for each in occasions:
        yield "BEGIN:VEVENT\r\n"
        yield f"UID:{each.uid}\r\n"
        yield _folded(f"SUMMARY;LANGUAGE={language}:{vText(each.summary).to_ical().decode()}")
        yield _kept_line("sequence", each.sequence)
        yield _kept_line("dtstamp", stamp)
        yield _kept_line("dtstart", each.day)
        yield _kept_line("dtend", each.day + timedelta(days=1))
        yield _kept_line("description", each.description, language)
        yield _kept_line("url", each.page)
        yield _organizer(sender)
        yield _kept_line("status", "CANCELLED" if each.cancelled else "CONFIRMED")
        yield _kept_line("transp", "TRANSPARENT")
        if not each.cancelled:
            yield _alarm(each.alarm)
        yield "END:VEVENT\r\n"
    yield end


@lru_cache(maxsize=1024)
def _kept_line(name: str, value: object, language: str | None = None) -> str:
    """One property of an event."""
    event = Event()
    event.add(name, value, {"LANGUAGE": language} if language else {})
    return _inner(event)


def _folded(line: str) -> str:
    """A line, and those that it goes on in: none is longer than it may be, none ends in a letter (RFC 5545, 3.1)."""
    octets, lines = line.encode(), []
    while len(octets) > LONGEST_LINE:
        end = LONGEST_LINE
        while octets[end] & 0xC0 == 0x80:  # within a letter (RFC 3629)
            end -= 1
        lines.append(octets[:end])
        octets = b" " + octets[end:]
    return b"\r\n".join([*lines, octets, b""]).decode()


@lru_cache(maxsize=8)
def _frame(method: str, language: str) -> tuple[str, str]:
    """The first and the last lines of an object."""
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODUCT.format(language.partition("-")[0].upper()))
    calendar.add("method", method)
    head, end, _ = _written(calendar).partition("END:VCALENDAR\r\n")
    return head, end


@lru_cache(maxsize=256)
def _alarm(text: str) -> str:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", RINGS)
    alarm.add("description", text)
    return _written(alarm)


@lru_cache(maxsize=8)
def _organizer(sender: str) -> str:
    name, address = parseaddr(sender)
    event, organizer = Event(), vCalAddress(f"mailto:{address}")
    if name:
        organizer.params["CN"] = name
    event.add("organizer", organizer)
    return _inner(event)


def _inner(event: Event) -> str:
    return _written(event).removeprefix("BEGIN:VEVENT\r\n").removesuffix("END:VEVENT\r\n")


def _written(component: Component) -> str:
    return str(component.to_ical(), "utf-8")
