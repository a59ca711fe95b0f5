"""Messages: written once, claimed for sending, marked with what became of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifier.models import Firm, Message, Obligation
from services.notifier.vocabulary import MessageState, ObligationState, Reason

Row = dict[str, Any]

WAITING = or_(Message.state == MessageState.QUEUED, Message.reason == Reason.NO_ADDRESS)
"""Not sent and not about to be, but may be."""


def seconds(value: float) -> ColumnElement[timedelta]:
    return func.make_interval(0, 0, 0, 0, 0, 0, value)


async def write(session: AsyncSession, rows: Sequence[Row]) -> None:
    """Write messages; those that were written before stay as they are."""
    if rows:
        await session.execute(insert(Message).on_conflict_do_nothing(constraint="messages_once"), rows)


async def write_digests(session: AsyncSession, rows: Sequence[Row], quiet: float, longest: float) -> None:
    """Write digests to go out in `quiet` seconds; those that wait go out later, but `longest` seconds after writing."""
    if not rows:
        return
    statement = insert(Message).values(next_try_at=func.now() + seconds(quiet))
    await session.execute(
        statement.on_conflict_do_update(
            constraint="messages_once",
            set_={"next_try_at": func.least(func.now() + seconds(quiet), Message.created_at + seconds(longest))},
            where=and_(Message.state == MessageState.QUEUED, Message.attempts == 0),
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


async def readdress(session: AsyncSession, credit_codes: Collection[str]) -> None:
    """Let messages follow their firms: to their present authority, and on their way once there is an address."""
    theirs = and_(Message.credit_code.in_(credit_codes), Firm.credit_code == Message.credit_code)
    await session.execute(
        update(Message)
        .where(theirs, Message.authority != Firm.authority)
        .values(authority=Firm.authority)
        .execution_options(synchronize_session=False)
    )
    await session.execute(
        update(Message)
        .where(theirs, Message.reason == Reason.NO_ADDRESS, Firm.contact_email.is_not(None))
        .values(state=MessageState.QUEUED, reason=None, recipient=Firm.contact_email, next_try_at=func.now())
        .execution_options(synchronize_session=False)
    )


async def claim(session: AsyncSession, limit: int, lease: float) -> Sequence[Message]:
    """Messages that are to be sent, or whose sender's lease has ended: the caller's for `lease` seconds."""
    ripe = (
        select(Message.id)
        .where(Message.state.in_([MessageState.QUEUED, MessageState.SENDING]), Message.next_try_at <= func.now())
        .order_by(Message.next_try_at, Message.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("ripe")
    )
    claimed = await session.scalars(
        update(Message)
        .where(Message.id == ripe.c.id)
        .values(state=MessageState.SENDING, attempts=Message.attempts + 1, next_try_at=func.now() + seconds(lease))
        .returning(Message)
        .execution_options(synchronize_session=False)
    )
    return sorted(claimed, key=lambda message: message.id)


async def mark(session: AsyncSession, message_id: UUID, attempt: int, **values: Any) -> bool:
    """Set `values` on a message that is still the caller's, by its `attempt`; whether it was."""
    marked = await session.scalar(
        update(Message)
        .where(Message.id == message_id, Message.state == MessageState.SENDING, Message.attempts == attempt)
        .values(**values)
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    )
    return marked is not None


async def retry(session: AsyncSession, message_id: UUID, attempt: int, wait: float, days: float, answer: str) -> None:
    """Let a message that was refused for now be tried again in `wait` seconds; after `days` it has failed."""
    given_up = Message.created_at < func.now() - seconds(days * 86400)
    await mark(
        session,
        message_id,
        attempt,
        state=case((given_up, MessageState.FAILED), else_=MessageState.QUEUED),
        reason=case((given_up, Reason.GIVEN_UP)),
        next_try_at=func.now() + seconds(wait),
        server_answer=answer,
    )


async def put_back(session: AsyncSession, claimed: Collection[Message]) -> None:
    """Return claimed messages that were not tried; they may be claimed again at once."""
    await session.execute(
        update(Message)
        .where(
            tuple_(Message.id, Message.attempts).in_([(message.id, message.attempts) for message in claimed]),
            Message.state == MessageState.SENDING,
        )
        .values(state=MessageState.QUEUED, attempts=Message.attempts - 1, next_try_at=func.now())
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
