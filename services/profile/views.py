"""What the profile service answers."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.profile.domain import KnownDuty, YearAnswer, basis_of
from services.profile.forms import Extension
from services.profile.models import (
    AnnualUpdate,
    DeadlineExtension,
    Delegation,
    Enterprise,
    HeldTitle,
    Name,
    UpdateDraft,
)
from services.profile.repository.statistics import Count, Standing
from services.profile.vocabulary import DelegationStatus, UpdateStanding
from shared.contracts import Citation, Contact
from shared.regulation import DeadlineExtension as RuledExtension
from shared.regulation import Regulation, Title, shanghai_date
from shared.runtime.logs import masked
from shared.web.caller import AccountType, Caller, Role
from shared.web.problems import Defect


class PastName(BaseModel):
    """A name that the firm bears or bore since an instant; `report_id` is the change report that gave it."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    since: datetime
    report_id: UUID | None


class EnterpriseView(BaseModel):
    """A firm. The contacts' mobiles and e-mails are masked for the operator."""

    credit_code: str
    version: int
    name: str
    authority: str
    registered_place: str | None
    contact: Contact | None
    second_contact: Contact | None
    registered_at: datetime

    @classmethod
    def of(cls, firm: Enterprise, caller: Caller) -> "EnterpriseView":
        return cls.model_validate(_enterprise(firm, caller))


class KnownTitle(BaseModel):
    """A title of a firm as the profile service knows it."""

    certification_id: UUID
    title: str
    title_name: str
    status: str
    valid_to: date

    @classmethod
    def of(cls, held: HeldTitle, regulation: Regulation) -> "KnownTitle":
        stored = ("certification_id", "title", "status", "valid_to")
        name = regulation.title_name(Title(held.title))
        return cls.model_validate({**{each: getattr(held, each) for each in stored}, "title_name": name})


class ListedEnterprise(EnterpriseView):
    """A firm in a list, with what is known of its titles; `found_by` is the former name that a search found it by."""

    titles: list[KnownTitle]
    found_by: str | None

    @classmethod
    def all_of(
        cls,
        firms: Sequence[Enterprise],
        caller: Caller,
        titles: Sequence[HeldTitle],
        found_by: Mapping[str, str],
        regulation: Regulation,
    ) -> "list[ListedEnterprise]":
        held: dict[str, list[KnownTitle]] = {}
        for title in titles:
            held.setdefault(title.credit_code, []).append(KnownTitle.of(title, regulation))
        return [
            cls.model_validate(
                {
                    **_enterprise(firm, caller),
                    "titles": held.get(firm.credit_code, []),
                    "found_by": found_by.get(firm.credit_code),
                }
            )
            for firm in firms
        ]


class EnterpriseDetail(EnterpriseView):
    """A firm with all its names, the oldest first, and the years it has updated."""

    names: list[PastName]
    updated_years: dict[int, datetime]

    @classmethod
    def with_history(
        cls, firm: Enterprise, caller: Caller, names: list[Name], updates: dict[int, datetime]
    ) -> "EnterpriseDetail":
        return cls.model_validate(
            {
                **_enterprise(firm, caller),
                "names": [PastName.model_validate(name) for name in names],
                "updated_years": updates,
            }
        )


def _enterprise(firm: Enterprise, caller: Caller) -> dict[str, Any]:
    return {
        "credit_code": firm.credit_code,
        "version": firm.version,
        "name": firm.name,
        "authority": firm.authority,
        "registered_place": firm.registered_place,
        "contact": _contact(firm.contact, caller),
        "second_contact": _contact(firm.second_contact, caller),
        "registered_at": firm.registered_at,
    }


def _contact(contact: Mapping[str, Any] | None, caller: Caller) -> Mapping[str, Any] | None:
    if contact and caller.role is Role.OPERATOR:
        return {**contact, "mobile": masked(contact["mobile"]), "email": masked(contact["email"])}
    return contact


class DraftView(BaseModel):
    """A draft as it was saved, and what it still lacks for its submission."""

    duty_year: int
    version: int
    saved_at: datetime
    form: dict[str, Any]
    defects: list[Defect]

    @classmethod
    def of(cls, draft: UpdateDraft, defects: list[Defect]) -> "DraftView":
        return cls(
            duty_year=draft.duty_year, version=draft.version, saved_at=draft.saved_at, form=draft.form, defects=defects
        )


class TitleYear(BaseModel):
    """A duty year as one title judges it. `on_time` is None while nothing was submitted."""

    title: str
    title_name: str
    nominal_due: date
    due: date
    state: str
    on_time: bool | None
    submitted_at: datetime | None
    citation: Citation

    @classmethod
    def of(cls, answer: YearAnswer, title_name: str) -> "TitleYear":
        return cls(
            title=answer.title,
            title_name=title_name,
            nominal_due=answer.nominal_due,
            due=answer.due,
            state=answer.state,
            on_time=answer.on_time,
            submitted_at=answer.submitted_at,
            citation=Citation.model_validate(answer.basis),
        )


