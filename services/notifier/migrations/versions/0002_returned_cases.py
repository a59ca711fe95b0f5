"""Cases that were returned to their firms for correction."""

from alembic import op
from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002_returned_cases"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("reports", Column("correction", JSONB))
    op.add_column("applications", Column("correction", JSONB))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
