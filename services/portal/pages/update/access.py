"""A year's draft and what was told before it, as the pages of the form read them."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Path

from services.portal.api import Answer, NotThere, Silent, or_none
from services.portal.forms import field_of
from services.portal.language import Language
from services.portal.update_form.groups import GROUPS, Group
from services.portal.update_form.writing import group_of, label, placed
from services.portal.visit import Visit

Year = Annotated[int, Path(ge=2010, le=2100)]
MOST = 20


@dataclass(frozen=True, slots=True)
class Draft:
    """What was saved of a year's update; without an `etag` nothing was."""

    form: dict[str, Any] = field(default_factory=dict)
    etag: str | None = None
    saved_at: str | None = None
    defects: tuple[dict[str, Any], ...] = ()

    @classmethod
    def of(cls, answer: Answer) -> "Draft":
        body = answer.body
        return cls(body["form"], answer.etag, body["saved_at"], tuple(body["defects"]))

    def wrong(self, language: Language, groups: Collection[Group] = GROUPS) -> list[dict[str, str]]:
        """What these groups still lack, in their order, with the names of the fields."""
        found = []
        for each in self.defects:
            at = placed(self.form, field_of(each["pointer"]))
            text = each["detail"] if language == "en" else each["detail_zh"] or each["detail"]
            found.append({"field": at, "label": label(language, at, self.form), "text": text})
        order = [group.name for group in groups]
        kept = [each for each in found if (group := group_of(each["field"])) and group in groups]
        return sorted(kept, key=lambda each: order.index(each["field"].partition(".")[0]))

    def lacks(self, group: Group) -> bool:
        """Whether a group is not as it must be."""
        return any(group_of(field_of(each["pointer"])) is group for each in self.defects)

    def holds(self, told: Mapping[str, Any], group: Group) -> bool:
        """Whether what `told` says of the group stands in it already: it is the second click of one button."""
        return bool(told.get(group.name) == self.form.get(group.name))

    def print_of(self, group: Group) -> str:
        """By which a group is known to be as it was."""
        told = json.dumps(self.form.get(group.name), sort_keys=True).encode()
        return hashlib.sha256(told).hexdigest()[:16]


def path_of(year: int, *more: object) -> str:
    """A page of the form."""
    return "/".join((f"/update/{year}", *map(str, more)))


def draft_path(visit: Visit, year: int) -> str:
    """Where the draft is, below the API."""
    return f"/enterprises/{visit.firm}/update_drafts/{year}"


async def draft_of(visit: Visit, year: int) -> Draft:
    """What was saved of a year's update. Raises `NoFirm` and `ApiError`."""
    path = draft_path(visit, year)
    try:
        return Draft.of(await visit.api.call("GET", path))
    except NotThere:
        return Draft()


async def last_update(visit: Visit, year: int) -> dict[str, Any] | None:
    """The newest update for the year or one before it; None where there is none, or nobody answers."""
    path = f"/enterprises/{visit.firm}/updates"
    listed = await or_none(visit.api.get(path, limit=MOST))
    known = [each for each in listed["items"] if each["duty_year"] <= year] if listed else []
    if not known:
        return None
    newest = max(known, key=lambda each: (each["duty_year"], each["submitted_at"]))
    found: dict[str, Any] | None = await or_none(visit.api.get(f"{path}/{newest['id']}"))
    return found


async def submitted_update(visit: Visit, year: int) -> dict[str, Any] | None:
    """The newest update that was submitted for the year."""
    path = f"/enterprises/{visit.firm}/updates"
    listed = (await visit.api.get(path, year=year, limit=1))["items"]
    return dict(await visit.api.get(f"{path}/{listed[0]['id']}")) if listed else None


async def firm_of(visit: Visit) -> dict[str, Any]:
    """The firm. Raises `ApiError`."""
    found = await visit.api.get(f"/enterprises/{visit.firm}")
    if not isinstance(found, dict):
        raise Silent("the profile service does not answer sensibly")
    return found
