"""Counts for measuring: of what is open or on its way, by partial indexes; never of all that there was."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Integer, cast, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifier.models import Mail, Message, Obligation
from services.notifier.repository.mails import ON_THE_WAY
from services.notifier.vocabulary import MessageState, ObligationState


async def open_obligations(session: AsyncSession, today: date, limits: Sequence[int]) -> dict[tuple[str, int], int]:
    """How many duties are open, by duty and by how many of the `limits` their days left have reached."""
    days_left = cast(Obligation.due - literal(today), Integer)
    reached = func.width_bucket(days_left, literal(list(limits), ARRAY(Integer)))
    rows = await session.execute(
        select(Obligation.duty, reached, func.count())
        .where(Obligation.state == ObligationState.OPEN)
        .group_by(Obligation.duty, reached)
    )
    return {(duty, place): count for duty, place, count in rows}


async def mails_on_the_way(session: AsyncSession) -> dict[str, int]:
    """How many mails there are of each state in which they still may go out."""
    rows = await session.execute(
        select(Mail.state, func.count()).where(Mail.state.in_(ON_THE_WAY)).group_by(Mail.state)
    )
    found = dict(rows.tuples().all())
    return {state.value: found.get(state.value, 0) for state in ON_THE_WAY}


async def unwritten(session: AsyncSession) -> int:
    """How many messages wait for the mail that is to carry them, those for quiet hours among them."""
    waiting = Message.state == MessageState.QUEUED, Message.mail_id.is_(None)
    return await session.scalar(select(func.count()).select_from(Message).where(*waiting)) or 0
