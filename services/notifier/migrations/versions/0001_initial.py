"""Copies of firms, titles, reports and applications; obligations, messages, heard events."""

from alembic import op
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Integer,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.runtime.schema import infrastructure_1

revision = "0001"
down_revision = None

INSTANT = DateTime(timezone=True)


def upgrade() -> None:
    infrastructure_1()
    copies()
    op.create_table(
        "obligations",
        Column("id", Uuid, primary_key=True),
        Column("credit_code", Text, ForeignKey("firms.credit_code"), nullable=False),
        Column("duty", Text, nullable=False),
        Column("subject", Text, nullable=False),
        Column("year", Integer),
        Column("nominal_due", Date, nullable=False),
        Column("due", Date, nullable=False),
        Column("acts_from", INSTANT, nullable=False),
        Column("state", Text, nullable=False),
        Column("stage", Text),
        Column("next_stage_at", INSTANT),
        Column("facts", JSONB, nullable=False),
        Column("citation", JSONB, nullable=False),
        Column("opened_at", INSTANT, nullable=False),
        Column("closed_at", INSTANT),
        UniqueConstraint("duty", "subject", "due", name="obligations_once"),
    )
    op.create_index(
        "obligations_next_stage", "obligations", ["next_stage_at", "id"], postgresql_where=text("state = 'open'")
    )
    op.create_index("obligations_by_firm", "obligations", ["credit_code", "due", "id"])
    op.create_index("obligations_by_due", "obligations", ["due", "id"])
    op.create_table(
        "messages",
        Column("id", Uuid, primary_key=True),
        Column("kind", Text, nullable=False),
        Column("about", Text, nullable=False),
        Column("stage", Text, nullable=False),
        Column("audience", Text, nullable=False),
        Column("credit_code", Text),
        Column("authority", Text, nullable=False),
        Column("recipient", Text),
        Column("obligation_id", Uuid, ForeignKey("obligations.id")),
        Column("due", Date),
        Column("facts", JSONB, nullable=False),
        Column("subject", Text),
        Column("text", Text),
        Column("html", Text),
        Column("state", Text, nullable=False),
        Column("reason", Text),
        Column("server_answer", Text),
        Column("attempts", Integer, nullable=False, server_default="0"),
        Column("at", INSTANT, nullable=False),
        Column("created_at", INSTANT, nullable=False, server_default=func.now()),
        Column("next_try_at", INSTANT, nullable=False, server_default=func.now()),
        Column("sent_at", INSTANT),
        UniqueConstraint("kind", "about", "stage", "audience", name="messages_once"),
    )
    op.create_index(
        "messages_to_send",
        "messages",
        ["next_try_at", "id"],
        postgresql_where=text("state IN ('queued', 'sending')"),
    )
    op.create_index("messages_by_firm", "messages", ["credit_code", "id"])
    op.create_index("messages_by_authority", "messages", ["authority", "id"])
    op.create_index("messages_by_obligation", "messages", ["obligation_id"])
    op.create_table(
        "heard_events",
        Column("id", Uuid, primary_key=True),
        Column("credit_code", Text, nullable=False),
        Column("type", Text, nullable=False),
        Column("sequence", Integer, nullable=False),
        Column("at", INSTANT, nullable=False),
    )
    op.create_index("heard_events_by_firm", "heard_events", ["credit_code", "id"])


def copies() -> None:
    op.create_table(
        "firms",
        Column("credit_code", Text, primary_key=True),
        Column("version", Integer, nullable=False),
        Column("name", Text, nullable=False),
        Column("authority", Text, nullable=False),
        Column("contact_name", Text),
        Column("contact_email", Text),
        Column("language", Text, nullable=False),
        Column("updates", JSONB, nullable=False),
    )
    op.create_index("firms_by_authority", "firms", ["authority", "credit_code"])
    op.create_table(
        "certifications",
        Column("id", Uuid, primary_key=True),
        Column("credit_code", Text, nullable=False),
        Column("version", Integer, nullable=False),
        Column("title", Text, nullable=False),
        Column("status", Text, nullable=False),
        Column("eligibility", Text, nullable=False),
        Column("valid_to", Date, nullable=False),
        Column("window_opens", Date, nullable=False),
        Column("window_closes", Date, nullable=False),
        Column("duties", JSONB, nullable=False),
    )
    op.create_index("certifications_by_firm", "certifications", ["credit_code"])
    op.create_table(
        "reports",
        Column("id", Uuid, primary_key=True),
        Column("credit_code", Text, nullable=False),
        Column("version", Integer, nullable=False),
        Column("type", Text, nullable=False),
        Column("standing", Text, nullable=False),
        Column("happened_on", Date, nullable=False),
        Column("nominal_due", Date, nullable=False),
        Column("due", Date, nullable=False),
        Column("provisional", Boolean, nullable=False),
        Column("citation", JSONB, nullable=False),
    )
    op.create_index("reports_by_firm", "reports", ["credit_code"])
    op.create_table(
        "applications",
        Column("id", Uuid, primary_key=True),
        Column("certification_id", Uuid, nullable=False),
        Column("credit_code", Text, nullable=False),
        Column("version", Integer, nullable=False),
        Column("outcome", Text),
        Column("applied_at", INSTANT, nullable=False),
    )
    op.create_index("applications_by_firm", "applications", ["credit_code"])
