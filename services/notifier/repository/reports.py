"""Delivery reports: kept once, and what they make of the mails that they are about."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifier.models import DeliveryReport, Mail, Message
from services.notifier.vocabulary import MessageState

Row = dict[str, Any]


async def mails(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Mail]:
    """The mails with these ids, locked."""
    found = await session.scalars(select(Mail).where(Mail.id.in_(ids)).order_by(Mail.id).with_for_update())
    return {mail.id: mail for mail in found}


async def carried(session: AsyncSession, mail_ids: Collection[UUID]) -> dict[UUID, Message]:
    """A message of each mail: whose mailbox it is."""
    query = select(Message).where(Message.mail_id.in_(mail_ids)).order_by(Message.mail_id, Message.id)
    found = await session.scalars(query.ext(distinct_on(Message.mail_id)))
    return {each.mail_id: each for each in found if each.mail_id}


async def keep(session: AsyncSession, rows: Sequence[Row]) -> set[UUID]:
    """Keep reports that are not kept yet; the ids of those."""
    statement = insert(DeliveryReport).values(list(rows)).on_conflict_do_nothing(index_elements=[DeliveryReport.id])
    return set(await session.scalars(statement.returning(DeliveryReport.id)))


async def conclude(session: AsyncSession, mail: Mail, state: MessageState) -> None:
    """Let a mail, and what it carries, be in `state`; it was taken by its server, whatever was heard of that."""
    concluded = (
        update(Mail)
        .where(Mail.id == mail.id)
        .values(state=state, reason=None, sent_at=func.coalesce(Mail.sent_at, func.now()))
        .returning(Mail.id)
        .cte("concluded")
    )
    await session.execute(
        update(Message)
        .where(Message.mail_id == concluded.c.id, Message.state == mail.state)
        .values(state=state, reason=None)
        .execution_options(synchronize_session=False)
    )


async def of_mails(session: AsyncSession, mail_ids: Collection[UUID]) -> dict[UUID, list[DeliveryReport]]:
    """The reports on each of these mails, in the order in which they came."""
    found: dict[UUID, list[DeliveryReport]] = {}
    if mail_ids:
        query = select(DeliveryReport).where(DeliveryReport.mail_id.in_(mail_ids))
        for report in await session.scalars(query.order_by(DeliveryReport.received_at, DeliveryReport.id)):
            assert report.mail_id is not None
            found.setdefault(report.mail_id, []).append(report)
    return found
