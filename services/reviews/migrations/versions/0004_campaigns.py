"""Review campaigns, and the window that they set."""

from alembic import op
from sqlalchemy import Boolean, Column, Date, DateTime, ForeignKey, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0004_campaigns"
down_revision = "0003_whole_reviews"

INSTANT = DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "campaigns",
        Column("id", Uuid, primary_key=True),
        Column("titles", ARRAY(Text), nullable=False),
        Column("expires_from", Date, nullable=False),
        Column("expires_to", Date, nullable=False),
        Column("opens", Date, nullable=False),
        Column("closes", Date, nullable=False),
        Column("source", Text, nullable=False),
        Column("declared_by", Text, nullable=False),
        Column("declared_by_name", Text, nullable=False),
        Column("declared_at", INSTANT, nullable=False),
        Column("ended_by", Text),
        Column("ended_by_name", Text),
        Column("ended_at", INSTANT),
        Column("end_reason", Text),
        Column("spreading", Boolean, nullable=False),
        Column("spread_to", Date),
        Column("spread_id", Uuid),
    )
    op.create_index("campaigns_in_force", "campaigns", ["id"], postgresql_where=text("ended_at IS NULL"))
    op.create_index("campaigns_spreading", "campaigns", ["id"], postgresql_where=text("spreading"))
    op.add_column("certifications", Column("campaign_id", Uuid, ForeignKey("campaigns.id")))
    op.add_column("certifications", Column("window_citation", JSONB))


def downgrade() -> None:
    raise NotImplementedError("a revision stands; restore a backup instead")
