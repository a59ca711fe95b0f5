"""SQL on delegations."""

from uuid import UUID

from sqlalchemy import ColumnElement, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.profile.models import IS_ALIVE, Delegation, Enterprise
from services.profile.vocabulary import DelegationStatus

Found = tuple[Delegation, Enterprise]


async def delegation(session: AsyncSession, delegation_id: UUID, *, lock: bool = False) -> Found | None:
    """A delegation and its firm; with `lock`, the firm and then the delegation are held until the transaction ends."""
    query = select(Delegation, Enterprise).join(Enterprise, Enterprise.credit_code == Delegation.credit_code)
    query = query.where(Delegation.id == delegation_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = (await session.execute(query)).first()
    return (row[0], row[1]) if row else None


async def alive(session: AsyncSession, credit_code: str, person: str) -> Delegation | None:
    """The one that a person asked of a firm, or has from it, and that was not refused or ended."""
    query = select(Delegation).where(Delegation.credit_code == credit_code, Delegation.person == person, text(IS_ALIVE))
    return await session.scalar(query.with_for_update())


async def delegations(
    session: AsyncSession,
    reach: ColumnElement[bool],
    *,
    credit_code: str | None,
    status: DelegationStatus | None,
    before: UUID | None,
    limit: int,
) -> list[Found]:
    """Delegations, the newest first."""
    query = select(Delegation, Enterprise).join(Enterprise, Enterprise.credit_code == Delegation.credit_code)
    query = query.where(reach).order_by(Delegation.id.desc()).limit(limit)
    if credit_code is not None:
        query = query.where(Delegation.credit_code == credit_code)
    if status is not None:
        query = query.where(Delegation.status == status)
    if before is not None:
        query = query.where(Delegation.id < before)
    return [(row[0], row[1]) for row in await session.execute(query)]
