"""Rows of messages, the same for everything that writes some."""

from datetime import date
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuid7s

from services.notifier import mailboxes
from services.notifier.models import Firm
from services.notifier.vocabulary import Audience, Kind, MessageState, Reason
from shared.messaging import Work

Row = dict[str, Any]


def to_firm(
    work: Work,
    firm: Firm,
    kind: Kind,
    about: str,
    facts: Row,
    *,
    stage: str = "",
    obligation_id: UUID | None = None,
    due: date | None = None,
) -> Row:
    """A message to a firm's contact; without an address it waits until one is known."""
    return {
        **_row(work, kind, about, Audience.FIRM, firm.authority, facts, stage, due),
        "mailbox": mailboxes.firm(firm.credit_code),
        "credit_code": firm.credit_code,
        "recipient": firm.contact_email,
        "obligation_id": obligation_id,
        "state": MessageState.QUEUED if firm.contact_email else MessageState.SUPPRESSED,
        "reason": None if firm.contact_email else Reason.NO_ADDRESS,
    }


def to_officers(
    work: Work, authority: str, kind: Kind, about: str, facts: Row, *, stage: str = "", due: date | None = None
) -> Row:
    """A message to an authority's officers; the settings of who sends it know their address."""
    return {
        **_row(work, kind, about, Audience.OFFICERS, authority, facts, stage, due),
        "mailbox": mailboxes.office(authority),
        "credit_code": None,
        "recipient": None,
        "obligation_id": None,
        "state": MessageState.QUEUED,
        "reason": None,
    }


def _row(
    work: Work, kind: Kind, about: str, audience: Audience, authority: str, facts: Row, stage: str, due: date | None
) -> Row:
    return {
        "id": uuid7s.uuid7(),
        "kind": kind,
        "about": about,
        "stage": stage,
        "audience": audience,
        "authority": authority,
        "due": due,
        "facts": facts,
        "at": work.now(),
        "not_before": work.now(),
    }
