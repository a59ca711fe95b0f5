"""Copies of recorded occurrences."""

from alembic import op
from sqlalchemy import Boolean, Column, Date, DateTime, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003_occurrences"
down_revision = "0002_returned_cases"


def upgrade() -> None:
    op.add_column("reports", Column("occurrence_id", Uuid))
    op.create_table(
        "occurrences",
        Column("id", Uuid, primary_key=True),
        Column("credit_code", Text, nullable=False),
        Column("version", Integer, nullable=False),
        Column("type", Text, nullable=False),
        Column("standing", Text, nullable=False),
        Column("happened_on", Date, nullable=False),
        Column("nominal_due", Date, nullable=False),
        Column("due", Date, nullable=False),
        Column("provisional", Boolean, nullable=False),
        Column("evidence", Text, nullable=False),
        Column("recorded_at", DateTime(timezone=True), nullable=False),
        Column("citation", JSONB, nullable=False),
    )
    op.create_index("occurrences_by_firm", "occurrences", ["credit_code"])


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
