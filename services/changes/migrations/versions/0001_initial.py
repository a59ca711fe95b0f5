"""Change reports with their history, copies of firms and titles."""

from alembic import op
from sqlalchemy import Boolean, Column, Date, DateTime, ForeignKey, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from shared.runtime.schema import infrastructure_1

revision = "0001"
down_revision = None

INSTANT = DateTime(timezone=True)


def upgrade() -> None:
    infrastructure_1()
    op.create_table(
        "reports",
        Column("id", Uuid, primary_key=True),
        Column("version", Integer, nullable=False),
        Column("credit_code", Text, nullable=False),
        Column("enterprise_name", Text, nullable=False),
        Column("authority", Text, nullable=False),
        Column("type", Text, nullable=False),
        Column("status", Text, nullable=False),
        Column("happened_on", Date, nullable=False),
        Column("form", JSONB, nullable=False),
        Column("nominal_due", Date, nullable=False),
        Column("due", Date, nullable=False),
        Column("provisional", Boolean, nullable=False),
        Column("citation", JSONB, nullable=False),
        Column("submitted_at", INSTANT),
        Column("on_time", Boolean),
        Column("decisions", JSONB, nullable=False),
    )
    op.create_index("reports_by_firm", "reports", ["credit_code", "id"])
    op.create_index("reports_by_authority", "reports", ["authority", "id"])
    op.create_index("reports_by_status", "reports", ["status", "id"])
    op.create_index("reports_by_date", "reports", ["happened_on", "id"])
    op.create_table(
        "report_steps",
        Column("id", Uuid, primary_key=True),
        Column("report_id", Uuid, ForeignKey("reports.id"), nullable=False),
        Column("at", INSTANT, nullable=False),
        Column("act", Text, nullable=False),
        Column("status", Text, nullable=False),
        Column("actor", Text, nullable=False),
        Column("actor_name", Text, nullable=False),
        Column("role", Text, nullable=False),
        Column("words", Text),
        Column("meets_criteria", Boolean),
    )
    op.create_index("report_steps_by_report", "report_steps", ["report_id", "id"])
    op.create_table(
        "firms",
        Column("credit_code", Text, primary_key=True),
        Column("version", Integer, nullable=False),
        Column("name", Text, nullable=False),
        Column("authority", Text, nullable=False),
    )
    op.create_table(
        "held_titles",
        Column("certification_id", Uuid, primary_key=True),
        Column("credit_code", Text, nullable=False),
        Column("version", Integer, nullable=False),
        Column("title", Text, nullable=False),
        Column("status", Text, nullable=False),
        Column("valid_to", Date, nullable=False),
    )
    op.create_index("held_titles_by_firm", "held_titles", ["credit_code"])


def downgrade() -> None:
    raise NotImplementedError("the first revision stands; restore a backup instead")
