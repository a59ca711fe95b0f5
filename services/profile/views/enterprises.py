"""What is answered about firms."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.profile.models import (
    Enterprise,
    HeldTitle,
    Name,
)
from shared.contracts import Contact
from shared.regulation import Regulation, Title
from shared.runtime.logs import masked
from shared.web.caller import Caller, Role


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
