"""Whether the parts of a rules file agree: citations, coverage in time and titles, names, stages, escalation."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from string import Formatter
from typing import Any

from shared.regulation.criteria import Criteria, disagreements
from shared.regulation.loading import Defect, Draft, PlacedEntry, dotted, line_of
from shared.regulation.rulebook import FACTS, Head, Office, ReviewRouteEntry, ReviewWindow
from shared.regulation.vocabulary import Duty, Rule, Step, Title

_OF_THE_UPDATE = frozenset({Rule.UPDATE_FIRST_YEAR, Rule.UPDATE_EXTENDED, Rule.UPDATE_MISSED})
"""Rules needed for the titles that owe an update, and for no others."""


def contradictions(draft: Draft) -> Iterator[Defect]:
    """Every defect that shows only when parts are seen together."""
    if draft.head is not None:
        yield from _titles(draft, draft.head)
        yield from _offices(draft, draft.head)
        yield from _reminders(draft, draft.head)
        yield from _escalation(draft, draft.head)
    for rule, entries in draft.rules.items():
        for placed in entries:
            yield from _entry(draft, rule, placed)
    yield from _coverage(draft)
    yield from _criteria(draft)


def _titles(draft: Draft, head: Head) -> Iterator[Defect]:
    for title in Title:
        if title not in head.titles:
            yield Defect(line_of(draft.root, ("titles",)), "titles", f"{title} is missing")
    named: dict[str, Title] = {}
    for title, names in head.titles.items():
        for name in (names.zh, *names.aliases):
            if named.setdefault(name, title) != title:
                where = f"titles.{title}"
                yield Defect(line_of(draft.root, ("titles", title.value)), where, f"{name} already names {named[name]}")


def _offices(draft: Draft, head: Head) -> Iterator[Defect]:
    places: list[tuple[tuple[str | int, ...], str, Office]] = [
        (("authorities", index), f"authorities[{index}]", office) for index, office in enumerate(head.authorities)
    ]
    places += [(("bureau",), "bureau", head.bureau), (("ministry",), "ministry", head.ministry)]
    codes: set[str] = set()
    names: set[str] = set()
    for place, where, office in places:
        line = line_of(draft.root, place)
        if office.code in codes:
            yield Defect(line, where, f"the code {office.code} is used twice")
        codes.add(office.code)
        for name in (office.zh, *office.aliases):
            if name in names:
                yield Defect(line, where, f"the name {name} is used twice")
            names.add(name)


def _reminders(draft: Draft, head: Head) -> Iterator[Defect]:
    for duty in Duty:
        if duty not in head.reminders:
            yield Defect(line_of(draft.root, ("reminders",)), "reminders", f"{duty} is missing")
            continue
        days = head.reminders[duty].days_before
        if any(later >= earlier for earlier, later in pairwise(days)):
            where = f"reminders.{duty}.days_before"
            line = line_of(draft.root, ("reminders", duty.value, "days_before"))
            yield Defect(line, where, "days must grow fewer from stage to stage")


def _escalation(draft: Draft, head: Head) -> Iterator[Defect]:
    if head.escalation.cite.document not in head.documents:
        what = f"unknown document {head.escalation.cite.document!r}"
        yield Defect(line_of(draft.root, ("escalation", "cite")), "escalation.cite", what)
    for duty in head.reminders:
        days, reminders = head.escalation.of(duty), head.reminders[duty]
        line, where = line_of(draft.root, ("escalation", duty.value)), f"escalation.{duty}"
        if days.authority is not None and days.bureau is not None and days.bureau >= days.authority:
            yield Defect(line, where, "the bureau must come after the authority, so with fewer days")
        first = max((each for each in (days.authority, days.bureau) if each is not None), default=0)
        if not reminders.at_start and first > max(reminders.days_before):
            yield Defect(line, where, "officers cannot come before the first reminder")


def _entry(draft: Draft, rule: Rule | None, placed: PlacedEntry) -> Iterator[Defect]:
    """One entry by itself; `rule` None: criteria of assessment, whose sentence names no facts."""
    entry = placed.entry
    if len(set(entry.titles)) < len(entry.titles):
        yield Defect(placed.line, f"{placed.where}.titles", "a title is named twice")
    if entry.in_force.first() > entry.in_force.last():
        yield Defect(placed.line, f"{placed.where}.in_force", "ends before it begins")
    if draft.head is not None and entry.cite.document not in draft.head.documents:
        yield Defect(placed.line, f"{placed.where}.cite", f"unknown document {entry.cite.document!r}")
    for sentence in (entry.text.zh, entry.text.en):
        for fact in _unknown_facts(rule, sentence):
            yield Defect(placed.line, f"{placed.where}.text", fact)
    if isinstance(entry, ReviewWindow) and entry.value.anchor == "before_expiry" and entry.value.roll:
        yield Defect(placed.line, f"{placed.where}.value", "a window that ends on the expiry day cannot roll")
    if isinstance(entry, ReviewRouteEntry) and list(entry.value.steps) != [s for s in Step if s in entry.value.steps]:
        yield Defect(placed.line, f"{placed.where}.value", f"steps must follow the order {', '.join(Step)}")


def _unknown_facts(rule: Rule | None, sentence: str) -> Iterator[str]:
    try:
        found = {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}
    except ValueError as error:
        yield f"braces do not match: {error}"
        return
    known = FACTS.get(rule, frozenset()) if rule else frozenset()
    for name in sorted(found - known):
        yield f"{{{name}}} is not known here" + (f", only {', '.join(sorted(known))}" if known else "")


def _coverage(draft: Draft) -> Iterator[Defect]:
    by_title: dict[tuple[Rule, Title], list[PlacedEntry]] = defaultdict(list)
    for rule, entries in draft.rules.items():
        for placed in entries:
            for title in dict.fromkeys(placed.entry.titles):
                by_title[rule, title].append(placed)
    rules_line = line_of(draft.root, ("rules",))
    updated = {title for rule, title in by_title if rule is Rule.UPDATE_DUE}
    for rule in Rule:
        if rule not in draft.named:
            yield Defect(rules_line, "rules", f"{rule} is missing")
            continue
        if rule not in draft.complete:
            continue
        required = updated if rule in _OF_THE_UPDATE else set() if rule is Rule.UPDATE_DUE else set(Title)
        for title in Title:
            found = sorted(by_title[rule, title], key=lambda placed: placed.entry.in_force.first())
            if found:
                yield from _timeline(title, found, required=title in required)
            elif title in required:
                line = line_of(draft.root, ("rules", rule.value))
                yield Defect(line, f"rules.{rule}", f"has no entry for {title}")


def _criteria(draft: Draft) -> Iterator[Defect]:
    by_title: dict[Title, list[PlacedEntry]] = defaultdict(list)
    for placed in draft.criteria:
        yield from _entry(draft, None, placed)
        for title in dict.fromkeys(placed.entry.titles):
            by_title[title].append(placed)
        if isinstance(placed.entry, Criteria):
            for where, what in disagreements(placed.entry):
                place = (*placed.place, *where)
                yield Defect(line_of(draft.root, place), dotted(place), what)
    for title, entries in by_title.items():
        yield from _timeline(title, sorted(entries, key=lambda placed: placed.entry.in_force.first()), required=False)


def _timeline(title: Title, entries: list[PlacedEntry], *, required: bool) -> Iterator[Defect]:
    for earlier, later in pairwise(entries):
        end, start = earlier.entry.in_force.last(), later.entry.in_force.first()
        if start <= end:
            what = f"overlaps {earlier.where} (line {earlier.line}) for {title}"
            yield Defect(later.line, f"{later.where}.in_force", what)
        elif start > end + 1:
            what = f"leaves a gap after {_shown(earlier.entry.in_force.end)} for {title}"
            yield Defect(later.line, f"{later.where}.in_force", what)
    if required and entries[0].entry.in_force.start is not None:
        first = entries[0]
        what = f"nothing is in force before {_shown(first.entry.in_force.start)} for {title}"
        yield Defect(first.line, f"{first.where}.in_force", what)
    if required and not any(placed.entry.in_force.open_ended() for placed in entries):
        last = entries[-1]
        what = f"nothing is in force after {_shown(last.entry.in_force.end)} for {title}"
        yield Defect(last.line, f"{last.where}.in_force", what)


def _shown(bound: Any) -> str:
    return bound.isoformat() if isinstance(bound, date) else str(bound)
