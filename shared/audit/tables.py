"""The tables of the record, in every service's own database."""

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, Identity, Index, LargeBinary, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from shared.runtime.database import Infrastructure


class Recorded:
    """What is recorded of an act: one row of an audited table that was written.

    `kind` and `record` name the row, `case_id` the case that it belongs to. `before` and `after` are JSON as text, the
    columns that changed, or the whole row where it was inserted or deleted. `at` is the business instant,
    `recorded_at` real time.
    """

    operation: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    record: Mapped[str] = mapped_column(Text)
    case_id: Mapped[str | None] = mapped_column(Text)
    credit_code: Mapped[str | None] = mapped_column(Text)
    act: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    actor_name: Mapped[str] = mapped_column(Text)
    actor_role: Mapped[str] = mapped_column(Text)
    before: Mapped[str | None] = mapped_column(Text)
    after: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    trace_id: Mapped[str | None] = mapped_column(Text)


class PendingEntry(Recorded, Infrastructure):
    """An entry that is committed and not sealed yet. It is never changed, and deleted when it is sealed."""

    __tablename__ = "audit_pending"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)


class SealedEntry(Recorded, Infrastructure):
    """An entry in its place of the chain. The table only grows."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("audit_entries_by_firm", "credit_code", "position"),
        Index("audit_entries_by_case", "case_id", "position"),
    )

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class ChainHead(Infrastructure):
    """The last entry's position and hash, kept a second time. Its one row is locked by whoever seals."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
