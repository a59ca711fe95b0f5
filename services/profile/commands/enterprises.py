"""What happens to profiles: one transaction each. Every change raises the firm's version and tells it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuid7s

from services.profile.commands.telling import held, tell, years_of
from services.profile.domain import latest_update
from services.profile.forms import Registration
from services.profile.models import AnnualUpdate, Enterprise, Name
from services.profile.naming import searchable
from services.profile.repository import profiles
from shared.contracts import (
    CertificationState,
    Contact,
    ProfileChanged,
    ProfileRegistered,
    ProfileState,
)
from shared.messaging import Work
from shared.web.caller import Caller
from shared.web.conditional import hold
from shared.web.fields import ContactForm
from shared.web.problems import Conflict, NotFound


class EnterpriseExists(Conflict):
    """This enterprise is registered already"""

    type = "enterprise-exists"
    title_zh = "该企业已登记"


async def register(work: Work, form: Registration, caller: Caller) -> tuple[Enterprise, bool]:
    """Enter a firm, or complete one that was entered because a title was granted to it; whether it is new.

    Raises `EnterpriseExists`.
    """
    now = work.now()
    contact = form.contact.model_dump()
    second = form.second_contact.model_dump() if form.second_contact else None
    row = _row(form.credit_code, form.name, form.authority, now) | {
        "registered_place": form.registered_place,
        "contact": contact,
        "second_contact": second,
        "registered_by": caller.subject,
    }
    if await profiles.enter(work.session, [row]):
        await profiles.add_all(work.session, Name, [_first_name(row)])
        firm = await held(work, form.credit_code)
        await tell(work, firm, lambda state: ProfileRegistered(credit_code=firm.credit_code, profile=state))
        return firm, True
    firm = await held(work, form.credit_code)
    if firm.registered_by is not None or not caller.may_review_for(firm.authority):
        raise EnterpriseExists(f"{form.credit_code} is registered already")
    firm.registered_by = caller.subject
    firm.registered_place = firm.registered_place or form.registered_place
    firm.contact, firm.second_contact = contact, second
    firm.version += 1
    changed = ("registered_place", "contact", *(("second_contact",) if second else ()))
    await tell(work, firm, lambda state: ProfileChanged(credit_code=firm.credit_code, profile=state, changed=changed))
    return firm, False


@dataclass(frozen=True, slots=True)
class Named:
    """A firm as others name it."""

    credit_code: str
    name: str
    authority: str


async def ensure(work: Work, firms: Iterable[Named]) -> None:
    """Enter the firms that others know of already, except those that are here."""
    now = work.now()
    rows = {firm.credit_code: _row(firm.credit_code, firm.name, firm.authority, now) for firm in firms}
    new = await profiles.enter(work.session, list(rows.values()))
    await profiles.add_all(work.session, Name, [_first_name(rows[credit_code]) for credit_code in sorted(new)])
    for credit_code in sorted(new):
        row = rows[credit_code]
        state = ProfileState(credit_code=credit_code, version=1, name=row["name"], authority=row["authority"])
        work.emit(ProfileRegistered(credit_code=credit_code, profile=state), sequence=1)


async def ensure_holders(work: Work, titles: Iterable[CertificationState]) -> None:
    """Enter the firms that hold these titles, except those that are here."""
    await ensure(work, [Named(title.credit_code, title.enterprise_name, title.authority) for title in titles])


class ContactField(StrEnum):
    """Which of a firm's contacts: its contact (联系人), or the second one (第二联系人)."""

    FIRST = "contact"
    SECOND = "second_contact"


async def change_contact(
    work: Work, credit_code: str, which: ContactField, contact: ContactForm | None, expected: int
) -> Enterprise:
    """Replace a contact person, or with None remove them. Raises `NotFound` where there is none to remove."""
    firm = await held(work, credit_code)
    hold(expected, firm.version)
    present, new = getattr(firm, which), contact.model_dump() if contact else None
    if new is None and present is None:
        raise NotFound("There is no such contact")
    if new != present:
        setattr(firm, which, new)
        firm.version += 1
        await tell(
            work, firm, lambda state: ProfileChanged(credit_code=credit_code, profile=state, changed=(which.value,))
        )
    return firm


