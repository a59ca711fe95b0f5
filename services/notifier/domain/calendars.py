"""What a mailbox's calendar is told of dates: which are new to it, have moved, or are owed no longer.

A date is told under one name for as long as the duty lasts, whatever day it is due on; every change of it raises its
sequence (RFC 5545, 3.8.7.4), by which a calendar knows the newest whichever mail is opened first.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Generic, Protocol, TypeVar


class Dated(Protocol):
    """An open obligation, as far as a calendar goes."""

    @property
    def duty(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def due(self) -> date: ...


NOT_OF_AN_ID = re.compile(r"[^A-Za-z0-9._-]")

Owing = TypeVar("Owing", bound=Dated)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a calendar was last told of a date."""

    sequence: int
    due: date
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Told(Generic[Owing]):
    """What a mail tells a calendar: the entry as it is now; `owed` is None where nothing is owed any more."""

    uid: str
    entry: Entry
    owed: Owing | None


def entry_uid(duty: str, subject: str) -> str:
    """The name of a duty's date in every calendar: stable for the duty and what it is about, not for the day."""
    return f"{duty}.{NOT_OF_AN_ID.sub('.', subject)}@peiyu"


def to_tell(
    published: Mapping[str, Entry],
    owed: Collection[Owing],
    again: Collection[str],
    today: date,
    lost: Collection[str] = (),
) -> list[Told[Owing]]:
    """What a mail tells the calendar of its mailbox, which was told `published` before.

    `owed` are the firm's open obligations: of several dates of one duty the nearest counts. `again` are the uids of
    what the mail itself asks for, which it carries even where nothing has changed; `lost` those that were last told by
    a mail that did not get there. A day that is over is not told.
    """
    still_open = {entry_uid(each.duty, each.subject) for each in owed}
    told: list[Told[Owing]] = []
    for uid, each in _nearest(owed, today).items():
        before = published.get(uid)
        if before is not None and (before.cancelled or before.due != each.due):
            told.append(Told(uid, Entry(before.sequence + 1, each.due), each))
        elif uid in again or uid in lost:
            told.append(Told(uid, before or Entry(0, each.due), each))
    for uid, before in published.items():
        if uid not in still_open and not before.cancelled:
            told.append(Told(uid, Entry(before.sequence + 1, before.due, cancelled=True), None))
        elif uid not in still_open and uid in lost:
            told.append(Told(uid, before, None))
    return told


def _nearest(owed: Collection[Owing], today: date) -> dict[str, Owing]:
    nearest: dict[str, Owing] = {}
    for each in sorted(owed, key=lambda each: each.due):
        if each.due >= today:
            nearest.setdefault(entry_uid(each.duty, each.subject), each)
    return nearest
