"""What a hypothetical answer may be asked for: an instant, and rules that the program brings."""

import re
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from services.reviews.lists import FIRST_YEAR, LAST_YEAR
from shared.regulation import SHANGHAI, last_instant, shipped
from shared.web.fields import wrong

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_UNENCODED_PLUS = re.compile(r"(T\S*) (\d{2}:?\d{2})$")
"""A plus sign that was not encoded in an address arrives as a space."""


def _moment(text: object) -> datetime:
    written = _UNENCODED_PLUS.sub(r"\1+\2", str(text))
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        wrong(
            "not_an_instant",
            f"{text!r} is no date like 2026-04-20 or instant like 2026-04-30T23:59:59+08:00",
            f"“{text}”不是日期（如2026-04-20）或时刻（如2026-04-30T23:59:59+08:00）",
        )
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        wrong(
            "out_of_range",
            f"{text} lies outside the years {FIRST_YEAR} to {LAST_YEAR}",
            f"{text}不在{FIRST_YEAR}年至{LAST_YEAR}年之间",
        )
    if _DATE.fullmatch(written):
        return last_instant(date.fromisoformat(written))
    return (moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)).astimezone(UTC)


def _rules(name: str) -> str:
    if name not in shipped():
        wrong(
            "unknown_rules",
            f"there are no rules {name!r}; there are {', '.join(shipped())}",
            f"没有规则“{name}”，可选：{'、'.join(shipped())}",
        )
    return name


Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    WithJsonSchema({"type": "string", "examples": ["2026-04-30", "2026-04-30T23:59:59+08:00"]}),
]
"""An instant, of Shanghai where it names no zone; a date means its end."""

RulesName = Annotated[str, AfterValidator(_rules), WithJsonSchema({"type": "string", "enum": list(shipped())})]
"""The name of rules that the program brings; never a path."""
