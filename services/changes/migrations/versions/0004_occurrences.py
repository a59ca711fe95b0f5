"""What a late report costs, and changes that officers recorded before their firms reported them."""

from alembic import op
from sqlalchemy import Boolean, Column, Date, DateTime, Integer, Text, Uuid, false, text
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004_occurrences"
down_revision = "0003_worklists"

INSTANT = DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("reports", Column("sanction", JSONB))
    op.add_column("reports", Column("sanction_referred", Boolean, nullable=False, server_default=false()))
    op.add_column("reports", Column("occurrence_id", Uuid))
    op.create_index("reports_sanction_referred", "reports", ["id"], postgresql_where=text("sanction_referred"))
    op.create_table(
        "occurrences",
        Column("id", Uuid, primary_key=True),
        Column("version", Integer, nullable=False),
        Column("credit_code", Text, nullable=False),
        Column("enterprise_name", Text, nullable=False),
        Column("authority", Text, nullable=False),
        Column("type", Text, nullable=False),
        Column("status", Text, nullable=False),
        Column("happened_on", Date, nullable=False),
        Column("evidence", Text, nullable=False),
        Column("nominal_due", Date, nullable=False),
        Column("due", Date, nullable=False),
        Column("provisional", Boolean, nullable=False),
        Column("citation", JSONB, nullable=False),
        Column("recorded_at", INSTANT, nullable=False),
        Column("recorded_by", Text, nullable=False),
        Column("recorded_by_name", Text, nullable=False),
        Column("report_id", Uuid),
        Column("closed_at", INSTANT),
        Column("closed_by_name", Text),
        Column("closed_for", Text),
        Column("sanction", JSONB),
        Column("sanction_referred", Boolean, nullable=False, server_default=false()),
    )
    op.create_index(
        "occurrences_once",
        "occurrences",
        ["credit_code", "type", "happened_on"],
        unique=True,
        postgresql_where=text("status <> 'dismissed'"),
    )
    op.create_index("occurrences_by_firm", "occurrences", ["credit_code", "id"])
    op.create_index("occurrences_by_authority", "occurrences", ["authority", "id"])
    op.create_index("occurrences_open", "occurrences", ["due", "id"], postgresql_where=text("status = 'open'"))
    op.create_index(
        "occurrences_by_report", "occurrences", ["report_id"], postgresql_where=text("report_id IS NOT NULL")
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
