"""The only place that knows the time.

Two kinds of time exist and must not be mixed. *Business* time (`Clock.now`) decides duties and deadlines; in
`peiyu run` and in tests it can be moved so that a year is lived through in minutes. *Real* time (`real_now`) is for
what comes from outside and does not move with it: the expiry of access tokens, SMTP dates.
"""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class NaiveInstant(ValueError):
    """An instant without a time zone was given."""


def real_now() -> datetime:
    """The system's time as an aware UTC instant, never shifted."""
    return datetime.now(UTC)  # noqa: TID251 - here, and nowhere else


class Clock(Protocol):
    """Business time: an aware UTC instant, and the Asia/Shanghai calendar date that it falls on."""

    def now(self) -> datetime: ...

    def today(self) -> date: ...


class SystemClock:
    """Business time is real time: what runs in production."""

    def now(self) -> datetime:
        return real_now()

    def today(self) -> date:
        return self.now().astimezone(SHANGHAI).date()


class ShiftedClock(SystemClock):
    """Business time runs at the pace of real time from an instant that can be moved.

    With a `file`, every process that names the same file shares the shift, at once and across restarts.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._offset = timedelta()
        self._seen: tuple[int, int] | None = None

    def now(self) -> datetime:
        self._look()
        return real_now() + self._offset

    def move(self, to: datetime | None) -> None:
        """Make `to` the present instant; `None` goes back to real time. Raises `NaiveInstant`."""
        if to is not None and to.tzinfo is None:
            raise NaiveInstant(f"{to.isoformat()} names no time zone")
        self._offset = timedelta() if to is None else to - real_now()
        if self._file is not None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            scratch = self._file.with_name(f"{self._file.name}.{os.getpid()}")
            scratch.write_text(str(self._offset.total_seconds()))
            scratch.replace(self._file)

    def _look(self) -> None:
        if self._file is None:
            return
        try:
            stat = self._file.stat()
        except FileNotFoundError:
            return
        if (mark := (stat.st_mtime_ns, stat.st_ino)) != self._seen:
            self._offset = timedelta(seconds=float(self._file.read_text()))
            self._seen = mark


class StandingClock(ShiftedClock):
    """Time stands still between two moves: what is done at 23:59:59 is done then, however slow the machine."""

    def __init__(self) -> None:
        super().__init__()
        self._present = real_now()

    def now(self) -> datetime:
        return self._present

    def move(self, to: datetime | None) -> None:
        super().move(to)
        self._present = super().now() if to is None else to.astimezone(UTC)
