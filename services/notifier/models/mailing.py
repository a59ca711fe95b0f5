"""What is told to whom, the mails that carry it, and what came back."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.notifier.models.base import Base

UNASSIGNED = text("state = 'queued' AND mail_id IS NULL")


class Message(Base):
    """One thing that is told to one mailbox, kept with its state; what waits for a mailbox goes out in one mail.

    Written once: `kind`, `about`, `stage`, `mailbox` and `again` are its key, where `about` is the duty with its
    subject and date, or the event, and `again` counts how often it was asked to be sent anew. To a firm `credit_code`
    is set; to officers it is null. `authority` is the firm's present one. `recipient` is the address last known; the
    one that counts is looked up for sending. Nothing goes out before `not_before`, which like `at` is a business
    instant; `next_try_at` is real time. `template` is the version of the template that worded it, `resend_reason` why
    it was asked to be sent anew, `traceparent` the work in which it was written.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("kind", "about", "stage", "mailbox", "again", name="messages_once"),
        Index("messages_to_send", "not_before", "id", postgresql_where=UNASSIGNED),
        Index("messages_waiting_by_mailbox", "mailbox", "id", postgresql_where=UNASSIGNED),
        Index("messages_by_firm", "credit_code", "id"),
        Index("messages_by_authority", "authority", "id"),
        Index("messages_by_obligation", "obligation_id"),
        Index("messages_by_mail", "mail_id"),
        Index("messages_by_kind", "kind", "id"),
        Index("messages_by_recipient", "recipient", "id"),
        Index("messages_by_state", "state", "id", postgresql_where=text("state <> 'sent'")),
        Index("messages_by_reason", "reason", "id", postgresql_where=text("reason IS NOT NULL")),
        Index("messages_in_time", "at", postgresql_using="brin"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    about: Mapped[str]
    stage: Mapped[str]
    audience: Mapped[str]
    mailbox: Mapped[str]
    again: Mapped[int] = mapped_column(server_default="0")
    credit_code: Mapped[str | None]
    authority: Mapped[str]
    recipient: Mapped[str | None]
    obligation_id: Mapped[UUID | None] = mapped_column(ForeignKey("obligations.id"))
    due: Mapped[date | None]
    facts: Mapped[dict[str, Any]]
    state: Mapped[str]
    reason: Mapped[str | None]
    template: Mapped[str | None]
    resend_reason: Mapped[str | None]
    mail_id: Mapped[UUID | None] = mapped_column(ForeignKey("mails.id"))
    at: Mapped[datetime]
    not_before: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    next_try_at: Mapped[datetime] = mapped_column(server_default=func.now())
    traceparent: Mapped[str | None]


class Mail(Base):
    """A mail as it goes over the wire, made of the messages that waited for its mailbox; its id makes the Message-ID.

    `sender` is its From, null in mails from before it was kept; `kinds` are those of its messages, `calendars` the
    iCalendar objects that go with it, `threads` the conversations that it belongs to. While it is `sending`,
    `next_try_at` is the end of the lease. `sha256` is that of the bytes which the server took. `at` is the business
    instant of its writing, all others real time.
    """

    __tablename__ = "mails"
    __table_args__ = (
        Index("mails_to_send", "next_try_at", "id", postgresql_where=text("state IN ('queued', 'sending')")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    mailbox: Mapped[str]
    sender: Mapped[str | None]
    recipient: Mapped[str]
    language: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str]
    kinds: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    calendars: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    threads: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    state: Mapped[str]
    reason: Mapped[str | None]
    server_answer: Mapped[str | None]
    sha256: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(server_default="1")
    at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    next_try_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    traceparent: Mapped[str | None]


class Subscription(Base):
    """What an officer wants to be told by mail, of an authority or, where that is the bureau, of the whole city.

    `duties` and `kinds` are null for all. `delivery` is at once, or a digest each working day. An ended one stays.
    """

    __tablename__ = "subscriptions"
    __table_args__ = (Index("subscriptions_by_authority", "authority", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    authority: Mapped[str]
    subscriber: Mapped[str]
    name: Mapped[str]
    email: Mapped[str]
    language: Mapped[str]
    duties: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    kinds: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    delivery: Mapped[str]
    version: Mapped[int] = mapped_column(server_default="1")
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class CalendarEntry(Base):
    """What a mailbox was last told of a date for its calendar, and by which mail.

    `sequence` grows with every change (RFC 5545, 3.8.7.4).
    """

    __tablename__ = "calendar_entries"

    mailbox: Mapped[str] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(primary_key=True)
    sequence: Mapped[int]
    due: Mapped[date]
    cancelled: Mapped[bool]
    mail_id: Mapped[UUID] = mapped_column(ForeignKey("mails.id"))


class DeliveryReport(Base):
    """What a mail system reported of a mail (RFC 3464): delivered, delayed, failed.

    The id is made from the report, so that one that comes twice is kept once. One that matched no mail of ours has no
    `mail_id`, and its content is not kept.
    """

    __tablename__ = "delivery_reports"
    __table_args__ = (Index("delivery_reports_by_mail", "mail_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    mail_id: Mapped[UUID | None] = mapped_column(ForeignKey("mails.id"))
    recipient: Mapped[str | None]
    action: Mapped[str]
    status: Mapped[str | None]
    diagnostic: Mapped[str | None]
    content: Mapped[bytes | None]
    received_at: Mapped[datetime]
