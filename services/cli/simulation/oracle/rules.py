"""The two rules: kinds of titles, due dates, windows. Articles are those of 厦工信规〔2023〕2号."""

from datetime import date, timedelta
from functools import cache

from services.cli.simulation.oracle.days import months_later, rolled

XIAMEN_2023, MIIT_2026 = "xiamen-2023", "miit-2026"
INNOVATIVE, SPECIALIZED, LITTLE_GIANT, GROWTH = "innovative", "specialized", "little_giant", "growth"

NOTICE_DAYS, RETURN_DAYS = 5, 10
"""公示, 退回补正: working days."""


def change_due(happened_on: date) -> tuple[date, date]:
    """第十三条: within three months; the nominal last day, and the worked one that decides."""
    nominal = months_later(happened_on, 3)
    return nominal, rolled(nominal)


def update_due(rules: str, kind: str, year: int) -> date | None:
    """第十二条: by 30 April of every year; a growth SME owes none. A fixed date does not roll.

    工信部企业〔2026〕2号: from 2026 on by 31 May for specialized SMEs and little giants.
    """
    if kind == GROWTH:
        return None
    if rules == MIIT_2026 and kind in (SPECIALIZED, LITTLE_GIANT) and year >= 2026:
        return date(year, 5, 31)
    return date(year, 4, 30)


@cache
def usual_window(rules: str, kind: str, expiry: date) -> tuple[date, date]:
    """第十一条: an innovative SME applies within the month before its expiry, the others in three months after it.

    工信部企业〔2026〕2号: specialized SMEs and little giants in the three months before an expiry from 1 July 2026 on.
    """
    if kind == INNOVATIVE:
        return months_later(expiry, -1), expiry
    if rules == MIIT_2026 and kind in (SPECIALIZED, LITTLE_GIANT) and expiry >= date(2026, 7, 1):
        return months_later(expiry, -3), expiry
    return expiry + timedelta(days=1), rolled(months_later(expiry, 3))
