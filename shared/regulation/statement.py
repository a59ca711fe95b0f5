"""The rules in force on a date, told as a whole: what everybody may read of the regulation.

Names and sentences come in Chinese and, ending in `_en`, in English.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from shared.regulation.criteria import Criteria
from shared.regulation.notices import DeadlineExtension
from shared.regulation.regulation import Regulation
from shared.regulation.results import DueDate
from shared.regulation.rulebook import Entry
from shared.regulation.vocabulary import Authority, Basis, Duty, Rule, Title
from shared.regulation.wording import value

T = TypeVar("T")

SHOWN: tuple[tuple[Duty, Rule, Rule], ...] = (
    (Duty.UPDATE, Rule.UPDATE_DUE, Rule.UPDATE_MISSED),
    (Duty.REVIEW, Rule.REVIEW_WINDOW, Rule.REVIEW_NOT_RENEWED),
    (Duty.CHANGE_REPORT, Rule.CHANGE_REPORT_DUE, Rule.CHANGE_REPORT_LATE),
)
"""The three duties: what sets their time, and what missing them costs."""


@dataclass(frozen=True, slots=True)
class Source:
    """A document that rules cite, and where it can be read, if the rules file says."""

    number: str
    name: str
    name_en: str
    link: str | None


@dataclass(frozen=True, slots=True)
class TitleTold:
    """A title (称号) and who grants it: bureau or ministry."""

    code: str
    name: str
    name_en: str
    granted_by: str


@dataclass(frozen=True, slots=True)
class OfficeTold:
    """An office and how it is reached, if the rules file says."""

    code: str
    name: str
    name_en: str
    contact: str | None
    contact_en: str | None


@dataclass(frozen=True, slots=True)
class NextDue:
    """When a duty is next due for all firms; `nominal_due` is the rule's own day, `due` the one that decides.

    `citation` is what `due` rests on: the rule, or the notice that moved it everywhere.
    """

    year: int
    nominal_due: date
    due: date
    provisional: bool
    citation: Basis


@dataclass(frozen=True, slots=True)
class Term:
    """A duty's time for some titles, in words; `next` where it is a day of the calendar."""

    titles: list[str]
    value: str
    value_en: str
    citation: Basis
    next: NextDue | None


@dataclass(frozen=True, slots=True)
class Cost:
    """What missing a duty costs the holders of some titles."""

    titles: list[str]
    citation: Basis


@dataclass(frozen=True, slots=True)
class DutyTold:
    """A duty: its terms, and what missing it costs."""

    duty: str
    terms: list[Term]
    costs: list[Cost]


@dataclass(frozen=True, slots=True)
class RuleTold:
    """A rule as it stands for some titles: what it sets, in words (empty where it sets nothing), and its time in force.

    `in_force_from` and `in_force_to` are dates, or years (`2026`) for the annual update; null where they are open.
    """

    rule: str
    titles: list[str]
    value: str
    value_en: str
    in_force_from: str | None
    in_force_to: str | None
    citation: Basis


@dataclass(frozen=True, slots=True)
class TierTold:
    """A tier (档次) of an indicator and what it gives."""

    points: int
    text: str
    text_en: str


@dataclass(frozen=True, slots=True)
class IndicatorTold:
    """An indicator of the self-assessment with its tiers, the best first."""

    name: str
    name_en: str
    article: str
    tiers: list[TierTold]


@dataclass(frozen=True, slots=True)
class GroupTold:
    """A group of indicators: the most that it gives, the least that is required of it."""

    name: str
    name_en: str
    points: int
    required: int
    indicators: list[IndicatorTold]


@dataclass(frozen=True, slots=True)
class DirectTold:
    """A condition (直通条件) that is enough by itself."""

    article: str
    text: str
    text_en: str


@dataclass(frozen=True, slots=True)
class CriteriaTold:
    """The criteria of the self-assessment (自评) of some titles; `citation` says what passes."""

    titles: list[str]
    required: int
    citation: Basis
    groups: list[GroupTold]
    direct: list[DirectTold]


@dataclass(frozen=True, slots=True)
class Statement:
    """The rules in force on a date: the file's name, what it cites and names, the three duties, every rule."""

    id: str
    name: str
    name_en: str
    on: date
    documents: list[Source]
    titles: list[TitleTold]
    authorities: list[OfficeTold]
    bureau: OfficeTold
    ministry: OfficeTold
    duties: list[DutyTold]
    rules: list[RuleTold]
    assessments: list[CriteriaTold]


