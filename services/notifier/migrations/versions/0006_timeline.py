"""What the timeline shows of the events that were heard."""

from alembic import op
from sqlalchemy import Column, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006_timeline"
down_revision = "0005_audit"


def upgrade() -> None:
    for name in ("actor", "actor_name", "actor_role", "case_kind", "text", "text_en"):
        op.add_column("heard_events", Column(name, Text))
    op.add_column("heard_events", Column("case_id", Uuid))
    op.add_column("heard_events", Column("certification_id", Uuid))
    op.add_column("heard_events", Column("why", JSONB))
    op.create_index("heard_events_in_time", "heard_events", ["credit_code", "at", "id"])
    op.create_index("heard_events_by_case", "heard_events", ["case_id", "at", "id"])
    op.create_index("heard_events_by_title", "heard_events", ["certification_id", "at", "id"])


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
