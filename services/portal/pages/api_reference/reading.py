"""The OpenAPI document as pages show it; `peiyu docs` writes it beside this module."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from services.portal.pages.api_reference.samples import sample

Json = Mapping[str, Any]
DOCUMENT = Path(__file__).with_name("openapi.json")
REFERENCE = "#/components/schemas/"
LIMITS = ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "pattern", "default")


@dataclass(frozen=True, slots=True)
class Kind:
    """What a value is, in words; `of` is the object or vocabulary that it is one of, or a list of."""

    text: str
    of: str = ""
    limits: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """A parameter, or a member of an object; `where` is path, query or header."""

    name: str
    kind: Kind
    required: bool
    about: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Thing:
    """An object with its members, or a vocabulary with its words."""

    name: str
    about: str
    members: tuple[Value, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered under a status, as what media type, and of what kind."""

    status: str
    about: str
    kinds: tuple[tuple[str, Kind], ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be asked of the platform."""

    name: str
    service: str
    method: str
    path: str
    title: str
    title_zh: str
    about: str
    public: bool
    parameters: tuple[Value, ...]
    takes: tuple[tuple[str, Kind], ...]
    example: str
    answers: tuple[Answer, ...]
    things: tuple[Thing, ...]

    def says(self, text: str) -> bool:
        """Whether all words of `text` occur in its names, its path or what is said about it."""
        whole = f"{self.name} {self.method} {self.path} {self.title} {self.title_zh} {self.about}".lower()
        return all(word in whole for word in text.lower().split())


@cache
def _document() -> Json:
    return dict(json.loads(DOCUMENT.read_text(encoding="utf-8")))


@cache
def parts() -> tuple[tuple[str, str, str], ...]:
    """The services: name, in Chinese, and what belongs to each."""
    return tuple((each["name"], each["x-name-zh"], each["description"]) for each in _document()["tags"])


@cache
def operations() -> Mapping[str, Operation]:
    """All of them by name, in the document's order."""
    return {
        each["operationId"]: _operation(method.upper(), path, each)
        for path, methods in _document()["paths"].items()
        for method, each in methods.items()
    }


def _operation(method: str, path: str, said: Json) -> Operation:
    body = said.get("requestBody", {}).get("content", {})
    answers = said["responses"]
    return Operation(
        name=said["operationId"],
        service=said["tags"][0],
        method=method,
        path=path,
        title=said["summary"],
        title_zh=said["x-summary-zh"],
        about=said.get("description", ""),
        public="security" not in said,
        parameters=tuple(
            Value(
                each["name"],
                _kind(each["schema"]),
                each.get("required", False),
                each.get("description", ""),
                each["in"],
            )
            for each in said.get("parameters", ())
        ),
        takes=_kinds(body),
        example=_example(body),
        answers=tuple(
            Answer(status, each["description"], _kinds(each.get("content", {}))) for status, each in answers.items()
        ),
        things=tuple(_thing(name) for name in _reached(said)),
    )


def _example(body: Json) -> str:
    schema = body.get("application/json", {}).get("schema")
    if schema is None:
        return ""
    return json.dumps(sample(schema, _document()["components"]["schemas"]), ensure_ascii=False, indent=2)


def _kinds(content: Json) -> tuple[tuple[str, Kind], ...]:
    return tuple((media, _kind(each["schema"])) for media, each in content.items() if each.get("schema"))


def _kind(schema: Json) -> Kind:
    limits = ", ".join(f"{name}: {json.dumps(schema[name], ensure_ascii=False)}" for name in LIMITS if name in schema)
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(REFERENCE)
        return Kind(name, name, limits)
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        kinds = [_kind(each) for each in choices]
        within = ", ".join(each.limits for each in kinds if each.limits)
        of = next((each.of for each in kinds if each.of), "")
        return Kind(" | ".join(each.text for each in kinds), of, ", ".join(filter(None, (within, limits))))
    if schema.get("type") == "array":
        items = _kind(schema.get("items", {}))
        return Kind(f"[{items.text}]", items.of, ", ".join(filter(None, (items.limits, limits))))
    if words := schema.get("enum"):
        return Kind(" | ".join(map(str, words)), limits=limits)
    if "const" in schema:
        return Kind(json.dumps(schema["const"], ensure_ascii=False), limits=limits)
    return Kind(schema.get("format") or schema.get("type") or "any", limits=limits)


def _thing(name: str) -> Thing:
    schema = _document()["components"]["schemas"][name]
    required = schema.get("required", ())
    members = tuple(
        Value(each, _kind(said), each in required, said.get("description", ""))
        for each, said in schema.get("properties", {}).items()
    )
    return Thing(name, schema.get("description", ""), members, tuple(map(str, schema.get("enum", ()))))


def _reached(part: Json) -> list[str]:
    """The components that a part leads to, nearest first."""
    found: dict[str, None] = {}
    waiting = list(_named(part))
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = None
            waiting += _named(_document()["components"]["schemas"][name])
    return list(found)


def _named(part: Any) -> Iterator[str]:
    if isinstance(part, Mapping):
        if isinstance(reference := part.get("$ref"), str):
            yield reference.removeprefix(REFERENCE)
        for each in part.values():
            yield from _named(each)
    elif isinstance(part, list):
        for each in part:
            yield from _named(each)
