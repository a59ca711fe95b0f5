"""Firms that officers must reach by other means: opened once, raised, closed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal, or_, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from services.notifier.models import Firm, FollowUp, Mail, Message
from services.notifier.vocabulary import Audience, FollowUpKind, FollowUpState, Level

Row = dict[str, Any]

IS_OPEN = FollowUp.state == literal(FollowUpState.OPEN.value, literal_execute=True)


async def open_(session: AsyncSession, rows: Sequence[Row]) -> set[UUID]:
    """Open follow-ups, but those of which there is one; which were opened."""
    if not rows:
        return set()
    opened = await session.scalars(
        insert(FollowUp)
        .on_conflict_do_nothing(index_elements=[FollowUp.kind, FollowUp.about], index_where=text("state = 'open'"))
        .returning(FollowUp.id),
        sorted(rows, key=lambda row: str(row["about"])),  # one order for all, so that nobody waits in a circle
    )
    return set(opened)


async def known_to_officers(session: AsyncSession, obligations: Collection[UUID]) -> set[UUID]:
    """Which of these obligations have a follow-up that is open, or that an officer has dealt with."""
    found = await session.scalars(
        select(FollowUp.obligation_id).where(
            FollowUp.obligation_id.in_(obligations), FollowUp.state.in_([FollowUpState.OPEN, FollowUpState.RESOLVED])
        )
    )
    return {each for each in found if each is not None}


async def escalating(session: AsyncSession, now: datetime, limit: int) -> Sequence[FollowUp]:
    """Open follow-ups that come to the bureau by now; locked, and none that others hold."""
    found = await session.scalars(
        select(FollowUp)
        .where(IS_OPEN, FollowUp.escalates_at <= now)
        .order_by(FollowUp.escalates_at, FollowUp.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return found.all()


async def raise_(session: AsyncSession, ids: Collection[UUID]) -> None:
    """Put follow-ups on the bureau's list."""
    await session.execute(
        update(FollowUp)
        .where(FollowUp.id.in_(ids))
        .values(level=Level.BUREAU, escalates_at=None)
        .execution_options(synchronize_session=False)
    )


async def close(session: AsyncSession, obligations: Collection[UUID], state: FollowUpState, now: datetime) -> None:
    """Close the follow-ups of obligations that are not open any more."""
    if obligations:
        await session.execute(
            update(FollowUp)
            .where(FollowUp.obligation_id.in_(obligations), IS_OPEN)
            .values(state=state, closed_at=now, escalates_at=None)
            .execution_options(synchronize_session=False)
        )


async def follow_firms(session: AsyncSession, credit_codes: Collection[str]) -> None:
    """Let open follow-ups go with their firms to another authority."""
    await session.execute(
        update(FollowUp)
        .where(
            FollowUp.credit_code.in_(credit_codes),
            Firm.credit_code == FollowUp.credit_code,
            FollowUp.authority != Firm.authority,
            IS_OPEN,
        )
        .values(authority=Firm.authority)
        .execution_options(synchronize_session=False)
    )


async def unreached_of(session: AsyncSession, credit_codes: Collection[str]) -> Sequence[FollowUp]:
    """Open follow-ups about addresses that took no mail and that these firms do not have any more; locked."""
    found = await session.scalars(
        select(FollowUp)
        .join(Firm, Firm.credit_code == FollowUp.credit_code)
        .where(
            FollowUp.credit_code.in_(credit_codes),
            FollowUp.kind.in_([FollowUpKind.BAD_ADDRESS, FollowUpKind.UNDELIVERED]),
            IS_OPEN,
            FollowUp.about.is_distinct_from(func.lower(Firm.contact_email)),
            FollowUp.about.is_distinct_from(func.lower(Firm.second_email)),
        )
        .order_by(FollowUp.id)
        .with_for_update(of=FollowUp)
    )
    return found.all()


async def firms_at(session: AsyncSession, addresses: Collection[str]) -> Mapping[str, Firm]:
    """A firm for each of these addresses, in lower case, that is some firm's contact."""
    found = await session.scalars(
        select(Firm)
        .where(or_(func.lower(Firm.contact_email).in_(addresses), func.lower(Firm.second_email).in_(addresses)))
        .order_by(Firm.credit_code)
    )
    return {each.lower(): firm for firm in found for each in (firm.contact_email, firm.second_email) if each}


async def dead(session: AsyncSession, addresses: Collection[str]) -> set[str]:
    """Which of these addresses nothing is sent to, in lower case."""
    if not addresses:
        return set()
    about = {address.lower() for address in addresses}
    found = await session.scalars(
        select(FollowUp.about).where(FollowUp.kind == FollowUpKind.BAD_ADDRESS, FollowUp.about.in_(about), IS_OPEN)
    )
    return set(found)


async def held(session: AsyncSession, follow_up_id: UUID) -> FollowUp | None:
    """The follow-up, locked until the transaction ends."""
    return await session.get(FollowUp, follow_up_id, with_for_update=True)


async def listed(
    session: AsyncSession,
    reach: ColumnElement[bool],
    *,
    filters: Mapping[str, Any],
    before: UUID | None,
    limit: int,
) -> Sequence[tuple[FollowUp, Firm | None]]:
    """Follow-ups with their firms, the newest first; `filters` maps columns to what they equal, None for anything."""
    query = (
        select(FollowUp, Firm)
        .outerjoin(Firm, Firm.credit_code == FollowUp.credit_code)
        .where(reach, *(getattr(FollowUp, name) == value for name, value in filters.items() if value is not None))
        .order_by(FollowUp.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(FollowUp.id < before)
    return [(follow_up, firm) for follow_up, firm in await session.execute(query)]


@dataclass(frozen=True, slots=True)
class Sent:
    """How many messages went out, and when the last one did, in real time."""

    count: int = 0
    last_at: datetime | None = None


async def sent(session: AsyncSession, follow_ups: Collection[FollowUp]) -> dict[UUID, Sent]:
    """What had gone out: to the firm about the duty, or to the address."""
    found = await _sent(session, [Message.obligation_id], {key for each in follow_ups if len(key := _key(each)) == 1})
    found |= await _sent(
        session,
        [Message.credit_code, func.lower(Message.recipient)],
        {key for each in follow_ups if len(key := _key(each)) > 1},
    )
    return {each.id: found.get(_key(each), Sent()) for each in follow_ups}


def _key(follow_up: FollowUp) -> tuple[Any, ...]:
    if follow_up.obligation_id is not None:
        return (follow_up.obligation_id,)
    return follow_up.credit_code, follow_up.about


async def _sent(
    session: AsyncSession,
    columns: Sequence[InstrumentedAttribute[Any] | ColumnElement[Any]],
    keys: Collection[tuple[Any, ...]],
) -> dict[tuple[Any, ...], Sent]:
    if not keys:
        return {}
    rows = await session.execute(
        select(*columns, func.count(), func.max(Mail.sent_at))
        .join(Mail, Mail.id == Message.mail_id)
        .where(tuple_(*columns).in_(keys), Message.audience == Audience.FIRM, Mail.sent_at.is_not(None))
        .group_by(*columns)
    )
    return {tuple(key): Sent(count, last) for *key, count, last in rows}
