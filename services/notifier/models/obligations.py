"""What firms owe, and whom officers must reach by other means."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.notifier.models.base import Base

OPEN = text("state = 'open'")


class Obligation(Base):
    """Something a firm owes by a date.

    `subject` is what it is about: `CREDIT_CODE/YEAR` for an annual update, which a firm owes once however many titles
    ask for it; the id of the report, the occurrence, the certification or the returned case else. A due date that moves
    is a new obligation, so that its reminders begin afresh. `stage` is the last stage that was reminded of;
    `next_stage_at` None when none is left. At `escalates_at` officers are to reach the firm by other means; None where
    they know already, or never are.
    """

    __tablename__ = "obligations"
    __table_args__ = (
        UniqueConstraint("duty", "subject", "due", name="obligations_once"),
        Index("obligations_next_stage", "next_stage_at", "id", postgresql_where=OPEN),
        Index("obligations_escalating", "escalates_at", "id", postgresql_where=OPEN),
        Index("obligations_by_firm", "credit_code", "due", "id"),
        Index("obligations_by_due", "due", "id"),
        Index("obligations_open_by_due", "due", "id", postgresql_where=OPEN),
        Index("obligations_open_by_duty", "duty", "due", postgresql_where=OPEN),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    credit_code: Mapped[str] = mapped_column(ForeignKey("firms.credit_code"))
    duty: Mapped[str]
    subject: Mapped[str]
    year: Mapped[int | None]
    nominal_due: Mapped[date]
    due: Mapped[date]
    acts_from: Mapped[datetime]
    state: Mapped[str]
    stage: Mapped[str | None]
    next_stage_at: Mapped[datetime | None]
    escalates_at: Mapped[datetime | None]
    facts: Mapped[dict[str, Any]]
    citation: Mapped[dict[str, Any]]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class FollowUp(Base):
    """A firm that officers must reach by other means (催办): no mail arrives, or no mail helps.

    `about` is the dead address, or the id of the obligation that is not met; while one is open there is no second of
    the same. An office's own dead address has no firm. `level` is whose list it is on, the authority's or the bureau's;
    at `escalates_at`, a business instant, it comes to the bureau. `closed_by` is the officer who dealt with it, null
    where it closed by itself.
    """

    __tablename__ = "follow_ups"
    __table_args__ = (
        Index("follow_ups_once", "kind", "about", unique=True, postgresql_where=OPEN),
        Index("follow_ups_by_authority", "authority", "id"),
        Index("follow_ups_by_firm", "credit_code", "id"),
        Index("follow_ups_by_obligation", "obligation_id"),
        Index("follow_ups_escalating", "escalates_at", "id", postgresql_where=OPEN),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    about: Mapped[str]
    credit_code: Mapped[str | None]
    authority: Mapped[str]
    obligation_id: Mapped[UUID | None] = mapped_column(ForeignKey("obligations.id"))
    level: Mapped[str]
    state: Mapped[str]
    facts: Mapped[dict[str, Any]]
    opened_at: Mapped[datetime]
    escalates_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
    note: Mapped[str | None]
