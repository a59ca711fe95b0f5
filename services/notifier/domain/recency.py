"""What is recent enough to be told."""

from datetime import date, datetime, timedelta

from shared.regulation import shanghai_date

RECENT = timedelta(days=30)
"""How old a grant or an update may be to be worth a mail: lists taken over from elsewhere tell of years long past."""


def recent(moment: date | datetime, now: datetime) -> bool:
    """Whether something lies within `RECENT` of now, before or after."""
    day = shanghai_date(moment) if isinstance(moment, datetime) else moment
    return abs(shanghai_date(now) - day) <= RECENT
