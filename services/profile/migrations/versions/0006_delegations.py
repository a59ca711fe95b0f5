"""Natural persons who ask to act for firms, and those who do."""

from alembic import op
from sqlalchemy import Column, Date, DateTime, ForeignKey, Integer, Text, Uuid, text

from shared.runtime.schema import audited, infrastructure_3

revision = "0006_delegations"
down_revision = "0005_audit"

INSTANT = DateTime(timezone=True)
ALIVE = text("status IN ('requested', 'granted')")


def upgrade() -> None:
    infrastructure_3()
    op.create_table(
        "delegations",
        Column("id", Uuid, primary_key=True),
        Column("version", Integer, nullable=False),
        Column("credit_code", Text, ForeignKey("enterprises.credit_code"), nullable=False),
        Column("person", Text, nullable=False),
        Column("person_name", Text, nullable=False),
        Column("status", Text, nullable=False),
        Column("statement", Text, nullable=False),
        Column("requested_at", INSTANT, nullable=False),
        Column("until", Date),
        Column("decided_at", INSTANT),
        Column("decided_by", Text),
        Column("decided_by_name", Text),
        Column("decision_reason", Text),
        Column("ended_at", INSTANT),
        Column("ended_by", Text),
        Column("ended_by_name", Text),
        Column("end_reason", Text),
    )
    op.create_index("delegations_once", "delegations", ["credit_code", "person"], unique=True, postgresql_where=ALIVE)
    op.create_index("delegations_by_firm", "delegations", ["credit_code", "id"])
    op.create_index("delegations_by_person", "delegations", ["person", "id"])
    audited("delegations", "delegation", case="id")


def downgrade() -> None:
    op.drop_table("delegations")
    op.drop_table("delegated_persons")
