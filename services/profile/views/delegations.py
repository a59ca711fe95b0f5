"""What is answered about who acts for a firm."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from services.profile.models import (
    Delegation,
    Enterprise,
)
from services.profile.vocabulary import DelegationStatus
from shared.web.caller import AccountType, Caller


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
