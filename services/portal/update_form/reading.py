"""An annual update as it is read: line by line, the figures as a table, and what two updates tell differently."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from services.portal.language import Language, gettext
from services.portal.rendering import day, number
from services.portal.update_form.groups import FIGURES, GROUPS, PER_CENT, Field, Group
from services.portal.update_form.writing import by_year, rows, typed_of
from services.portal.words import N_


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an update as it is read; `key` names it in every update, `field` in this one."""

    key: str
    field: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What two updates tell differently: `how` is changed, added or removed."""

    label: str
    before: str
    after: str
    how: Literal["changed", "added", "removed"]


def shown(field: Field, text: str, language: Language) -> str:
    """What a field says, in words and with its unit."""
    text = text or ("false" if field.kind == "box" else "")
    if not text:
        return ""
    if field.kind in ("box", "yes_no"):
        return gettext(language, {"true": N_("是"), "false": N_("否")}.get(text, text))
    if field.choices:
        return gettext(language, dict(field.choices).get(text, text))
    if field.kind == "day":
        return _day(text, language)
    if field.kind == "number":
        return f"{number(text)}%" if field.unit == PER_CENT else f"{number(text)} {gettext(language, field.unit)}"
    return text


def _day(text: str, language: Language) -> str:
    try:
        return day(language, text)
    except ValueError:
        return text


def lines(form: Mapping[str, Any], group: Group, language: Language) -> list[Line]:
    """A group line by line; the figures are keyed by their year, the entries of a list by their place."""
    told = typed_of(form, group)
    found = []
    if group.name == "years":
        return _of_years(form, language)
    for field in group.fields:
        at = f"{group.name}.{field.name}"
        if field.kind == "hidden" or (not field.required and field.kind != "box" and not told.get(at)):
            continue
        found.append(Line(at, at, gettext(language, field.label), shown(field, told.get(at, ""), language)))
    for listed in group.lists:
        for place in range(rows(told, f"{group.name}.{listed.name}")):
            at = f"{group.name}.{listed.name}.{place}"
            values = [shown(each, told.get(f"{at}.{each.name}".rstrip("."), ""), language) for each in listed.fields]
            name = gettext(
                language, N_("%(title)s（%(place)s）"), title=gettext(language, listed.title), place=place + 1
            )
            first = f"{at}.{listed.fields[0].name}".rstrip(".")
            found.append(Line(at, first, name, " · ".join(each for each in values if each)))
    return found


def _of_years(form: Mapping[str, Any], language: Language) -> list[Line]:
    known = by_year(form.get("years"))
    return [
        Line(
            f"years.{year}.{field.name}",
            f"years.{place}.{field.name}",
            gettext(language, N_("%(year)s年%(name)s"), year=year, name=gettext(language, field.label)),
            shown(field, str(known[year].get(field.name, "")), language),
        )
        for place, year in enumerate(sorted(known, reverse=True))
        for field in FIGURES
    ]


def figures(form: Mapping[str, Any], language: Language) -> tuple[list[int], list[tuple[str, list[str]]]]:
    """The figures as a table: the years, the last one first, and what each figure is in each of them."""
    known = by_year(form.get("years"))
    years = sorted(known, reverse=True)
    table = []
    for field in FIGURES:
        unit = gettext(language, field.unit)
        values = [number(known[year].get(field.name)) for year in years]
        table.append(
            (gettext(language, N_("%(name)s（%(unit)s）"), name=gettext(language, field.label), unit=unit), values)
        )
    return years, table


def differences(
    before: Mapping[str, Any], after: Mapping[str, Any], language: Language
) -> list[tuple[str, list[Difference]]]:
    """What two forms tell differently, group by group; groups that are alike are left out."""
    found = []
    for group in GROUPS:
        old, new = [{line.key: line for line in lines(form, group, language)} for form in (before, after)]
        changed = [
            difference
            for key in dict.fromkeys([*new, *old])
            if (difference := _difference(old.get(key), new.get(key))) is not None
        ]
        if changed:
            found.append((group.title, changed))
    return found


def _difference(old: Line | None, new: Line | None) -> Difference | None:
    before, after = old.value if old else "", new.value if new else ""
    line = new or old
    if line is None or before == after:
        return None
    return Difference(line.label, before, after, "changed" if before and after else "added" if after else "removed")


def last_told(group: Group, last: Mapping[str, Any] | None, year: int, language: Language) -> dict[str, str]:
    """What was told last time, by field, in words; of figures, those of the year before the last."""
    if last is None:
        return {}
    if group.name == "years":
        known = by_year(last["form"].get("years")).get(year - 2, {})
        return {
            f"years.0.{each.name}": shown(each, str(known[each.name]), language)
            for each in FIGURES
            if each.name in known
        }
    told = typed_of(last["form"], group)
    fields = {f"{group.name}.{each.name}": each for each in group.fields}
    return {name: shown(fields[name], text, language) for name, text in told.items() if name in fields}