class FreshnessView(BaseModel):
    """A duty year of a firm for every title that asks for it, as of an instant."""

    credit_code: str
    year: int
    as_of: datetime
    titles: list[TitleYear]


class UpdateView(BaseModel):
    """A submitted annual update, without its form. `assisted`: an officer entered it from the signed paper form."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    credit_code: str
    duty_year: int
    submitted_at: datetime
    submitted_by_name: str
    signatory: str
    assisted: bool
    paper_reference: str | None
    enterprise_name: str


class UpdateDetail(UpdateView):
    """A submitted annual update with its form, and what it does for each title."""

    form: dict[str, Any]
    titles: list[TitleYear]

    @classmethod
    def of(cls, update: AnnualUpdate, titles: list[TitleYear]) -> "UpdateDetail":
        return cls.model_validate(
            {**UpdateView.model_validate(update).model_dump(), "form": update.form, "titles": titles}
        )


class UpdateCount(BaseModel):
    """How the firms of an authority stand that owe the update for a title; `firms` is the list behind the numbers.

    `citation` is what the effective date rests on: the rule, or the notice that moved it.

    `days_left` counts to the effective date, and is negative once that has passed.
    """

    authority: str
    authority_name: str
    title: str
    title_name: str
    nominal_due: date
    due: date
    days_left: int
    owing: int
    updated: int
    late: int
    not_updated: int
    citation: Citation
    firms: str


class UpdateStatistics(BaseModel):
    """Who has updated for a year, as it stood at an instant: in all, and by authority and title.

    A firm counts once for every title that asks for the update.
    """

    year: int
    as_of: datetime
    owing: int
    updated: int
    late: int
    not_updated: int
    items: list[UpdateCount]

    @classmethod
    def of(cls, year: int, as_of: datetime, counts: Sequence[Count], regulation: Regulation) -> "UpdateStatistics":
        today = shanghai_date(as_of)
        items = [
            UpdateCount(
                **{name: value for name, value in asdict(count).items() if name != "extended_by"},
                citation=Citation.model_validate(
                    basis_of(
                        KnownDuty(Title(count.title), year, count.nominal_due, count.due, count.extended_by), regulation
                    )
                ),
                authority_name=_authority_name(count.authority, regulation),
                title_name=regulation.title_name(Title(count.title)),
                days_left=(count.due - today).days,
                firms=f"/api/v1/update_statistics/firms?year={year}&authority={count.authority}&title={count.title}",
            )
            for count in counts
        ]
        return cls(
            year=year,
            as_of=as_of,
            owing=sum(count.owing for count in counts),
            updated=sum(count.updated for count in counts),
            late=sum(count.late for count in counts),
            not_updated=sum(count.not_updated for count in counts),
            items=items,
        )


class UpdateStandingView(BaseModel):
    """How one firm stands with the year's update for one title: `state` is updated, late or not_updated.

    `submitted_at` is the year's first submission; `last_year` and `last_at` tell of the firm's last one of any year.
    """

    credit_code: str
    name: str
    authority: str
    authority_name: str
    title: str
    title_name: str
    nominal_due: date
    due: date
    days_left: int
    state: UpdateStanding
    submitted_at: datetime | None
    contact_name: str | None
    contact_mobile: str | None
    last_year: int | None
    last_at: datetime | None

    @classmethod
    def of(cls, standing: Standing, as_of: datetime, regulation: Regulation) -> "UpdateStandingView":
        contact = standing.contact or {}
        return cls.model_validate(
            {
                **asdict(standing),
                "authority_name": _authority_name(standing.authority, regulation),
                "title_name": regulation.title_name(Title(standing.title)),
                "days_left": (standing.due - shanghai_date(as_of)).days,
                "contact_name": contact.get("name"),
                "contact_mobile": contact.get("mobile"),
            }
        )


def _authority_name(code: str, regulation: Regulation) -> str:
    authority = regulation.authorities.get(code)
    return authority.name if authority else code


class ExtensionView(BaseModel):
    """A deadline moved by the notice `source`, for titles, in some authorities or (null) in all.

    `nominal_due` is the rule's own date (the earliest of the titles'). `in_force` until it is withdrawn.
    """

    id: UUID
    version: int
    duty: str
    year: int
    titles: list[str]
    title_names: list[str]
    authorities: list[str] | None
    nominal_due: date
    due: date
    source: str
    in_force: bool
    declared_at: datetime
    declared_by_name: str
    withdrawn_at: datetime | None
    withdrawn_by_name: str | None
    withdrawal_reason: str | None
    citation: Citation

    @classmethod
    def of(cls, extension: DeadlineExtension, regulation: Regulation) -> "ExtensionView":
        titles = [Title(title) for title in extension.titles]
        ruled = [due.nominal for title in titles if (due := regulation.update_due(title, extension.year))]
        nominal = min(ruled, default=extension.due)
        basis = regulation.extension_basis(titles[0], extension.year, nominal, extension.due, extension.source)
        return cls(
            id=extension.id,
            version=extension.version,
            duty=extension.duty,
            year=extension.year,
            titles=extension.titles,
            title_names=[regulation.title_name(title) for title in titles],
            authorities=extension.authorities,
            nominal_due=nominal,
            due=extension.due,
            source=extension.source,
            in_force=extension.withdrawn_at is None,
            declared_at=extension.declared_at,
            declared_by_name=extension.declared_by_name,
            withdrawn_at=extension.withdrawn_at,
            withdrawn_by_name=extension.withdrawn_by_name,
            withdrawal_reason=extension.withdrawal_reason,
            citation=Citation.model_validate(basis),
        )


class MovedTitle(BaseModel):
    """A title whose update of a year a notice would move, and the rule's own date."""

    title: str
    title_name: str
    nominal_due: date


