"""A rules file with all that it extends, read and checked as one.

A file that `extends` another says only what differs. Its entries go before the other's for their titles and their time
in force; of its header, `documents`, `titles`, `reminders` and `escalation` are added to by key, any other section
replaces the other's. Places in defects are those of the file itself: what it extends was found sound before.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ruamel.yaml.comments import CommentedMap

from shared.regulation.consistency import contradictions
from shared.regulation.loading import Defect, Draft, PlacedEntry, RulesError, line_of, parse, read_draft
from shared.regulation.vocabulary import Title

SHIPPED = Path(__file__).parent / "rules"
KEYED = ("documents", "titles", "reminders", "escalation")


def shipped() -> tuple[str, ...]:
    """The names of the rules files that the program brings."""
    return tuple(sorted(file.stem for file in SHIPPED.glob("*.yaml")))


def locate(name_or_path: str | Path, beside: Path = Path()) -> Path:
    """Where the rules of a shipped name are, or a file, looked for beside another. Raises RulesError."""
    if name_or_path in shipped():
        return SHIPPED / f"{name_or_path}.yaml"
    path = beside / name_or_path
    if not path.exists():
        names = ", ".join(shipped())
        raise RulesError(str(path), [Defect(0, "", f"no such file, and not one of the shipped rules: {names}")])
    return path


def load_draft(path: Path, extending: tuple[Path, ...] = ()) -> Draft:
    """A rules file with what it extends, without a defect. Raises RulesError naming every one with its line."""
    root = parse(path)
    base = _extended(path, root, (*extending, path.resolve()))
    draft = read_draft(root, root if base is None else _laid_over(base.sections, root))
    if base is not None:
        draft = _completed(draft, base)
    defects = [*draft.defects, *contradictions(draft)]
    if draft.head is None or defects:
        raise RulesError(str(path), defects)
    return draft


def _extended(path: Path, root: CommentedMap, extending: tuple[Path, ...]) -> Draft | None:
    name = root.get("extends")
    if not isinstance(name, str):
        return None
    line = line_of(root, ("extends",))
    try:
        found = locate(name, path.parent)
        base = None if found.resolve() in extending else load_draft(found, extending)
    except RulesError as error:
        defects = [Defect(line, "extends", f"{name} cannot be used: {what}") for what in str(error).splitlines()]
        raise RulesError(str(path), defects) from error
    if base is None:
        raise RulesError(str(path), [Defect(line, "extends", f"{name} extends this file")])
    return base


def _laid_over(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    sections = {**base, **own, "rules": own.get("rules", {})}
    for name in KEYED:
        if isinstance(own.get(name), Mapping):
            sections[name] = {**base[name], **own[name]}
    return sections


def _completed(own: Draft, base: Draft) -> Draft:
    rules = {
        rule: (
            *own.rules.get(rule, ()),
            *_left(base.rules[rule], own.rules.get(rule, ()), line_of(own.root, ("rules", rule.value))),
        )
        for rule in base.rules
    }
    criteria = (*own.criteria, *_left(base.criteria, own.criteria, line_of(own.root, ("assessment",))))
    return replace(
        own,
        rules=rules,
        criteria=criteria,
        named=own.named | base.named,
        complete=own.complete | (base.complete - own.named),
    )


def _left(entries: Sequence[PlacedEntry], over: Sequence[PlacedEntry], line: int) -> Iterator[PlacedEntry]:
    """What is left of entries for titles and times that those laid over them do not speak of."""
    for placed in entries:
        titles: dict[tuple[Any, ...], list[Title]] = defaultdict(list)
        for title in placed.entry.titles:
            spans: tuple[Any, ...] = (placed.entry.in_force,)
            for other in over:
                time = other.entry.in_force
                if title in other.entry.titles and time.first() <= time.last():
                    spans = tuple(part for span in spans for part in span.without(time))
            titles[spans].append(title)
        for spans, those in titles.items():
            for span in spans:
                entry = placed.entry.model_copy(update={"titles": tuple(those), "in_force": span})
                yield PlacedEntry(entry, line, placed.place)
