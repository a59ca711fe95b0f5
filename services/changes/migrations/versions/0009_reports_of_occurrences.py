"""Reports are found by what officers had recorded of the change."""

from alembic import op
from sqlalchemy import text

revision = "0009_reports_of_occurrences"
down_revision = "0008_operators"


def upgrade() -> None:
    op.create_index(
        "reports_by_occurrence", "reports", ["occurrence_id", "id"], postgresql_where=text("occurrence_id IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_index("reports_by_occurrence", "reports")
