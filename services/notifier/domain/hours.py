"""When mail may reach its reader: pure functions over instants, the working-day calendar and the hours that are kept.

A mail to an officer does not come at night or on a day off, a digest comes once each working day; but on a last day
nothing is held back. Adjusted working weekends (调休) are working days.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from shared.regulation import SHANGHAI, is_working_day, next_working_day, shanghai_date, start_of_day

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Quiet:
    """The hours from `begins` until `ends`, Shanghai time, over midnight where that is earlier; the same: none.

    With `days_off` days that are not worked are quiet from end to end.
    """

    begins: time
    ends: time
    days_off: bool = False

    def covers(self, instant: datetime) -> bool:
        """Whether an instant lies in them."""
        if self.begins == self.ends:
            return False
        if self.days_off and not is_working_day(shanghai_date(instant)):
            return True
        clock = instant.astimezone(SHANGHAI).time()
        if self.begins < self.ends:
            return self.begins <= clock < self.ends
        return clock >= self.begins or clock < self.ends

    def over(self, instant: datetime) -> datetime:
        """The first instant, from this one on, that they do not cover."""
        while self.covers(instant):
            day = shanghai_date(instant)
            if self.days_off and not is_working_day(day):
                instant = start_of_day(next_working_day(day).day)
            else:
                ends = at(day, self.ends)
                instant = ends if ends > instant else at(day + DAY, self.ends)
        return instant


def at(day: date, clock: time) -> datetime:
    """The instant at which it is `clock` in Shanghai on a day."""
    return start_of_day(day) + timedelta(
        hours=clock.hour, minutes=clock.minute, seconds=clock.second, microseconds=clock.microsecond
    )


def digest_after(instant: datetime, clock: time) -> datetime:
    """The first time of a digest that has not passed: `clock` on a working day."""
    day = next_working_day(shanghai_date(instant)).day
    if at(day, clock) < instant:
        day = next_working_day(day + DAY).day
    return at(day, clock)


def sendable_from(written: datetime, now: datetime, due: date | None, quiet: Quiet, digest: time | None) -> datetime:
    """The instant, not before `now`, from which a message may be sent; with `digest` it goes with the first after
    it was `written`.

    Nothing is held back beyond the beginning of the last day, `due`.
    """
    free = quiet.over(now if digest is None else max(now, digest_after(written, digest)))
    if due is None or due < shanghai_date(now):
        return free
    return min(free, max(now, start_of_day(due)))
