"""What a change report (重大变化情况报告表) consists of, as pages ask for it and show it."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from services.portal.forms import field_of, flat, nested
from services.portal.language import Language, gettext
from services.portal.rendering import day, number
from services.portal.words import N_, WORDS, word

VOCABULARY = "change_field"
PARTIES = "details.counterparties"
IMPACT = ("impact.main_product_affected", "impact.still_sme", "impact.still_meets_criteria")
PARTS = ("happened_on", "before", "after", "reason", "details", "impact")
ORDER = (
    "type",
    "enterprise_name",
    "happened_on",
    "details",
    "before",
    "after",
    "reason",
    "impact",
    "attachments",
    "file",
)
"""The groups of fields as they stand in the form."""
ASKED = re.compile(r"happened_on|before|after|reason|(?:details|impact)\..+")
"""The fields of the form, whatever else a page sends with it."""


@dataclass(frozen=True, slots=True)
class Field:
    """One of the particulars that a type of change asks for."""

    name: str
    kind: Literal["line", "number", "box"] = "line"
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the report as it is read; `field` is where it is written."""

    field: str
    label: str
    value: str


DETAILS: Mapping[str, tuple[Field, ...]] = MappingProxyType(
    {
        "rename": (Field("details.new_name"),),
        "relocation": (
            Field("details.from_place"),
            Field("details.to_place"),
            Field("details.leaves_province", "box"),
        ),
        "overseas_branch": (
            Field("details.country"),
            Field("details.branch_name"),
            Field("details.share", "number", "%"),
            Field("details.amount", "number", N_("万元")),
        ),
    }
)
WITH_PARTIES = ("merger", "split")
SAME: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "rename": {"before": "enterprise_name", "after": "details.new_name"},
        "relocation": {"before": "details.from_place", "after": "details.to_place"},
    }
)
"""What before and after are already told by, so that nobody writes it twice."""


def label(language: Language, field: str) -> str:
    """What a field is called, and which of several it is; of a field that the form does not have, its group's name."""
    steps = field.split(".")
    numbers = [int(step) for step in steps if step.isdigit()]
    name = ".".join(step for step in steps if not step.isdigit())
    while name and name not in WORDS[VOCABULARY]:
        name = name.rpartition(".")[0]
    said = word(language, name, VOCABULARY) if name else gettext(language, N_("整份报告"))
    if not numbers:
        return said
    return f"{said} ({numbers[0] + 1})" if language == "en" else f"{said}（{numbers[0] + 1}）"


def content(report: Mapping[str, Any]) -> dict[str, str]:
    """What a report says, by field."""
    known = flat({name: report.get(name) for name in PARTS})
    unticked = {field.name for field in DETAILS.get(report["type"], ()) if field.kind == "box"}
    return {name: value for name, value in known.items() if name not in unticked or value == "true"}


def spared(report: Mapping[str, Any], asked_for: Collection[str] = ()) -> dict[str, str]:
    """Before and after where another field tells the same, with that field: they are not asked.

    They are where something else stands in them, or where `asked_for` names them.
    """
    known = content(report) | {"enterprise_name": report["enterprise_name"]}
    return {
        name: twin
        for name, twin in SAME.get(report["type"], {}).items()
        if name not in asked_for and known.get(name, "") in ("", known.get(twin, ""))
    }


def document(report: Mapping[str, Any], fields: Mapping[str, str]) -> dict[str, Any]:
    """What is written to the API: the report with the fields as they were typed."""
    told: dict[str, Any] = {"before": "", "after": "", "reason": "", "details": {}, "impact": {}}
    told |= nested({name: value for name, value in fields.items() if ASKED.fullmatch(name)})
    for name, twin in SAME.get(report["type"], {}).items():
        if not fields.get(name):
            told[name] = {"enterprise_name": report["enterprise_name"], **fields}.get(twin, "")
    return told | {name: report[name] for name in ("credit_code", "type", "occurrence_id")}


