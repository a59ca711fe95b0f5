"""What mailboxes were told of dates for their calendars, and the dates that are owed now."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifier.models import CalendarEntry, Mail, Obligation
from services.notifier.vocabulary import MessageState, ObligationState

Row = dict[str, Any]

LOST = (MessageState.SUPPRESSED, MessageState.FAILED, "bounced")
"""What became of a mail that did not get there."""


KEEP = text("""
    INSERT INTO calendar_entries (mailbox, uid, sequence, due, cancelled, mail_id)
    SELECT * FROM unnest(
        :mailbox ::text[], :uid ::text[], :sequence ::int[], :due ::date[], :cancelled ::bool[], :mail_id ::uuid[]
    )
    ON CONFLICT (mailbox, uid) DO UPDATE SET sequence = excluded.sequence, due = excluded.due,
        cancelled = excluded.cancelled, mail_id = excluded.mail_id
""")


@dataclass(frozen=True, slots=True)
class Owed:
    """An open obligation, as far as a calendar tells it."""

    credit_code: str
    duty: str
    subject: str
    year: int | None
    due: date
    facts: dict[str, Any]
    citation: dict[str, Any]


async def published(session: AsyncSession, mailboxes: Collection[str]) -> Sequence[tuple[CalendarEntry, bool]]:
    """All that these mailboxes were told, and whether the mail that told it did not get there."""
    rows = await session.execute(
        select(CalendarEntry, Mail.state.in_(LOST))
        .join(Mail, Mail.id == CalendarEntry.mail_id)
        .where(CalendarEntry.mailbox.in_(mailboxes))
    )
    return [(entry, lost) for entry, lost in rows]


async def owed(session: AsyncSession, credit_codes: Collection[str]) -> Sequence[Owed]:
    """What these firms owe."""
    columns = [getattr(Obligation, name) for name in Owed.__dataclass_fields__]
    rows = await session.execute(
        select(*columns).where(Obligation.credit_code.in_(credit_codes), Obligation.state == ObligationState.OPEN)
    )
    return [Owed(*row) for row in rows]


async def keep(session: AsyncSession, rows: Sequence[Row]) -> None:
    """Note what mailboxes are told now."""
    if rows:
        await session.execute(KEEP, {name: [row[name] for row in rows] for name in rows[0]})
