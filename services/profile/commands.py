"""What happens to profiles: one transaction each. Every change raises the firm's version and tells it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuid7s
from pydantic import ValidationError

from services.profile import domain, repository
from services.profile.forms import Registration, UpdateSubmission, defects_of_draft
from services.profile.models import AnnualUpdate, Enterprise, Name, UpdateDraft
from shared.contracts import (
    Contact,
    EventData,
    FreshnessReported,
    ProfileChanged,
    ProfileRegistered,
    ProfileState,
    ProfileUpdated,
    YearUpdate,
)
from shared.messaging import Work
from shared.web.caller import Caller
from shared.web.conditional import hold
from shared.web.fields import ContactForm
from shared.web.problems import Conflict, Defect, InvalidInput, NotFound, StaleVersion


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
    row = _row(form.credit_code, form.name, form.authority, now) | {
        "registered_place": form.registered_place,
        "contact": contact,
        "registered_by": caller.subject,
    }
    if await repository.enter(work.session, [row]):
        await repository.add_all(work.session, Name, [_first_name(row)])
        firm = await _held(work, form.credit_code)
        await _tell(work, firm, lambda state: ProfileRegistered(credit_code=firm.credit_code, profile=state))
        return firm, True
    firm = await _held(work, form.credit_code)
    if firm.registered_by is not None or not caller.may_review_for(firm.authority):
        raise EnterpriseExists(f"{form.credit_code} is registered already")
    firm.registered_by = caller.subject
    firm.registered_place = firm.registered_place or form.registered_place
    firm.contact = contact
    firm.version += 1
    await _tell(
        work,
        firm,
        lambda state: ProfileChanged(
            credit_code=firm.credit_code, profile=state, changed=("registered_place", "contact")
        ),
    )
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
    new = await repository.enter(work.session, list(rows.values()))
    await repository.add_all(work.session, Name, [_first_name(rows[credit_code]) for credit_code in sorted(new)])
    for credit_code in sorted(new):
        row = rows[credit_code]
        state = ProfileState(credit_code=credit_code, version=1, name=row["name"], authority=row["authority"])
        work.emit(ProfileRegistered(credit_code=credit_code, profile=state), sequence=1)


async def change_contact(work: Work, credit_code: str, contact: ContactForm, expected: int) -> Enterprise:
    """Replace the contact person (联系人)."""
    firm = await _held(work, credit_code)
    hold(expected, firm.version)
    if firm.contact != contact.model_dump():
        firm.contact = contact.model_dump()
        firm.version += 1
        await _tell(
            work, firm, lambda state: ProfileChanged(credit_code=credit_code, profile=state, changed=("contact",))
        )
    return firm


async def save_draft(
    work: Work, credit_code: str, duty_year: int, form: Mapping[str, Any], expected: int | None, caller: Caller
) -> tuple[UpdateDraft, bool]:
    """Keep an unfinished update as it is; whether it is a new draft. The version guards against a lost edit."""
    await _held(work, credit_code)
    draft = await repository.draft(work.session, credit_code, duty_year, lock=True)
    if draft is None:
        if expected is not None:
            raise StaleVersion("The draft was deleted or submitted meanwhile")
        draft = UpdateDraft(
            credit_code=credit_code,
            duty_year=duty_year,
            version=1,
            form=dict(form),
            saved_at=work.now(),
            saved_by=caller.subject,
        )
        work.session.add(draft)
        return draft, True
    hold(expected, draft.version)
    draft.form, draft.saved_at, draft.saved_by = dict(form), work.now(), caller.subject
    draft.version += 1
    return draft, False


async def delete_draft(work: Work, credit_code: str, duty_year: int, expected: int) -> None:
    draft = await repository.draft(work.session, credit_code, duty_year, lock=True)
    if draft is None:
        raise NotFound("There is no draft for this year")
    hold(expected, draft.version)
    await repository.remove_draft(work.session, credit_code, duty_year)


@dataclass(frozen=True, slots=True)
class Submitted:
    """A submission with what it does for every title: it counts where it is the year's first and on time."""

    update: AnnualUpdate
    first: bool
    answers: tuple[domain.YearAnswer, ...]


async def submit_update(work: Work, credit_code: str, form: UpdateSubmission, caller: Caller) -> Submitted:
    """Submit an annual update (信息更新, 第十二条). A late one is kept and shown, and restores nothing.

    The instant is read while the firm is locked, so that what `report_freshness` answered is never overtaken.
    """
    firm = await _held(work, credit_code)
    now = work.now()
    if not domain.may_submit(form.duty_year, now, work.regulation):
        raise InvalidInput(
            errors=[
                Defect(
                    pointer="/duty_year",
                    code="not_open_yet",
                    detail=f"the update for {form.duty_year} opens on {form.duty_year}-01-01",
                    detail_zh=f"{form.duty_year}年度信息更新自{form.duty_year}年1月1日起提交",
                )
            ]
        )
    before = await repository.first_updates(work.session, credit_code)
    update = AnnualUpdate(
        id=uuid7s.uuid7(),
        credit_code=credit_code,
        duty_year=form.duty_year,
        submitted_at=now,
        submitted_by=caller.subject,
        submitted_by_name=caller.name,
        signatory=form.declaration.signatory,
        enterprise_name=firm.name,
        form=form.model_dump(mode="json", exclude={"declaration"}),
    )
    work.session.add(update)
    await work.session.flush()
    await repository.remove_draft(work.session, credit_code, form.duty_year)
    firm.contact = form.basics.contact.model_dump()
    firm.version += 1
    await _tell(
        work,
        firm,
        lambda state: ProfileUpdated(
            credit_code=credit_code,
            profile=state,
            update_id=update.id,
            duty_year=form.duty_year,
            submitted_at=now,
            submitted_by=caller.subject,
        ),
    )
    first = before.get(form.duty_year)
    answers = await answers_for(work, credit_code, form.duty_year, first or now)
    return Submitted(update, first is None, answers)


