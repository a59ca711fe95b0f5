"""Attachments of reports."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.changes.models import Attachment


async def attachments(session: AsyncSession, report_id: UUID) -> Sequence[Attachment]:
    """What is attached to a report, the oldest first."""
    query = select(Attachment).where(Attachment.report_id == report_id).order_by(Attachment.id)
    return (await session.scalars(query)).all()


async def attachment(session: AsyncSession, report_id: UUID, attachment_id: UUID) -> Attachment | None:
    return await session.scalar(
        select(Attachment).where(Attachment.id == attachment_id, Attachment.report_id == report_id)
    )
