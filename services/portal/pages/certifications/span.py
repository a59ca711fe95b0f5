"""A title's validity and review window as a line of time. Pure: days in, places in per cent out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.portal.rendering import SHANGHAI


@dataclass(frozen=True, slots=True)
class Span:
    """Places on the line, 0 to 100, of the first and the last day of each; `today` None where it is not on it."""

    valid: tuple[float, float]
    window: tuple[float, float]
    today: float | None


def span(title: Mapping[str, Any], as_of: str) -> Span:
    """From the beginning of the title to whatever ends last, its validity or the window of its review."""
    begins, expires, opens, closes = (
        date.fromisoformat(title[name]) for name in ("valid_from", "valid_to", "window_opens", "window_closes")
    )
    first, last = min(begins, opens), max(expires, closes)
    length = max((last - first).days, 1)

    def place(day: date) -> float:
        return round(100 * (day - first).days / length, 2)

    today = datetime.fromisoformat(as_of).astimezone(SHANGHAI).date()
    return Span(
        valid=(place(begins), place(expires)),
        window=(place(opens), place(closes)),
        today=place(today) if first <= today <= last else None,
    )
