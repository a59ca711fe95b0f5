"""Returns for correction, and the working-day clock of reports."""

from alembic import op
from sqlalchemy import Boolean, Column, Date, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002_handling"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("reports", Column("handling_due", Date))
    op.add_column("reports", Column("handling_left", Integer))
    op.add_column("reports", Column("correction", JSONB))
    op.add_column("reports", Column("correction_due", Date))
    op.add_column("reports", Column("returned_from", Text))
    op.add_column("report_steps", Column("defects", JSONB))
    op.add_column("report_steps", Column("due", Date))
    op.add_column("report_steps", Column("late", Boolean))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