async def take_over_change(
    work: Work, credit_code: str, report_id: UUID, decided_at: datetime, *, name: str | None, place: str | None
) -> None:
    """Give a firm the name or place of an approved change report (第十三条); a later decision is never undone."""
    firm = await held(work, credit_code)
    changed = []
    previous = firm.name
    if name is not None:
        await profiles.add_all(
            work.session,
            Name,
            [
                {
                    "id": uuid7s.uuid7(),
                    "credit_code": credit_code,
                    "name": name,
                    "since": decided_at,
                    "report_id": report_id,
                }
            ],
        )
        former = searchable(firm.name if decided_at > firm.name_as_of else name)
        if former not in firm.former_names.split("\n"):
            firm.former_names += f"{former}\n"
        if decided_at > firm.name_as_of:
            firm.name, firm.name_as_of = name, decided_at
            changed.append("name")
    if place is not None and decided_at > firm.place_as_of:
        firm.registered_place, firm.place_as_of = place, decided_at
        changed.append("registered_place")
    if changed:
        firm.version += 1
        await tell(
            work,
            firm,
            lambda state: ProfileChanged(
                credit_code=credit_code,
                profile=state,
                changed=tuple(changed),
                previous_name=previous if "name" in changed else None,
                report_id=report_id,
            ),
        )


@dataclass(frozen=True, slots=True)
class LoadedProfile:
    """A firm with its updates as they are taken over from elsewhere: duty year to (instant, form)."""

    credit_code: str
    name: str
    authority: str
    registered_place: str
    contact: Mapping[str, str]
    updates: Mapping[int, tuple[datetime, Mapping[str, Any]]] = field(default_factory=dict)


async def load_profiles(work: Work, loaded: Sequence[LoadedProfile], loaded_by: str) -> None:
    """Enter many new firms with their history, in a fixed number of statements."""
    now = work.now()
    rows = [
        _row(profile.credit_code, profile.name, profile.authority, now)
        | {
            "registered_place": profile.registered_place,
            "contact": dict(profile.contact),
            "registered_by": loaded_by,
        }
        for profile in loaded
    ]
    await profiles.add_all(work.session, Enterprise, rows)
    await profiles.add_all(work.session, Name, [_first_name(row) for row in rows])
    await profiles.add_all(
        work.session,
        AnnualUpdate,
        [
            {
                "id": uuid7s.uuid7(),
                "credit_code": profile.credit_code,
                "duty_year": year,
                "submitted_at": submitted_at,
                "submitted_by": loaded_by,
                "submitted_by_name": profile.contact["name"],
                "signatory": profile.contact["name"],
                "assisted": False,
                "enterprise_name": profile.name,
                "form": dict(form),
            }
            for profile in loaded
            for year, (submitted_at, form) in profile.updates.items()
        ],
    )
    for profile in loaded:
        first = {year: submitted_at for year, (submitted_at, _) in profile.updates.items()}
        last = max(first, default=None)
        state = ProfileState(
            credit_code=profile.credit_code,
            version=1,
            name=profile.name,
            authority=profile.authority,
            registered_place=profile.registered_place,
            contact=Contact.model_validate(profile.contact),
            updates=years_of(first),
            latest_update=latest_update(last, *profile.updates[last]) if last else None,
        )
        work.emit(ProfileRegistered(credit_code=profile.credit_code, profile=state), sequence=1)


def _row(credit_code: str, name: str, authority: str, now: datetime) -> dict[str, Any]:
    return {
        "credit_code": credit_code,
        "version": 1,
        "name": name,
        "authority": authority,
        "registered_at": now,
        "name_as_of": now,
        "place_as_of": now,
    }


def _first_name(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": uuid7s.uuid7(),
        "credit_code": row["credit_code"],
        "name": row["name"],
        "since": row["registered_at"],
        "report_id": None,
    }
