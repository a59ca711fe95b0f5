"""Worklists: what is overdue is found by its day; who took a case; what officers file for firms."""

from alembic import op
from sqlalchemy import Boolean, Column, Text, false, text

revision = "0003_worklists"
down_revision = "0002_handling"


def upgrade() -> None:
    op.add_column("reports", Column("assignee", Text))
    op.add_column("reports", Column("assignee_name", Text))
    op.add_column("reports", Column("assisted", Boolean, nullable=False, server_default=false()))
    op.add_column("report_steps", Column("paper_reference", Text))
    for name, columns in {
        "reports_by_handling": ["handling_due"],
        "reports_by_correction": ["correction_due"],
        "reports_by_assignee": ["assignee", "id"],
    }.items():
        op.create_index(name, "reports", columns, postgresql_where=text(f"{columns[0]} IS NOT NULL"))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