async def answers_for(
    work: Work, credit_code: str, year: int, submitted_at: datetime | None
) -> tuple[domain.YearAnswer, ...]:
    """A duty year for every title that asks for it."""
    titles = await repository.titles(work.session, credit_code)
    duties = domain.duties_in(year, [(title.title, title.status, title.duties) for title in titles])
    return tuple(domain.judge(duty, submitted_at, work.now(), work.regulation) for duty in duties)


async def report_freshness(
    work: Work, request_id: UUID, credit_code: str, name: str | None, authority: str | None
) -> None:
    """Answer what is known of a firm, as of an instant that no later submission can precede."""
    if name and authority:
        await ensure(work, [Named(credit_code, name, authority)])
    firm = await repository.enterprise(work.session, credit_code, lock=True)
    if firm is None:
        work.emit(
            FreshnessReported(credit_code=credit_code, request_id=request_id, as_of=work.now(), profile=None),
            sequence=0,
        )
        return
    await _tell(
        work,
        firm,
        lambda state: FreshnessReported(
            credit_code=credit_code, request_id=request_id, as_of=work.now(), profile=state
        ),
    )


async def take_over_change(
    work: Work, credit_code: str, report_id: UUID, decided_at: datetime, *, name: str | None, place: str | None
) -> None:
    """Give a firm the name or place of an approved change report (第十三条); a later decision is never undone."""
    firm = await _held(work, credit_code)
    changed = []
    previous = firm.name
    if name is not None:
        await repository.add_all(
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
        if decided_at > firm.name_as_of:
            firm.name, firm.name_as_of = name, decided_at
            changed.append("name")
    if place is not None and decided_at > firm.place_as_of:
        firm.registered_place, firm.place_as_of = place, decided_at
        changed.append("registered_place")
    if changed:
        firm.version += 1
        await _tell(
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


async def load_profiles(work: Work, profiles: Sequence[LoadedProfile], loaded_by: str) -> None:
    """Enter many new firms with their history, in a fixed number of statements."""
    now = work.now()
    rows = [
        _row(profile.credit_code, profile.name, profile.authority, now)
        | {
            "registered_place": profile.registered_place,
            "contact": dict(profile.contact),
            "registered_by": loaded_by,
        }
        for profile in profiles
    ]
    await repository.add_all(work.session, Enterprise, rows)
    await repository.add_all(work.session, Name, [_first_name(row) for row in rows])
    await repository.add_all(
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
                "enterprise_name": profile.name,
                "form": dict(form),
            }
            for profile in profiles
            for year, (submitted_at, form) in profile.updates.items()
        ],
    )
    for profile in profiles:
        first = {year: submitted_at for year, (submitted_at, _) in profile.updates.items()}
        state = ProfileState(
            credit_code=profile.credit_code,
            version=1,
            name=profile.name,
            authority=profile.authority,
            registered_place=profile.registered_place,
            contact=Contact.model_validate(profile.contact),
            updates=_years(first),
        )
        work.emit(ProfileRegistered(credit_code=profile.credit_code, profile=state), sequence=1)


def missing_in(draft: UpdateDraft) -> ValidationError | None:
    """What a draft still lacks for its submission."""
    return defects_of_draft({**draft.form, "duty_year": draft.duty_year})


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


async def _held(work: Work, credit_code: str) -> Enterprise:
    firm = await repository.enterprise(work.session, credit_code, lock=True)
    if firm is None:
        raise NotFound("There is no such enterprise")
    return firm


def _years(updates: Mapping[int, datetime]) -> tuple[YearUpdate, ...]:
    return tuple(YearUpdate(year=year, submitted_at=instant) for year, instant in sorted(updates.items()))


async def _tell(work: Work, firm: Enterprise, event: Callable[[ProfileState], EventData]) -> None:
    updates = await repository.first_updates(work.session, firm.credit_code)
    state = ProfileState(
        credit_code=firm.credit_code,
        version=firm.version,
        name=firm.name,
        authority=firm.authority,
        registered_place=firm.registered_place,
        contact=Contact.model_validate(firm.contact) if firm.contact else None,
        updates=_years(updates),
    )
    work.emit(event(state), sequence=firm.version)
