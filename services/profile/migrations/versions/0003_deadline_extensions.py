"""Deadlines that notices moved."""

from alembic import op
from sqlalchemy import Column, Date, DateTime, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0003_deadline_extensions"
down_revision = "0002_owed_updates"

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
        Column("declared_by", Text, nullable=False),
        Column("declared_by_name", Text, nullable=False),
        Column("withdrawn_at", INSTANT),
        Column("withdrawn_by", Text),
        Column("withdrawn_by_name", Text),
        Column("withdrawal_reason", Text),
    )
    op.create_index("deadline_extensions_by_year", "deadline_extensions", ["year", "id"])


def downgrade() -> None:
    op.drop_table("deadline_extensions")
