"""Tables of the notifier: copies of what others own, obligations, messages, and the events that were heard."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text,
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB(none_as_null=True),
        list[dict[str, Any]]: JSONB(none_as_null=True),
    }


class Firm(Base):
    """A copy of a firm's profile. Its row lock guards everything that is derived from the firm's copies.

    `version` is the profile's; 0 where only a title or a report has named the firm so far. `updates` holds
    `{year, submitted_at}` for every annual update.
    """

    __tablename__ = "firms"
    __table_args__ = (Index("firms_by_authority", "authority", "credit_code"),)

    credit_code: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    name: Mapped[str]
    authority: Mapped[str]
    contact_name: Mapped[str | None]
    contact_email: Mapped[str | None]
    language: Mapped[str]
    updates: Mapped[list[dict[str, Any]]]


class Certification(Base):
    """A copy of a title at `version`. `duties` holds `{year, nominal_due, due, state}` of its present period.

    `window_citation` is set where a campaign set the window, not the rule.
    """

    __tablename__ = "certifications"
    __table_args__ = (Index("certifications_by_firm", "credit_code"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    credit_code: Mapped[str]
    version: Mapped[int]
    title: Mapped[str]
    status: Mapped[str]
    eligibility: Mapped[str]
    valid_to: Mapped[date]
    window_opens: Mapped[date]
    window_closes: Mapped[date]
    window_citation: Mapped[dict[str, Any] | None]
    duties: Mapped[list[dict[str, Any]]]


class Report(Base):
    """A copy of a change report at `version`; `standing` is what has become of the duty to report: open, met, ended.

    `correction` is what its firm is to correct while it is returned, with the `facts` by which it is named.
    """

    __tablename__ = "reports"
    __table_args__ = (Index("reports_by_firm", "credit_code"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    credit_code: Mapped[str]
    version: Mapped[int]
    type: Mapped[str]
    standing: Mapped[str]
    happened_on: Mapped[date]
    nominal_due: Mapped[date]
    due: Mapped[date]
    provisional: Mapped[bool]
    citation: Mapped[dict[str, Any]]
    correction: Mapped[dict[str, Any] | None]
    occurrence_id: Mapped[UUID | None]


class Occurrence(Base):
    """A copy of a change that officers recorded, at `version`; `standing` as a report's."""

    __tablename__ = "occurrences"
    __table_args__ = (Index("occurrences_by_firm", "credit_code"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    credit_code: Mapped[str]
    version: Mapped[int]
    type: Mapped[str]
    standing: Mapped[str]
    happened_on: Mapped[date]
    nominal_due: Mapped[date]
    due: Mapped[date]
    provisional: Mapped[bool]
    evidence: Mapped[str]
    recorded_at: Mapped[datetime]
    citation: Mapped[dict[str, Any]]


class DeadlineExtension(Base):
    """A copy of a deadline extension (延期) at `version`: what moves before the news of each title has arrived."""

    __tablename__ = "deadline_extensions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    duty: Mapped[str]
    year: Mapped[int]
    titles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    authorities: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    due: Mapped[date]
    source: Mapped[str]
    declared_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Application(Base):
    """A copy of a review application at `version`; `outcome` is None while it is open, `correction` as a report's."""

    __tablename__ = "applications"
    __table_args__ = (Index("applications_by_firm", "credit_code"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    certification_id: Mapped[UUID]
    credit_code: Mapped[str]
    version: Mapped[int]
    outcome: Mapped[str | None]
    applied_at: Mapped[datetime]
    correction: Mapped[dict[str, Any] | None]


class Obligation(Base):
    """Something a firm owes by a date.

    `subject` is what it is about: `CREDIT_CODE/YEAR` for an annual update, which a firm owes once however many titles
    ask for it; the id of the report, the occurrence, the certification or the returned case else. A due date that moves
    is a new obligation, so that its reminders begin afresh. `stage` is the last stage that was reminded of;
    `next_stage_at` None when none is left.
    """

    __tablename__ = "obligations"
    __table_args__ = (
        UniqueConstraint("duty", "subject", "due", name="obligations_once"),
        Index("obligations_next_stage", "next_stage_at", "id", postgresql_where=text("state = 'open'")),
        Index("obligations_by_firm", "credit_code", "due", "id"),
        Index("obligations_by_due", "due", "id"),
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
    facts: Mapped[dict[str, Any]]
    citation: Mapped[dict[str, Any]]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class Message(Base):
    """One mail, kept with its state. Written once: `kind`, `about`, `stage` and `audience` are its key.

    To a firm `credit_code` is set; to an authority's officers it is null. `authority` is the firm's present one.
    `recipient` is the address last known; the one that counts is looked up for sending. `at` is the business instant
    of its writing; `created_at`, `next_try_at` and `sent_at` are real time. While it is `sending`, `next_try_at` is
    the end of the lease. Subject and bodies are those that were sent.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("kind", "about", "stage", "audience", name="messages_once"),
        Index("messages_to_send", "next_try_at", "id", postgresql_where=text("state IN ('queued', 'sending')")),
        Index("messages_by_firm", "credit_code", "id"),
        Index("messages_by_authority", "authority", "id"),
        Index("messages_by_obligation", "obligation_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    about: Mapped[str]
    stage: Mapped[str]
    audience: Mapped[str]
    credit_code: Mapped[str | None]
    authority: Mapped[str]
    recipient: Mapped[str | None]
    obligation_id: Mapped[UUID | None] = mapped_column(ForeignKey("obligations.id"))
    due: Mapped[date | None]
    facts: Mapped[dict[str, Any]]
    subject: Mapped[str | None]
    text: Mapped[str | None]
    html: Mapped[str | None]
    state: Mapped[str]
    reason: Mapped[str | None]
    server_answer: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(server_default="0")
    at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    next_try_at: Mapped[datetime] = mapped_column(server_default=func.now())
    sent_at: Mapped[datetime | None]


class HeardEvent(Base):
    """An event that this service has taken in: what happened to a firm, in one list, whichever service told it.

    `at` is the business instant. Text, case, why and actor are as `timeline` and the envelope told when it was heard;
    null in events that were heard before they were kept.
    """

    __tablename__ = "heard_events"
    __table_args__ = (
        Index("heard_events_by_firm", "credit_code", "id"),
        Index("heard_events_in_time", "credit_code", "at", "id"),
        Index("heard_events_by_case", "case_id", "at", "id"),
        Index("heard_events_by_title", "certification_id", "at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    credit_code: Mapped[str]
    type: Mapped[str]
    sequence: Mapped[int]
    at: Mapped[datetime]
    actor: Mapped[str | None]
    actor_name: Mapped[str | None]
    actor_role: Mapped[str | None]
    case_kind: Mapped[str | None]
    case_id: Mapped[UUID | None]
    certification_id: Mapped[UUID | None]
    text: Mapped[str | None]
    text_en: Mapped[str | None]
    why: Mapped[dict[str, Any] | None]
