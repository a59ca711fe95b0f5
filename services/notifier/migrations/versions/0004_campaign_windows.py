"""What a title's review window rests on where a campaign set it."""

from alembic import op
from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004_campaign_windows"
down_revision = "0003_occurrences"


def upgrade() -> None:
    op.add_column("certifications", Column("window_citation", JSONB))


def downgrade() -> None:
    raise NotImplementedError("a revision stands; restore a backup instead")
