"""Deadlines that notices moved, and the notice beside each duty that one moved."""

from alembic import op
from sqlalchemy import Boolean, Column, Date, DateTime, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0006_deadline_extensions"
down_revision = "0005_work_on_applications"

INSTANT = DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("update_duties", Column("extended_by", Text))
    op.create_table(
        "deadline_extensions",
        Column("extension_id", Uuid, primary_key=True),
        Column("version", Integer, nullable=False),
        Column("duty", Text, nullable=False),
        Column("year", Integer, nullable=False),
        Column("titles", ARRAY(Text), nullable=False),
        Column("authorities", ARRAY(Text)),
        Column("due", Date, nullable=False),
        Column("source", Text, nullable=False),
        Column("declared_at", INSTANT, nullable=False),
        Column("withdrawn_at", INSTANT),
        Column("settled", Boolean, nullable=False),
        Column("reached", Uuid),
    )


def downgrade() -> None:
    op.drop_table("deadline_extensions")
    op.drop_column("update_duties", "extended_by")