def retyped(report: Mapping[str, Any], type_: str, happened_on: str) -> dict[str, Any]:
    """The report as one of another type: of its particulars only those stay that this one asks for too."""
    before = dict(report)
    for name in spared(report):
        before[name] = ""
    stays = {field.name.removeprefix("details.") for field in DETAILS.get(type_, ())}
    stays |= {"counterparties"} if type_ in WITH_PARTIES else set()
    details = {name: value for name, value in report["details"].items() if name in stays}
    after = before | {"type": type_, "details": details, "happened_on": happened_on}
    return document(after, {name: text for name, text in content(after).items() if name not in spared(after)})


def rows(report: Mapping[str, Any], language: Language) -> list[Row]:
    """The report line by line, in the order of the form."""
    known = content(report)
    told_by = spared(report)

    def row(field: str, value: str) -> Row:
        return Row(told_by.get(field, field), label(language, field), value)

    found = [row("type", word(language, report["type"], "change_type"))]
    found.append(row("happened_on", day(language, report["happened_on"])))
    particulars = [each for each in DETAILS.get(report["type"], ()) if each.name not in told_by.values()]
    found += [row(each.name, _value(each, known.get(each.name, ""), language)) for each in particulars]
    for place in sorted({int(name.split(".")[2]) for name in known if re.match(rf"{PARTIES}\.\d+\.", name)}):
        named = (known.get(f"{PARTIES}.{place}.{part}", "") for part in ("name", "credit_code"))
        found.append(Row(f"{PARTIES}.{place}.name", label(language, f"{PARTIES}.{place}"), "\n".join(named)))
    found += [row(name, known.get(name, "")) for name in ("before", "after", "reason")]
    found += [row(name, _yes_or_no(known.get(name, ""), language)) for name in IMPACT]
    return found


def places(report: Mapping[str, Any], language: Language) -> list[tuple[str, str]]:
    """The fields in which something can be wrong, with their names, in the order of the form."""
    told_by = spared(report)
    count = parties(content(report)) if report["type"] in WITH_PARTIES else 0
    names = ["type", "happened_on", *(each.name for each in DETAILS.get(report["type"], ()))]
    names += [f"{PARTIES}.{place}.{part}" for place in range(count) for part in ("name", "credit_code")]
    names += [each for each in ("before", "after", "reason") if each not in told_by]
    return [(each, label(language, each)) for each in (*names, *IMPACT, "attachments")]


def parties(fields: Mapping[str, str]) -> int:
    """How many other enterprises the fields name."""
    places = [int(found[1]) for name in fields if (found := re.match(rf"{PARTIES}\.(\d+)\.", name))]
    return max(places, default=-1) + 1


def shortcomings(report: Mapping[str, Any]) -> list[dict[str, str]]:
    """What the officers want corrected, as a form shows what is wrong: `field`, empty for all of it, and `text`."""
    correction = report["correction"] or {"defects": ()}
    return [{"field": field_of(each["field"]), "text": each["text"]} for each in correction["defects"]]


def marked(language: Language, wrong: Sequence[Mapping[str, str]], told_by: Mapping[str, str]) -> list[dict[str, str]]:
    """What is wrong with the name of each field, in the order of the form, at the field where it is told.

    What is wrong in two ways because one field tells two things is said once.
    """
    at = {each["field"] for each in wrong}
    found = [
        {
            "field": told_by.get(each["field"], each["field"]),
            "label": label(language, each["field"]),
            "text": each["text"],
        }
        for each in wrong
        if told_by.get(each["field"]) not in at
    ]
    return sorted(
        found, key=lambda each: (*ORDER, each["field"].partition(".")[0]).index(each["field"].partition(".")[0])
    )


def _value(field: Field, text: str, language: Language) -> str:
    if field.kind == "box":
        return _yes_or_no(text or "false", language)
    if not text or not field.unit:
        return text
    return f"{number(text)} {gettext(language, field.unit)}" if field.unit != "%" else f"{number(text)}%"


def _yes_or_no(text: str, language: Language) -> str:
    said = {"true": N_("是"), "false": N_("否")}.get(text, text)
    return gettext(language, said) if said else ""
