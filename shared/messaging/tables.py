"""The tables of messaging, in every service's own database."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import DateTime, Index, LargeBinary, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.runtime.database import Infrastructure


class OutboxRow(Infrastructure):
    """An event that was committed and is not yet confirmed by the bus. Confirmed rows are deleted."""

    __tablename__ = "outbox"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    type: Mapped[str] = mapped_column(Text)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    attempts: Mapped[int] = mapped_column(server_default="0")
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    next_try_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class InboxRow(Infrastructure):
    """An event whose effect is committed."""

    __tablename__ = "inbox"

    consumer: Mapped[str] = mapped_column(Text, primary_key=True)
    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class FailedState(StrEnum):
    """`waiting` for its next try; `dead` after the last one, or because none can help; `discarded` by an operator."""

    WAITING = "waiting"
    DEAD = "dead"
    DISCARDED = "discarded"


class FailedMessage(Infrastructure):
    """A message that a handler could not take, whole, with the error and its next try.

    `acted_at` and `acted_by_name` tell of the operator who last replayed or discarded it, `reason` why the latter.
    """

    __tablename__ = "failed_messages"
    __table_args__ = (
        Index("failed_messages_due", "next_try_at", postgresql_where=text("state = 'waiting'")),
        Index("failed_messages_by_error", "state", "error_kind"),
        Index("failed_messages_open", "error_kind", "type", "event_id", postgresql_where=text("state <> 'discarded'")),
    )

    consumer: Mapped[str] = mapped_column(Text, primary_key=True)
    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    type: Mapped[str | None] = mapped_column(Text)
    subject: Mapped[str | None] = mapped_column(Text)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(Text)
    error_kind: Mapped[str] = mapped_column(Text)
    error: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int]
    first_failed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    next_try_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    acted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    acted_by_name: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
