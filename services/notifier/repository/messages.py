"""Messages: written once, let go when they say nothing new, sent after their firms."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifier import mailboxes
from services.notifier.models import Firm, Mail, Message, Obligation
from services.notifier.vocabulary import FOLLOW_UPS, Audience, MessageState, ObligationState, Reason

Row = dict[str, Any]

NOWHERE_TO = (Reason.NO_ADDRESS, Reason.ADDRESS_DEAD)
WAITING = or_(Message.state == MessageState.QUEUED, Message.reason.in_(NOWHERE_TO))
"""Not sent and not about to be, but may be."""


def seconds(value: float | ColumnElement[float]) -> ColumnElement[timedelta]:
    return func.make_interval(0, 0, 0, 0, 0, 0, value)


async def write(session: AsyncSession, rows: Sequence[Row]) -> None:
    """Write messages; those that were written before stay as they are.

    Nulls are written like other values, or rows that differ in theirs would go in statements of their own.
    """
    if rows:
        statement = insert(Message).on_conflict_do_nothing(constraint="messages_once")
        await session.execute(statement, rows, execution_options={"render_nulls": True})


async def write_digests(session: AsyncSession, rows: Sequence[Row], quiet: float, longest: float) -> None:
    """Write digests to go out in `quiet` seconds; those that wait go out later, but `longest` seconds after writing."""
    if not rows:
        return
    statement = insert(Message).values(next_try_at=func.now() + seconds(quiet))
    await session.execute(
        statement.on_conflict_do_update(
            constraint="messages_once",
            set_={"next_try_at": func.least(func.now() + seconds(quiet), Message.created_at + seconds(longest))},
            where=and_(Message.state == MessageState.QUEUED, Message.mail_id.is_(None)),
        ),
        rows,
    )


async def supersede(session: AsyncSession, chosen: Collection[tuple[str, str, str]]) -> None:
    """Let go of waiting messages of the same `(kind, about)` at another stage than the one now chosen."""
    if not chosen:
        return
    await session.execute(
        update(Message)
        .where(
            tuple_(Message.kind, Message.about).in_([(kind, about) for kind, about, _ in chosen]),
            tuple_(Message.kind, Message.about, Message.stage).not_in(list(chosen)),
            WAITING,
        )
        .values(state=MessageState.SUPPRESSED, reason=Reason.SUPERSEDED)
        .execution_options(synchronize_session=False)
    )


async def let_go(session: AsyncSession, obligations: Collection[UUID], reason: Reason) -> None:
    """Suppress what waits about obligations that are closed."""
    if obligations:
        await session.execute(
            update(Message)
            .where(Message.obligation_id.in_(obligations), WAITING)
            .values(state=MessageState.SUPPRESSED, reason=reason)
            .execution_options(synchronize_session=False)
        )


async def take_up(session: AsyncSession, obligations: Collection[UUID], now: datetime) -> None:
    """Let go out what was let go of obligations that are open again, unless a more urgent stage has come by `now`.

    What was left out of a mail that went out with other things stays so.
    """
    left = select(Mail.id).where(Mail.id == Message.mail_id, Mail.state == MessageState.SUPPRESSED)
    if obligations:
        await _bring_back(
            session,
            Message.obligation_id.in_(obligations),
            Message.audience == Audience.FIRM,
            Message.reason.in_([Reason.MET, Reason.MOVED, Reason.ENDED]),
            or_(Message.mail_id.is_(None), left.exists()),
            Obligation.id == Message.obligation_id,
            Obligation.stage == Message.stage,
            or_(Obligation.next_stage_at.is_(None), Obligation.next_stage_at > now),
        )


async def let_go_of(session: AsyncSession, about: Collection[str], reason: Reason) -> None:
    """Suppress what waits to tell officers of follow-ups that are closed."""
    if about:
        await session.execute(
            update(Message)
            .where(Message.kind.in_(list(FOLLOW_UPS.values())), Message.about.in_(about), WAITING)
            .values(state=MessageState.SUPPRESSED, reason=reason)
            .execution_options(synchronize_session=False)
        )


async def told_alike(session: AsyncSession, message: Message) -> Sequence[Message]:
    """A message and those that told the same to the same mailbox, locked: nobody else sends one anew meanwhile."""
    alike = (
        Message.kind == message.kind,
        Message.about == message.about,
        Message.stage == message.stage,
        Message.mailbox == message.mailbox,
    )
    await session.execute(select(Message.id).where(*alike).order_by(Message.id).with_for_update())
    found = select(Message).where(*alike).order_by(Message.id).execution_options(populate_existing=True)
    return (await session.scalars(found)).all()


async def readdress(session: AsyncSession, credit_codes: Collection[str]) -> None:
    """Let messages follow their firms: to their present authority, and on their way once there is another address.

    A second contact gets nothing that was told before there was one.
    """
    theirs = and_(Message.credit_code.in_(credit_codes), Firm.credit_code == Message.credit_code)
    first = Message.mailbox == literal(mailboxes.FIRM).concat(Firm.credit_code)
    second = Message.mailbox == literal(mailboxes.FIRM).concat(Firm.credit_code).concat(mailboxes.SECOND)
    await session.execute(
        update(Message)
        .where(theirs, Message.authority != Firm.authority)
        .values(authority=Firm.authority)
        .execution_options(synchronize_session=False)
    )
    unknown, dead = (Message.reason == each for each in NOWHERE_TO)
    for mailbox, reasons, address in (
        (first, or_(unknown, dead), Firm.contact_email),
        (second, dead, Firm.second_email),
    ):
        another = or_(unknown, func.lower(Message.recipient).is_distinct_from(func.lower(address)))
        await _bring_back(session, theirs, mailbox, reasons, another, address.is_not(None), recipient=address)


async def bring_back(session: AsyncSession, addresses: Collection[str]) -> None:
    """Let messages to these addresses, in lower case, go out after all: they are not dead."""
    if addresses:
        await _bring_back(session, Message.reason == Reason.ADDRESS_DEAD, func.lower(Message.recipient).in_(addresses))


async def _bring_back(session: AsyncSession, *conditions: ColumnElement[bool], **values: Any) -> None:
    """Queue messages that were suppressed; one that a mail carried before goes out in that mail, as if new."""
    returned = (
        update(Message)
        .where(*conditions)
        .values(state=MessageState.QUEUED, reason=None, next_try_at=func.now(), **values)
        .returning(Message.mail_id)
        .cte("returned")
    )
    await session.execute(
        update(Mail)
        .where(Mail.id == returned.c.mail_id, Mail.state == MessageState.SUPPRESSED)
        .values(state=MessageState.QUEUED, created_at=func.now(), next_try_at=func.now())
        .execution_options(synchronize_session=False)
    )


async def look_again(session: AsyncSession, mailbox: str, now: datetime) -> None:
    """Let what waits for a mailbox be looked at now: its hours are others, or it is nobody's any more."""
    await session.execute(
        update(Message)
        .where(Message.mailbox == mailbox, Message.state == MessageState.QUEUED, Message.mail_id.is_(None))
        .values(not_before=now)
        .execution_options(synchronize_session=False)
    )


@dataclass(frozen=True, slots=True)
class Listed:
    """A firm in a digest."""

    credit_code: str
    name: str


async def listed(
    session: AsyncSession, digests: Collection[tuple[str, str, date]]
) -> dict[tuple[str, str, date], list[Listed]]:
    """The firms that owe what each digest is about, `(authority, duty, due)`, by name."""
    found: dict[tuple[str, str, date], list[Listed]] = {}
    rows = await session.execute(
        select(Firm.authority, Obligation.duty, Obligation.due, Firm.credit_code, Firm.name)
        .join(Firm, Firm.credit_code == Obligation.credit_code)
        .where(
            tuple_(Firm.authority, Obligation.duty, Obligation.due).in_(list(digests)),
            Obligation.state == ObligationState.OPEN,
        )
        .order_by(Firm.name, Firm.credit_code)
    )
    for authority, duty, due, credit_code, name in rows:
        found.setdefault((authority, duty, due), []).append(Listed(credit_code, name))
    return found