class ExtensionPreview(BaseModel):
    """What a notice would move from the rule's own dates to `due`."""

    titles: list[MovedTitle]
    due: date
    citation: Citation

    @classmethod
    def of(cls, form: Extension, titles: Sequence[Title], regulation: Regulation) -> "ExtensionPreview":
        moved = [
            MovedTitle(title=title, title_name=regulation.title_name(title), nominal_due=due.nominal)
            for title in titles
            if (due := regulation.update_due(title, form.year))
        ]
        basis = regulation.extension_basis(
            titles[0], form.year, min(each.nominal_due for each in moved), form.due, form.source
        )
        return cls(titles=moved, due=form.due, citation=Citation.model_validate(basis))


class CurrentExtension(BaseModel):
    """A notice in force as everybody may read it: which duty it moves, for whom, from which day to which.

    `authorities` null: for all. `nominal_due` is the rule's own date (the earliest of the titles').
    """

    id: UUID
    duty: str
    year: int
    titles: list[str]
    title_names: list[str]
    authorities: list[str] | None
    authority_names: list[str] | None
    nominal_due: date
    due: date
    source: str
    declared_at: datetime
    citation: Citation

    @classmethod
    def of(cls, extension: RuledExtension, regulation: Regulation) -> "CurrentExtension":
        titles = [title for title in Title if title in extension.titles]
        ruled = [due.nominal for title in titles if (due := regulation.update_due(title, extension.year))]
        nominal = min(ruled, default=extension.due)
        basis = regulation.extension_basis(titles[0], extension.year, nominal, extension.due, extension.source)
        codes = None if extension.authorities is None else sorted(extension.authorities)
        return cls.model_validate(
            {
                **{name: getattr(extension, name) for name in ("id", "duty", "year", "due", "source", "declared_at")},
                "titles": titles,
                "title_names": [regulation.title_name(title) for title in titles],
                "authorities": codes,
                "authority_names": None if codes is None else [_authority_name(code, regulation) for code in codes],
                "nominal_due": nominal,
                "citation": Citation.model_validate(basis),
            }
        )


class CurrentExtensions(BaseModel):
    """The notices in force, the newest first."""

    items: list[CurrentExtension]


class DelegationView(BaseModel):
    """A natural person who asks to act for a firm, or does. `in_force`: they act for it now.

    It runs out at the end of the day `until` by itself. `allowed` is what the caller can do to it now.
    """

    id: UUID
    version: int
    credit_code: str
    enterprise_name: str
    person: str
    person_name: str
    status: DelegationStatus
    in_force: bool
    statement: str
    requested_at: datetime
    until: date | None
    decided_at: datetime | None
    decided_by_name: str | None
    decision_reason: str | None
    ended_at: datetime | None
    ended_by_name: str | None
    end_reason: str | None
    allowed: list[Literal["decide", "end"]]

    @classmethod
    def of(cls, delegation: Delegation, firm: Enterprise, today: date, caller: Caller) -> "DelegationView":
        stored = (
            "id", "version", "credit_code", "person", "person_name", "status", "statement", "requested_at", "until",
            "decided_at", "decided_by_name", "decision_reason", "ended_at", "ended_by_name", "end_reason",
        )  # fmt: skip
        granted = delegation.status == DelegationStatus.GRANTED
        return cls.model_validate(
            {name: getattr(delegation, name) for name in stored}
            | {
                "enterprise_name": firm.name,
                "in_force": granted and (delegation.until is None or today <= delegation.until),
                "allowed": _allowed(delegation, caller),
            }
        )


def _allowed(delegation: Delegation, caller: Caller) -> list[str]:
    """What the firm's own account can do to a delegation, and what the person can."""
    decides = speaks_for(caller, delegation)
    found = ["decide"] if decides and delegation.status == DelegationStatus.REQUESTED else []
    alive = delegation.status in (DelegationStatus.REQUESTED, DelegationStatus.GRANTED)
    return [*found, "end"] if alive and (decides or delegation.person == caller.subject) else found


def speaks_for(caller: Caller, delegation: Delegation) -> bool:
    """Whether the account is the firm's own, which decides who acts for it."""
    return caller.account_type is AccountType.LEGAL_PERSON and caller.may_act_for(delegation.credit_code)