def statement(regulation: Regulation, on: date, extensions: Iterable[DeadlineExtension] = ()) -> Statement:
    """What holds on a date; `extensions` are the notices in force, of which those for all authorities move dates."""
    noticed = tuple(extensions)
    return Statement(
        id=regulation.id,
        name=regulation.name,
        name_en=regulation.name_en,
        on=on,
        documents=[
            Source(each.number, each.name.zh, each.name.en, each.link) for each in regulation.documents.values()
        ],
        titles=[
            TitleTold(
                title, regulation.title_name(title), regulation.title_name(title, "en"), regulation.granted_by(title)
            )
            for title in Title
        ],
        authorities=[_office(each) for each in regulation.authorities.values()],
        bureau=_office(regulation.bureau),
        ministry=_office(regulation.ministry),
        duties=[
            DutyTold(
                duty,
                _update_terms(regulation, on, noticed) if rule is Rule.UPDATE_DUE else _terms(regulation, rule, on),
                [Cost(titles, _basis(regulation, cost, entry)) for titles, entry in _entries(regulation, cost, on)],
            )
            for duty, rule, cost in SHOWN
        ],
        rules=[
            RuleTold(
                rule,
                titles,
                *value(entry),
                _bound(entry.in_force.start),
                _bound(entry.in_force.end),
                _basis(regulation, rule, entry),
            )
            for rule in Rule
            for titles, entry in _entries(regulation, rule, on)
        ],
        assessments=[
            _criteria(titles, criteria, regulation.assessment_basis(criteria))
            for titles, criteria in _alike((title, regulation.criteria(title, on)) for title in Title)
        ],
    )


def _entries(regulation: Regulation, rule: Rule, on: date) -> list[tuple[list[str], Entry[Any]]]:
    """The entries of a rule on a date, each with the titles that it holds for."""
    return _alike((title, regulation.entry(rule, title, on)) for title in Title)


def _alike(found: Iterable[tuple[Title, T | None]]) -> list[tuple[list[str], T]]:
    """What titles have, with all that have the same."""
    grouped: list[tuple[list[str], T]] = []
    for title, thing in found:
        if thing is None:
            continue
        titles = next((titles for titles, known in grouped if known == thing), None)
        if titles is None:
            grouped.append(([title], thing))
        else:
            titles.append(title)
    return grouped


def _terms(regulation: Regulation, rule: Rule, on: date) -> list[Term]:
    return [
        Term(titles, *value(entry), _basis(regulation, rule, entry), next=None)
        for titles, entry in _entries(regulation, rule, on)
    ]


def _update_terms(regulation: Regulation, on: date, extensions: tuple[DeadlineExtension, ...]) -> list[Term]:
    """The annual update by its next due date, which an extension may have put into the following year."""
    found = _alike((title, _next_update(regulation, title, on, extensions)) for title in Title)
    return [
        Term(
            titles,
            *value(entry),
            _basis(regulation, Rule.UPDATE_DUE, entry),
            NextDue(year, due.nominal, due.due, due.provisional, due.basis),
        )
        for titles, (entry, year, due) in found
    ]


def _next_update(
    regulation: Regulation, title: Title, on: date, extensions: tuple[DeadlineExtension, ...]
) -> tuple[Entry[Any], int, DueDate] | None:
    for year in range(on.year - 1, on.year + 2):
        entry = regulation.entry(Rule.UPDATE_DUE, title, date(year, 1, 1))
        due = regulation.update_due(title, year, extensions)
        if entry is not None and due is not None and due.due >= on:
            return entry, year, due
    return None


def _criteria(titles: list[str], criteria: Criteria, basis: Basis) -> CriteriaTold:
    groups = [
        GroupTold(
            group.zh,
            group.en,
            group.points,
            group.required,
            [
                IndicatorTold(each.zh, each.en, each.article, [TierTold(t.points, t.zh, t.en) for t in each.tiers])
                for each in group.indicators.values()
            ],
        )
        for group in criteria.groups.values()
    ]
    direct = [DirectTold(each.article, each.zh, each.en) for each in criteria.direct.values()]
    return CriteriaTold(titles, criteria.required, basis, groups, direct)


def _basis(regulation: Regulation, rule: Rule, entry: Entry[Any]) -> Basis:
    return entry.basis(rule, regulation.document(entry.cite.document))


def _office(authority: Authority) -> OfficeTold:
    return OfficeTold(authority.code, authority.name, authority.name_en, authority.contact, authority.contact_en)


def _bound(at: int | date | None) -> str | None:
    return None if at is None else str(at)
