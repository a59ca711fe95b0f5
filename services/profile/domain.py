"""Whether a firm's annual updates were made in time, title by title. Pure: dates and instants in, answers out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from shared.contracts import LatestUpdate, UpdateFigures
from shared.regulation import Basis, Regulation, Rule, Title, end_of_day

CHANGE_REPORT = "/api/v1/changes"
"""Where name and registered place are changed."""

OF_THE_LAST_YEAR = ("revenue", "main_revenue", "rd_spending", "total_assets", "total_liabilities")
"""Figures of an update's last year that a self-assessment looks at."""


@dataclass(frozen=True, slots=True)
class KnownDuty:
    """An annual update that a title asks for, as its owner told."""

    title: Title
    year: int
    nominal_due: date
    due: date


@dataclass(frozen=True, slots=True)
class YearAnswer:
    """A duty year of one title: its dates, its state, and what that rests on. `on_time` None: not submitted."""

    title: Title
    year: int
    nominal_due: date
    due: date
    state: Literal["met", "missed", "open"]
    on_time: bool | None
    submitted_at: datetime | None
    basis: Basis


def duties_in(year: int, titles: Iterable[tuple[str, str, Iterable[Mapping[str, object]]]]) -> tuple[KnownDuty, ...]:
    """The duties of a year among `(title, status, duties)`, each kind of title once, the earliest date first."""
    found: dict[Title, KnownDuty] = {}
    for title, status, duties in titles:
        for duty in duties:
            if status != "valid" or duty["year"] != year:
                continue
            known = KnownDuty(
                Title(title), year, date.fromisoformat(str(duty["nominal_due"])), date.fromisoformat(str(duty["due"]))
            )
            if known.title not in found or known.due < found[known.title].due:
                found[known.title] = known
    return tuple(sorted(found.values(), key=lambda known: (known.due, known.title)))


def judge(duty: KnownDuty, submitted_at: datetime | None, at: datetime, regulation: Regulation) -> YearAnswer:
    """A duty year at an instant (第十二条): met by a submission from 1 January until the due date is over."""
    deadline = end_of_day(duty.due)
    on_time = None if submitted_at is None else regulation.update_opens(duty.year) <= submitted_at < deadline
    state: Literal["met", "missed", "open"] = "met" if on_time else "missed" if at >= deadline else "open"
    rule = Rule.UPDATE_MISSED if state == "missed" else Rule.UPDATE_DUE
    basis = regulation.basis(rule, duty.title, date(duty.year, 1, 1) if rule is Rule.UPDATE_DUE else duty.nominal_due)
    return YearAnswer(duty.title, duty.year, duty.nominal_due, duty.due, state, on_time, submitted_at, basis)


def may_submit(year: int, at: datetime, regulation: Regulation) -> bool:
    """Whether the update of a year can be submitted yet: from its 1 January on."""
    return at >= regulation.update_opens(year)


def latest_update(duty_year: int, submitted_at: datetime, form: Mapping[str, Any]) -> LatestUpdate | None:
    """What a self-assessment looks at in a submitted update; None for a form taken over from elsewhere without it.

    A form that was kept before the optional parts were asked for claims nothing of them.
    """
    years = sorted(form.get("years", ()), key=lambda figures: int(figures["year"]))
    if not years or not {"ip", "product"} <= form.keys():
        return None
    last, previous = years[-1], years[-2] if len(years) > 1 else None
    return LatestUpdate(
        duty_year=duty_year,
        submitted_at=submitted_at,
        figures=UpdateFigures.model_validate(
            {
                **{name: last[name] for name in OF_THE_LAST_YEAR},
                "previous_main_revenue": previous["main_revenue"] if previous else None,
                **form["ip"],
                "strategic_industry": form["product"].get("strategic_industry", False),
                **form.get("recognitions", {}),
            }
        ),
    )
