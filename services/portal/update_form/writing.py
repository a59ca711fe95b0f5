"""The form of an annual update as it is written: what stands in its fields, and the document that they make."""

import re
from collections.abc import Mapping
from typing import Any

from services.portal.forms import flat, nested
from services.portal.language import Language, gettext
from services.portal.update_form.groups import BY_NAME, FIGURE_YEARS, Group
from services.portal.words import N_

PLACE = re.compile(r"\.(\d+)(?=\.|$)")


def document(form: Mapping[str, Any], group: Group, fields: Mapping[str, str]) -> dict[str, Any]:
    """The whole form with a group as it was typed; a group is there once it was saved, however little it says."""
    told = nested({name: value for name, value in fields.items() if name.partition(".")[0] == group.name})
    content: Any = told.get(group.name, [] if group.name == "years" else {})
    if group.name == "basics":
        content.setdefault("contact", {})
        if content.get("second_contact", {}).keys() <= {"language"}:
            content.pop("second_contact", None)
    if group.name == "years":
        content = [each for place, each in enumerate(content) if place < FIGURE_YEARS or each.keys() > {"year"}]
    return {**{name: value for name, value in form.items() if name != "declaration"}, group.name: content}


def typed_of(form: Mapping[str, Any], group: Group) -> dict[str, str]:
    """What a form says in a group, by the names of its fields."""
    return flat({group.name: form.get(group.name)})


def proposed(
    form: Mapping[str, Any], group: Group, last: Mapping[str, Any] | None, firm: Mapping[str, Any], year: int
) -> dict[str, str]:
    """What stands in a group's fields: what was saved of it; else what was told last, as far as it still holds."""
    again = last is not None and last["duty_year"] == year
    if group.name in form:
        fields = typed_of(form, group)
    elif last is not None and (group.kept or again):
        fields = typed_of(last["form"], group)
    else:
        fields = {}
    if group.name == "basics" and group.name not in form:
        present = {name: firm.get(name) for name in ("contact", "second_contact") if firm.get(name)}
        fields |= flat({"basics": present})
    if group.name == "years":
        fields = _years(fields, last, year)
    return fields


def _years(fields: Mapping[str, str], last: Mapping[str, Any] | None, year: int) -> dict[str, str]:
    """The figures of the years before `year`, the last year first; those told of a year before stand there again."""
    saved = by_year(nested(fields).get("years"))
    known = by_year(last["form"].get("years")) if last else {}
    wanted = sorted({year - back - 1 for back in range(FIGURE_YEARS)} | set(saved), reverse=True)
    rows = [{**(saved.get(each) or known.get(each) or {}), "year": each} for each in wanted]
    return flat({"years": rows})


def by_year(years: Any) -> dict[int, Mapping[str, Any]]:
    """Figures by their year; a draft may hold anything."""
    rows = [each for each in years if isinstance(each, Mapping)] if isinstance(years, list | tuple) else []
    return {int(each["year"]): each for each in rows if str(each.get("year", "")).isdecimal()}


def placed(form: Mapping[str, Any], field: str) -> str:
    """Where a field of a saved form stands on the page, which has the last year of the figures first."""
    top, _, rest = field.partition(".")
    place, _, name = rest.partition(".")
    years = form.get("years")
    if top != "years" or not name or not isinstance(years, list) or not place.isdecimal():
        return field
    (year,) = by_year(years[int(place) : int(place) + 1]) or (None,)
    return field if year is None else f"years.{sorted(by_year(years), reverse=True).index(year)}.{name}"


def rows(fields: Mapping[str, str], prefix: str) -> int:
    """How many entries of a list the fields tell of."""
    steps = [name.removeprefix(f"{prefix}.").partition(".")[0] for name in fields if name.startswith(f"{prefix}.")]
    return max((int(step) for step in steps if step.isdecimal()), default=-1) + 1


def without(fields: Mapping[str, str], entry: str) -> dict[str, str]:
    """The fields without one entry of a list."""
    return {name: text for name, text in fields.items() if name != entry and not name.startswith(f"{entry}.")}


def label(language: Language, field: str, form: Mapping[str, Any]) -> str:
    """What a field of the form is called, of which year, or in which entry; what it does not have is its group."""
    top, _, rest = field.partition(".")
    group = BY_NAME.get(top)
    if group is None:
        return ""
    found = PLACE.search(field)
    if group.name == "years":
        rest = field[found.end() + 1 :] if found else ""
    for each in group.fields:
        if each.name == rest:
            said = gettext(language, each.label)
            years = sorted(by_year(form.get("years")), reverse=True)[int(found[1]) :][:1] if found else ()
            return gettext(language, N_("%(year)s年%(name)s"), year=years[0], name=said) if years else said
    listed = next((each for each in group.lists if each.name == rest.partition(".")[0]), None)
    if listed is None or found is None:
        return gettext(language, listed.title if listed else group.title)
    inner = field[found.end() + 1 :]
    said = gettext(language, next((each.label for each in listed.fields if each.name == inner), listed.title))
    return gettext(language, N_("%(title)s（%(place)s）"), title=said, place=int(found[1]) + 1)


def group_of(field: str) -> Group | None:
    """The group that a field belongs to."""
    return BY_NAME.get(field.partition(".")[0])
