"""Reading a rules file: every defect with its line, not just the first.

RulesError (ValueError)
└── defects: tuple[Defect(line, where, what), ...], in the order of the file
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from shared.regulation.criteria import Criteria
from shared.regulation.rulebook import ENTRIES, Entry, Head
from shared.regulation.vocabulary import Rule

ModelT = TypeVar("ModelT", bound=BaseModel)


@dataclass(frozen=True, slots=True, order=True)
class Defect:
    """One thing wrong in a rules file; `line` counts from 1, 0 where the file could not be read."""

    line: int
    where: str
    what: str


class RulesError(ValueError):
    """A rules file that cannot be used."""

    def __init__(self, source: str, defects: Sequence[Defect]) -> None:
        self.source = source
        self.defects = tuple(sorted(set(defects)))
        super().__init__("\n".join(f"{source}:{defect.line}: {_sentence(defect)}" for defect in self.defects))


def _sentence(defect: Defect) -> str:
    return f"{defect.where}: {defect.what}" if defect.where else defect.what


@dataclass(frozen=True, slots=True)
class PlacedEntry:
    """An entry with the place it was read from."""

    entry: Entry[Any]
    line: int
    place: tuple[str | int, ...]

    @property
    def where(self) -> str:
        """The place in words, such as `rules.review.window[0]`."""
        return dotted(self.place)


@dataclass(frozen=True, slots=True)
class Draft:
    """The sound parts of a rules file; `head` is None where the header is not one of them.

    `named` are the rules that the file has, `complete` those whose entries are all sound. `sections` is the header as
    written, with what it takes from the file that it extends; places are looked up in `root`, the file itself.
    """

    sections: Mapping[str, Any]
    head: Head | None
    rules: dict[Rule, tuple[PlacedEntry, ...]]
    criteria: tuple[PlacedEntry, ...]
    named: frozenset[Rule]
    complete: frozenset[Rule]
    root: CommentedMap
    defects: list[Defect]


class _DatesAsWritten(RoundTripConstructor):
    """Leaves dates as text, so that an impossible one is reported with its place like any other defect."""


_DatesAsWritten.add_constructor("tag:yaml.org,2002:timestamp", lambda _, node: node.value)


def read_draft(root: CommentedMap, sections: Mapping[str, Any]) -> Draft:
    """The parts of a parsed file whose header is `sections`, each validated alone."""
    defects: list[Defect] = []
    head = _validated(Head, sections, (), root, defects)
    rules: dict[Rule, tuple[PlacedEntry, ...]] = {}
    named: set[Rule] = set()
    complete: set[Rule] = set()
    section = root.get("rules")
    if isinstance(section, CommentedMap):
        for name, entries in section.items():
            where = ("rules", name)
            if name not in list(Rule):
                defects.append(Defect(line_of(root, where), dotted(where), f"unknown rule{_hint(str(name), Rule)}"))
                continue
            rule = Rule(name)
            named.add(rule)
            if not isinstance(entries, CommentedSeq) or not entries:
                defects.append(Defect(line_of(root, where), dotted(where), "must be a list of entries"))
            else:
                rules[rule] = tuple(_read_entries(ENTRIES[rule], entries, where, root, defects))
                if len(rules[rule]) == len(entries):
                    complete.add(rule)
    written = root.get("assessment")
    criteria: tuple[PlacedEntry, ...] = ()
    if isinstance(written, CommentedSeq):
        criteria = tuple(_read_entries(Criteria, written, ("assessment",), root, defects))
    return Draft(sections, head, rules, criteria, frozenset(named), frozenset(complete), root, defects)


def parse(path: Path) -> CommentedMap:
    """The file as written, with the place of everything. Raises RulesError where there is no structure to go by."""
    yaml = YAML(typ="rt")
    yaml.Constructor = _DatesAsWritten
    try:
        root = yaml.load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RulesError(str(path), [Defect(0, "", f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise RulesError(str(path), [Defect(0, "", f"is not UTF-8 text: {error.reason}")]) from error
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = f"not valid YAML: {error.problem or error.context}"
        raise RulesError(str(path), [Defect(mark.line + 1 if mark else 0, "", what)]) from error
    except (YAMLError, AttributeError) as error:  # the library's own, for a mapping merged into itself
        raise RulesError(str(path), [Defect(0, "", f"not valid YAML: {error}")]) from error
    except RecursionError as error:
        raise RulesError(str(path), [Defect(0, "", "is nested too deeply")]) from error
    if not isinstance(root, CommentedMap):
        raise RulesError(str(path), [Defect(1, "", "must be a mapping with id, titles, rules, …")])
    return root


def _read_entries(
    kind: type[Entry[Any]],
    entries: CommentedSeq,
    section: tuple[str, ...],
    root: CommentedMap,
    defects: list[Defect],
) -> Iterator[PlacedEntry]:
    for index, node in enumerate(entries):
        place: tuple[str | int, ...] = (*section, index)
        entry = _validated(kind, node, place, root, defects)
        if entry is not None:
            yield PlacedEntry(entry, line_of(root, place), place)


def _validated(
    model: type[ModelT], node: object, where: tuple[str | int, ...], root: CommentedMap, defects: list[Defect]
) -> ModelT | None:
    try:
        return model.model_validate(node)
    except ValidationError as error:
        for found in error.errors():
            place = where + tuple(_written(node, found["loc"]))
            defects.append(Defect(line_of(root, place), dotted(place), _what(found["type"], found)))
        return None


def _written(node: Any, steps: Sequence[str | int]) -> Iterator[str | int]:
    """The steps to a defect without those that are not in the file: marks of keys, and of the kind that was chosen."""
    for number, step in enumerate(steps):
        there = isinstance(node, Mapping) and step in node
        if step != "[key]" and (there or not isinstance(node, Mapping) or number == len(steps) - 1):
            yield step
            node = node[step] if there or (isinstance(node, Sequence) and not isinstance(node, str)) else None


def _what(kind: str, found: Any) -> str:
    message = str(found["msg"]).removeprefix("Value error, ")
    match kind:
        case "extra_forbidden":
            return "unknown key"
        case "missing":
            return "missing"
        case "enum" | "literal_error":
            allowed = str(found["ctx"]["expected"])
            return f"unknown value {found['input']!r}, expected {allowed}"
        case _:
            return message[0].lower() + message[1:] if not message.startswith(("'", "YAML")) else message


def line_of(root: CommentedMap, place: tuple[str | int, ...]) -> int:
    """The line of a place in the file, or of the nearest thing around it that is there."""
    node: Any = root
    line = 1
    for step in place:
        if isinstance(node, CommentedMap) and step in node:
            line = node.lc.key(step)[0] + 1
        elif isinstance(node, CommentedSeq) and isinstance(step, int) and step < len(node):
            line = node.lc.item(step)[0] + 1
        else:
            break
        node = node[step]
    return line


def dotted(place: tuple[str | int, ...]) -> str:
    """A place in words, such as `rules.review.window[0].value`."""
    text = ""
    for step in place:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


def _hint(name: str, known: type[Rule]) -> str:
    close = get_close_matches(name, list(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""
