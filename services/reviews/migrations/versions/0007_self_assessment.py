"""The figures of the latest update in copies of profiles; self-assessments with applications."""

from alembic import op
from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007_self_assessment"
down_revision = "0006_deadline_extensions"


def upgrade() -> None:
    op.add_column("profile_copies", Column("latest_update", JSONB))
    op.add_column("reviews", Column("assessment", JSONB))


def downgrade() -> None:
    op.drop_column("reviews", "assessment")
    op.drop_column("profile_copies", "latest_update")
