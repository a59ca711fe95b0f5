"""The chain: each entry's hash is over its own content, its position and the hash before it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self

BEGINNING = bytes(32)
"""What stands before the first entry."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An act as it was recorded; see `shared.audit.tables.Recorded`."""

    operation: str
    kind: str
    record: str
    case_id: str | None
    credit_code: str | None
    act: str
    actor: str
    actor_name: str
    actor_role: str
    before: str | None
    after: str | None
    at: datetime
    recorded_at: datetime
    trace_id: str | None

    @classmethod
    def of(cls, row: Any) -> Self:
        """The entry in a row of either table."""
        return cls(*(getattr(row, name) for name in FIELDS))

    def members(self, position: int, previous: bytes) -> dict[str, Any]:
        """All that its hash is over, as the members of a JSON object."""
        return {
            **{name: _plain(getattr(self, name)) for name in FIELDS},
            "position": position,
            "previous": previous.hex(),
        }

    def sealed(self, position: int, previous: bytes) -> bytes:
        """Its hash at this place of the chain."""
        return hashlib.sha256(canonical(self.members(position, previous))).digest()


FIELDS = tuple(field.name for field in fields(Entry))


def canonical(members: Mapping[str, Any]) -> bytes:
    """The one way to write the members down: sorted by name, without spaces, UTF-8, nothing escaped needlessly."""
    return json.dumps(members, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _plain(value: object) -> object:
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value


@dataclass(frozen=True, slots=True)
class Head:
    """A place of the chain: whoever notes it elsewhere can tell later that nothing up to it was changed."""

    position: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.position}:{self.hash.hex()}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """A head as it was printed. Raises `ValueError`."""
        position, _, hash_ = text.partition(":")
        if len(hash_) != 2 * len(BEGINNING):
            raise ValueError(f"{text!r} is not POSITION:HASH with a hash of {2 * len(BEGINNING)} hexadecimal digits")
        return cls(int(position), bytes.fromhex(hash_))


START = Head(0, BEGINNING)


class FaultKind(StrEnum):
    """What can be wrong with a chain."""

    ALTERED = "altered"
    MISSING = "missing"
    INSERTED = "inserted"
    CUT = "cut"
    REWRITTEN = "rewritten"
    NO_HEAD = "no_head"
    UNSEALED = "unsealed"


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing that is wrong, and at which position."""

    kind: FaultKind
    position: int
    text: str


class Walk:
    """Follows a chain from its start, entry by entry, and finds the first fault.

    `noted` is a head that was noted earlier, outside the database.
    """

    def __init__(self, noted: Head | None = None) -> None:
        self.head = START
        self._noted = noted

    def step(self, position: int, hash_: bytes, entry: Entry) -> Fault | None:
        """Take the next entry by position."""
        expected = self.head.position + 1
        if position > expected:
            return _missing(expected, position - 1)
        if position < expected:
            return Fault(FaultKind.INSERTED, position, f"position {position} is taken twice")
        if entry.sealed(position, self.head.hash) != hash_:
            return Fault(
                FaultKind.ALTERED,
                position,
                f"entry {position} was altered, or is no longer behind the one it was sealed behind",
            )
        self.head = Head(position, hash_)
        if self._noted is not None and self._noted.position == position and self._noted.hash != hash_:
            return Fault(
                FaultKind.REWRITTEN,
                position,
                f"entry {position} has another hash than the one that was noted: the chain was written anew",
            )
        return None

    def end(self, kept: Head | None) -> Fault | None:
        """Compare the chain's end with the head that is kept beside it, and with the noted one."""
        if kept is None:
            return Fault(FaultKind.NO_HEAD, self.head.position, "the head that is kept beside the chain is gone")
        last = self.head.position
        for head, told in ((kept, "the kept head"), (self._noted, "the noted head")):
            if head is not None and head.position > last:
                return Fault(FaultKind.CUT, last + 1, f"the chain ends at {last}, but {told} says {head.position}")
        if last > kept.position:
            return Fault(FaultKind.INSERTED, kept.position + 1, f"entries stand behind the kept head {kept.position}")
        if kept.hash != self.head.hash:
            return Fault(FaultKind.REWRITTEN, last, f"the kept head has another hash than entry {last}")
        return None


def _missing(first: int, last: int) -> Fault:
    which = f"entry {first} is missing" if first == last else f"entries {first} to {last} are missing"
    return Fault(FaultKind.MISSING, first, which)
