"""What is read by API: obligations, messages and events, page by page."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, not_, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifier.models import Firm, HeardEvent, Mail, Message, Obligation
from services.notifier.vocabulary import ObligationState

Posted = tuple[Message, Mail | None]


async def authority_of(session: AsyncSession, credit_code: str) -> str | None:
    """The reviewing authority of a firm; None where the firm is not known."""
    return await session.scalar(select(Firm.authority).where(Firm.credit_code == credit_code))


async def obligations(
    session: AsyncSession,
    reach: ColumnElement[bool],
    *,
    filters: Mapping[str, Any],
    authority: str | None,
    due_from: date | None,
    due_to: date | None,
    overdue: bool | None,
    today: date,
    after: tuple[date, UUID] | None,
    limit: int,
) -> Sequence[tuple[Obligation, Firm]]:
    """Obligations with their firms, by due date; `filters` maps columns to what they equal, None for anything."""
    query = (
        select(Obligation, Firm)
        .join(Firm, Firm.credit_code == Obligation.credit_code)
        .where(reach, *_equal(Obligation, filters))
        .order_by(Obligation.due, Obligation.id)
        .limit(limit)
    )
    if authority is not None:
        query = query.where(Firm.authority == authority)
    if due_from is not None:
        query = query.where(Obligation.due >= due_from)
    if due_to is not None:
        query = query.where(Obligation.due <= due_to)
    if overdue is not None:
        is_overdue = and_(Obligation.state == ObligationState.OPEN, Obligation.due < today)
        query = query.where(is_overdue if overdue else not_(is_overdue))
    if after is not None:
        query = query.where(tuple_(Obligation.due, Obligation.id) > after)
    return [(obligation, firm) for obligation, firm in await session.execute(query)]


async def messages(
    session: AsyncSession,
    reach: ColumnElement[bool],
    *,
    filters: Mapping[str, Any],
    kinds: Collection[str] | None = None,
    at_from: datetime | None = None,
    at_until: datetime | None = None,
    before: UUID | None,
    limit: int,
) -> Sequence[Posted]:
    """Messages with the mails that carry them, the newest first."""
    query = _posted(reach, *_equal(Message, filters)).order_by(Message.id.desc()).limit(limit)
    if kinds is not None:
        query = query.where(Message.kind.in_(kinds))
    if at_from is not None:
        query = query.where(Message.at >= at_from)
    if at_until is not None:
        query = query.where(Message.at < at_until)
    if before is not None:
        query = query.where(Message.id < before)
    return [(message, mail) for message, mail in await session.execute(query)]


async def message(session: AsyncSession, reach: ColumnElement[bool], message_id: UUID) -> Posted | None:
    found = (await session.execute(_posted(reach, Message.id == message_id))).one_or_none()
    return None if found is None else (found[0], found[1])


async def companions(session: AsyncSession, reach: ColumnElement[bool], message: Message) -> Sequence[Message]:
    """The other messages that a message's mail carries, within the same reach."""
    if message.mail_id is None:
        return ()
    query = select(Message).where(reach, Message.mail_id == message.mail_id, Message.id != message.id)
    return (await session.scalars(query.order_by(Message.id))).all()


def _posted(*conditions: ColumnElement[bool]) -> Select[Message, Mail | None]:
    return select(Message, Mail).outerjoin(Mail, Mail.id == Message.mail_id).where(*conditions)


async def events(
    session: AsyncSession, credit_code: str, *, without: Collection[str], after: UUID | None, limit: int
) -> Sequence[HeardEvent]:
    """What was heard of a firm, in the order in which it was told."""
    query = select(HeardEvent).where(HeardEvent.credit_code == credit_code).order_by(HeardEvent.id).limit(limit)
    if without:
        query = query.where(HeardEvent.type.not_in(without))
    if after is not None:
        query = query.where(HeardEvent.id > after)
    return (await session.scalars(query)).all()


async def timeline(
    session: AsyncSession,
    reach: ColumnElement[bool],
    *,
    credit_code: str | None,
    case: UUID | None,
    certification_id: UUID | None,
    without: Collection[str],
    after: tuple[datetime, UUID] | None,
    newest_first: bool,
    limit: int,
) -> Sequence[HeardEvent]:
    """What happened to a firm or in a case, by business time. A title's cases are its reviews too."""
    place = tuple_(HeardEvent.at, HeardEvent.id)
    order = (HeardEvent.at.desc(), HeardEvent.id.desc()) if newest_first else (HeardEvent.at, HeardEvent.id)
    query = (
        select(HeardEvent)
        .outerjoin(Firm, Firm.credit_code == HeardEvent.credit_code)
        .where(reach)
        .order_by(*order)
        .limit(limit)
    )
    if credit_code is not None:
        query = query.where(HeardEvent.credit_code == credit_code)
    if case is not None:
        query = query.where(or_(HeardEvent.case_id == case, HeardEvent.certification_id == case))
    if certification_id is not None:
        query = query.where(HeardEvent.certification_id == certification_id)
    if without:
        query = query.where(HeardEvent.type.not_in(without))
    if after is not None:
        query = query.where(place < after if newest_first else place > after)
    return (await session.scalars(query)).all()


def _equal(table: type[Obligation | Message], filters: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    return [getattr(table, name) == value for name, value in filters.items() if value is not None]
