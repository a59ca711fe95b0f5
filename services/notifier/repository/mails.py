"""Mails: made of what waits for a mailbox, claimed for sending, marked with what became of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    DateTime,
    Float,
    Integer,
    Text,
    Uuid,
    and_,
    case,
    column,
    func,
    literal,
    select,
    update,
)
from sqlalchemy import insert as plain_insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifier.models import Mail, Message
from services.notifier.repository.messages import seconds
from services.notifier.vocabulary import MessageState, Reason

Row = dict[str, Any]

ON_THE_WAY = (MessageState.QUEUED, MessageState.SENDING)


async def ripe(session: AsyncSession, now: datetime, mailboxes: int, gather: float) -> Sequence[Message]:
    """All messages that may go out by `now` to the next mailboxes, locked; none of a mailbox that another one has.

    A mailbox is next when something has waited for it for `gather` seconds. The lock on it lasts until the transaction
    ends: what waits goes out in one mail, not in one from each replica.
    """
    waiting = and_(Message.state == MessageState.QUEUED, Message.mail_id.is_(None), Message.not_before <= now)
    next_ones = (
        select(Message.mailbox)
        .where(waiting, Message.next_try_at <= func.now() - seconds(gather))
        .order_by(Message.not_before, Message.id)
        .limit(mailboxes)
        .cte("next_ones")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    distinct = select(next_ones.c.mailbox).distinct().subquery()
    held = (
        select(distinct.c.mailbox)
        .where(func.pg_try_advisory_xact_lock(func.hashtextextended(distinct.c.mailbox, 0)))
        .cte("held")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    found = await session.scalars(
        select(Message)
        .join(held, held.c.mailbox == Message.mailbox)
        .where(waiting)
        .order_by(Message.id)
        .with_for_update(of=Message, skip_locked=True)
    )
    return found.all()


async def due_again(session: AsyncSession, limit: int, lease: float) -> Sequence[Mail]:
    """Mails that are to be tried again, or whose sender's lease has ended: the caller's for `lease` seconds."""
    ripe_again = (
        select(Mail.id)
        .where(Mail.state.in_(ON_THE_WAY), Mail.next_try_at <= func.now())
        .order_by(Mail.next_try_at, Mail.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("ripe_again")
    )
    claimed = await session.scalars(
        update(Mail)
        .where(Mail.id == ripe_again.c.id)
        .values(state=MessageState.SENDING, attempts=Mail.attempts + 1, next_try_at=func.now() + seconds(lease))
        .returning(Mail)
        .execution_options(synchronize_session=False)
    )
    return sorted(claimed, key=lambda mail: mail.id)


async def carried_by(session: AsyncSession, mails: Collection[UUID]) -> dict[UUID, list[Message]]:
    """The messages that each of these mails still carries."""
    carried: dict[UUID, list[Message]] = {}
    if mails:
        found = select(Message).where(Message.mail_id.in_(mails), Message.state.in_(ON_THE_WAY)).order_by(Message.id)
        for message in await session.scalars(found):
            assert message.mail_id is not None
            carried.setdefault(message.mail_id, []).append(message)
    return carried


async def add(session: AsyncSession, rows: Sequence[Row], lease: float) -> None:
    """Write new mails that are the caller's for `lease` seconds."""
    if rows:
        await session.execute(plain_insert(Mail).values(next_try_at=func.now() + seconds(lease)), rows)


async def rewrite(session: AsyncSession, rows: Sequence[Row]) -> None:
    """Set what each row names of the mail with its `id`; all rows name the same."""
    if rows:
        await session.execute(update(Mail), rows)


async def place(session: AsyncSession, rows: Sequence[Row]) -> None:
    """Set `state`, `reason`, `recipient`, `mail_id`, `template` and `not_before` of the messages with these ids."""
    if not rows:
        return
    texts = dict.fromkeys(("state", "reason", "recipient", "template"), Text())
    types = {"id": Uuid(), "mail_id": Uuid(), "not_before": DateTime(timezone=True), **texts}
    given = _table("placed", types, rows)
    await session.execute(
        update(Message)
        .where(Message.id == given.c.id)
        .values({name: given.c[name] for name in types if name != "id"})
        .execution_options(synchronize_session=False)
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a try, `attempt`, to send a mail.

    One that is `queued` again is tried in `wait` seconds; it has failed where it is too old for that.
    """

    mail_id: UUID
    attempt: int
    state: MessageState
    answer: str | None
    reason: Reason | None = None
    wait: float = 0


async def mark(session: AsyncSession, outcomes: Sequence[Outcome], given_up_after: float) -> set[UUID]:
    """Set what became of mails that are still the caller's, and of what they carry; which were.

    A mail older than `given_up_after` seconds is not tried again.
    """
    types = {"mail_id": Uuid, "attempt": Integer, "state": Text, "answer": Text, "reason": Text, "wait": Float}
    given = _table("outcomes", types, [asdict(each) for each in outcomes])
    given_up = and_(given.c.state == MessageState.QUEUED, Mail.created_at < func.now() - seconds(given_up_after))
    state = case((given_up, MessageState.FAILED.value), else_=given.c.state)
    marked = (
        update(Mail)
        .where(Mail.id == given.c.mail_id, Mail.attempts == given.c.attempt, Mail.state == MessageState.SENDING)
        .values(
            state=state,
            reason=case((given_up, Reason.GIVEN_UP.value), else_=given.c.reason),
            server_answer=given.c.answer,
            sent_at=case((given.c.state == MessageState.SENT, func.now())),
            next_try_at=func.now() + seconds(given.c.wait),
        )
        .returning(Mail.id, Mail.state, Mail.reason)
        .cte("marked")
    )
    carried = (
        update(Message)
        .where(Message.mail_id == marked.c.id, Message.state == MessageState.SENDING)
        .values(state=marked.c.state, reason=marked.c.reason)
        .returning(Message.mail_id)
        .execution_options(synchronize_session=False)
    )
    return {each for each in await session.scalars(carried) if each is not None}


async def put_back(session: AsyncSession, claimed: Sequence[Mail], wait: float) -> None:
    """Return claimed mails that were not tried; they may be claimed again in `wait` seconds."""
    rows = [{"mail_id": mail.id, "attempt": mail.attempts} for mail in claimed]
    given = _table("claimed", {"mail_id": Uuid, "attempt": Integer}, rows)
    returned = (
        update(Mail)
        .where(Mail.id == given.c.mail_id, Mail.attempts == given.c.attempt, Mail.state == MessageState.SENDING)
        .values(state=MessageState.QUEUED, attempts=Mail.attempts - 1, next_try_at=func.now() + seconds(wait))
        .returning(Mail.id)
        .cte("returned")
    )
    await session.execute(
        update(Message)
        .where(Message.mail_id == returned.c.id, Message.state == MessageState.SENDING)
        .values(state=MessageState.QUEUED)
        .execution_options(synchronize_session=False)
    )


def _table(name: str, types: Mapping[str, Any], rows: Sequence[Row]) -> Any:
    """`rows` as a table of one array for each column, so that the statement is the same for any number of them."""
    arrays = [literal([row[each] for row in rows], ARRAY(type_)) for each, type_ in types.items()]
    columns = [column(each, type_) for each, type_ in types.items()]
    return func.unnest(*arrays).table_valued(*columns, name=name).render_derived()
