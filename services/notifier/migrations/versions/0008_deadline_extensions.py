"""Deadlines that notices moved."""

from alembic import op
from sqlalchemy import Column, Date, DateTime, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0008_deadline_extensions"
down_revision = "0007_delegated_persons"

INSTANT = DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "deadline_extensions",
        Column("id", Uuid, primary_key=True),
        Column("version", Integer, nullable=False),
        Column("duty", Text, nullable=False),
        Column("year", Integer, nullable=False),
        Column("titles", ARRAY(Text), nullable=False),
        Column("authorities", ARRAY(Text)),
        Column("due", Date, nullable=False),
        Column("source", Text, nullable=False),
        Column("declared_at", INSTANT, nullable=False),
        Column("withdrawn_at", INSTANT),
    )


def downgrade() -> None:
    op.drop_table("deadline_extensions")
