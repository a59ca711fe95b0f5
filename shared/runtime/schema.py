"""Schema steps that every service's migrations take for the tables they have in common.

A step is never changed once it has run anywhere; a later change is a new step.
"""

from alembic import op
from sqlalchemy import Boolean, Column, Date, DateTime, Integer, LargeBinary, Text, Uuid, func, text
from sqlalchemy.dialects.postgresql import JSONB


def infrastructure_1() -> None:
    """Outbox, inbox, failed messages, idempotency keys."""
    now = func.now()
    op.create_table(
        "outbox",
        Column("id", Uuid, primary_key=True),
        Column("type", Text, nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("attempts", Integer, nullable=False, server_default="0"),
        Column("last_error", Text),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=now),
        Column("next_try_at", DateTime(timezone=True), nullable=False, server_default=now),
    )
    op.create_table(
        "inbox",
        Column("consumer", Text, primary_key=True),
        Column("event_id", Uuid, primary_key=True),
        Column("received_at", DateTime(timezone=True), nullable=False, server_default=now),
    )
    op.create_table(
        "failed_messages",
        Column("consumer", Text, primary_key=True),
        Column("event_id", Uuid, primary_key=True),
        Column("type", Text),
        Column("subject", Text),
        Column("body", LargeBinary, nullable=False),
        Column("state", Text, nullable=False),
        Column("error_kind", Text, nullable=False),
        Column("error", Text, nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("first_failed_at", DateTime(timezone=True), nullable=False, server_default=now),
        Column("next_try_at", DateTime(timezone=True), nullable=False, server_default=now),
    )
    op.create_index(
        "failed_messages_due", "failed_messages", ["next_try_at"], postgresql_where=text("state = 'waiting'")
    )
    op.create_index("failed_messages_by_error", "failed_messages", ["state", "error_kind"])
    op.create_table(
        "idempotency_keys",
        Column("caller", Text, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("fingerprint", LargeBinary, nullable=False),
        Column("status", Integer, nullable=False),
        Column("headers", JSONB, nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=now),
    )


def infrastructure_3() -> None:
    """Natural persons who act for firms."""
    op.create_table(
        "delegated_persons",
        Column("delegation_id", Uuid, primary_key=True),
        Column("version", Integer, nullable=False),
        Column("person", Text, nullable=False),
        Column("credit_code", Text, nullable=False),
        Column("until", Date),
        Column("ended", Boolean, nullable=False),
    )
    op.create_index("delegated_persons_by_person", "delegated_persons", ["person"])
