"""Natural persons who act for firms by their firms' word (授权): every service keeps who they are.

The profile service owns delegations; the others learn of them by events. A person whose delegation was ended, or whose
last day has passed, acts for nobody by it.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Index, Text, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from shared.contracts import DelegationEnded, DelegationGranted, DelegationState
from shared.messaging import Event, Handlers, Work, newest
from shared.messaging.copies import Copy, keep_states, selected
from shared.runtime.database import Infrastructure


class DelegatedPerson(Infrastructure):
    """A copy of a delegation at `version`: for whom `person`, an account's subject, acts, and through which day."""

    __tablename__ = "delegated_persons"
    __table_args__ = (Index("delegated_persons_by_person", "person"),)

    delegation_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    person: Mapped[str] = mapped_column(Text)
    credit_code: Mapped[str] = mapped_column(Text)
    until: Mapped[date | None]
    ended: Mapped[bool]


async def keep(session: AsyncSession, states: Iterable[DelegationState], *, anew: bool = False) -> None:
    """Keep delegations' states unless a newer one is kept; with `anew` at the version that is kept too."""
    rows = [
        {
            "delegation_id": state.delegation_id,
            "version": state.version,
            "person": state.person,
            "credit_code": state.credit_code,
            "until": state.until,
            "ended": state.ended_at is not None,
        }
        for state in newest(states, lambda state: state.delegation_id)
    ]
    await keep_states(session, DelegatedPerson, rows, anew=anew)


async def firms_of(session: AsyncSession, person: str, today: date) -> frozenset[str]:
    """The credit codes of the firms that a natural person acts for by delegation on a day."""
    rows = await session.scalars(
        select(DelegatedPerson.credit_code).where(
            DelegatedPerson.person == person,
            DelegatedPerson.ended.is_(False),
            or_(DelegatedPerson.until.is_(None), DelegatedPerson.until >= today),
        )
    )
    return frozenset(rows)


def keep_delegations(handlers: Handlers) -> None:
    """Let a service's handlers keep who acts for firms."""

    @handlers.together(DelegationGranted, DelegationEnded)
    async def on_delegations(work: Work, events: Sequence[Event[DelegationGranted | DelegationEnded]]) -> None:
        await keep(work.session, (event.data.delegation for event in events))


async def _take(work: Work, states: Sequence[DelegationState]) -> None:
    await keep(work.session, states, anew=True)


def delegations_kept(
    take: Callable[[Work, Sequence[DelegationState]], Awaitable[None]] = _take,
) -> Copy[DelegationState]:
    """The copy of delegations that a service keeps, to be compared with their owner's."""
    kept = DelegatedPerson
    rows = selected(kept.delegation_id, kept.credit_code, kept.person, kept.until, kept.ended)
    return Copy("delegations", kept.delegation_id, rows, take)
