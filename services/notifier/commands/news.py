"""Rows of messages, the same for everything that writes some: one for each mailbox that is told."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuid7s

from services.notifier import mailboxes
from services.notifier.domain import second_address, wanting
from services.notifier.models import Firm, Obligation, Subscription
from services.notifier.repository import subscriptions
from services.notifier.vocabulary import Audience, Kind, MessageState, Reason
from shared.messaging import Work
from shared.runtime.acting import act_on
from shared.runtime.tracing import traceparent

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
) -> list[Row]:
    """Messages to a firm's contacts: to the first, which waits for an address where none is known; to a second one."""
    named = {"credit_code": firm.credit_code, "enterprise_name": firm.name, **facts}
    common = _row(work, kind, about, named, stage, due) | {
        "audience": Audience.FIRM,
        "authority": firm.authority,
        "credit_code": firm.credit_code,
        "obligation_id": obligation_id,
    }
    first = common | {"mailbox": mailboxes.firm(firm.credit_code), "recipient": firm.contact_email}
    if firm.contact_email is None:
        first |= {"state": MessageState.SUPPRESSED, "reason": Reason.NO_ADDRESS}
    if (address := second_address(firm)) is None:
        return [first]
    return [first, common | {"id": uuid7s.uuid7(), "mailbox": mailboxes.second(firm.credit_code), "recipient": address}]


async def subscribers(work: Work, offices: Collection[str]) -> Sequence[Subscription]:
    """Who subscribes to what these offices are told: their own officers, and the bureau's."""
    return await subscriptions.in_force_of(work.session, {*offices, work.regulation.bureau.code}) if offices else ()


def to_officers(
    work: Work,
    office: str,
    subscribed: Iterable[Subscription],
    kind: Kind,
    about: str,
    facts: Row,
    *,
    stage: str = "",
    due: date | None = None,
) -> list[Row]:
    """Messages to an office's officers: to their common mailbox, and to those of `subscribed` who want to be told.

    A subscriber's belongs to the office that subscribed; `facts` keep the authority that it is about.
    """
    common = _row(work, kind, about, facts, stage, due) | {
        "audience": Audience.OFFICERS,
        "credit_code": None,
        "recipient": None,
        "obligation_id": None,
    }
    rows = [common | {"mailbox": mailboxes.office(office), "authority": office}]
    for each in wanting(subscribed, office, work.regulation.bureau.code, kind):
        mailbox = mailboxes.subscription(each.id)
        rows.append(common | {"id": uuid7s.uuid7(), "mailbox": mailbox, "authority": each.authority})
    return rows


def facts_of(obligation: Obligation) -> Row:
    """What is told of a duty."""
    return {
        "duty": obligation.duty,
        "year": obligation.year,
        "nominal_due": obligation.nominal_due.isoformat(),
        "due": obligation.due.isoformat(),
        "citation": obligation.citation,
        **obligation.facts,
    }


def _row(work: Work, kind: Kind, about: str, facts: Row, stage: str, due: date | None) -> Row:
    return {
        "id": uuid7s.uuid7(),
        "kind": kind,
        "about": about,
        "stage": stage,
        "due": due,
        "facts": facts,
        "state": MessageState.QUEUED,
        "reason": None,
        "at": work.now(),
        "not_before": work.now(),
        "traceparent": act_on(facts.get("credit_code", "")).traceparent or traceparent.get(),
    }
