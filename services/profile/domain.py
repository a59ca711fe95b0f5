"""Whether a firm's annual updates were made in time, title by title, and what may move their dates.

Pure: dates and instants in, answers out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from shared.contracts import LatestUpdate, UpdateFigures
from shared.regulation import Basis, Regulation, Rule, Title, end_of_day, in_chinese
from shared.web.problems import Defect

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
    extended_by: str | None = None


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
            source = duty.get("extended_by")
            known = KnownDuty(
                Title(title),
                year,
                date.fromisoformat(str(duty["nominal_due"])),
                date.fromisoformat(str(duty["due"])),
                str(source) if source else None,
            )
            if known.title not in found or known.due < found[known.title].due:
                found[known.title] = known
    return tuple(sorted(found.values(), key=lambda known: (known.due, known.title)))


def judge(duty: KnownDuty, submitted_at: datetime | None, at: datetime, regulation: Regulation) -> YearAnswer:
    """A duty year at an instant (第十二条): met by a submission from 1 January until the due date is over."""
    deadline = end_of_day(duty.due)
    on_time = None if submitted_at is None else regulation.update_opens(duty.year) <= submitted_at < deadline
    state: Literal["met", "missed", "open"] = "met" if on_time else "missed" if at >= deadline else "open"
    missed = regulation.basis(Rule.UPDATE_MISSED, duty.title, duty.nominal_due) if state == "missed" else None
    basis = missed or basis_of(duty, regulation)
    return YearAnswer(duty.title, duty.year, duty.nominal_due, duty.due, state, on_time, submitted_at, basis)


def basis_of(duty: KnownDuty, regulation: Regulation) -> Basis:
    """What the date of a duty rests on: the rule, or the notice that moved it."""
    if duty.extended_by is not None:
        return regulation.extension_basis(duty.title, duty.year, duty.nominal_due, duty.due, duty.extended_by)
    return regulation.basis(Rule.UPDATE_DUE, duty.title, date(duty.year, 1, 1))


def defects_of_extension(year: int, titles: Sequence[Title], due: date, regulation: Regulation) -> list[Defect]:
    """What is wrong with an extension: a title that owes no update, a date that extends nothing or lies too far."""
    defects = []
    for place, title in enumerate(titles):
        ruled = regulation.update_due(title, year)
        if ruled is None:
            defects.append(
                Defect(
                    pointer=f"/titles/{place}",
                    code="owes_no_update",
                    detail=f"{title} owes no update for {year}",
                    detail_zh=f"{regulation.title_name(title)}没有{year}年度信息更新义务",
                )
            )
        elif due < ruled.due:
            defects.append(
                Defect(
                    pointer="/due",
                    code="before_the_rules_date",
                    detail=f"for {title} the rule's own date is {ruled.due}; an extension cannot lie before it",
                    detail_zh=f"{regulation.title_name(title)}的规定截止日为{in_chinese(ruled.due)}，延期不得早于该日",
                )
            )
    if due.year > year + 1:
        defects.append(
            Defect(
                pointer="/due",
                code="too_far",
                detail=f"the update for {year} cannot be moved beyond {year + 1}",
                detail_zh=f"{year}年度信息更新不得延至{year + 1}年以后",
            )
        )
    return defects


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
