"""A second person whom a firm's mail reaches."""

from alembic import op
from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007_second_contact"
down_revision = "0006_delegations"


def upgrade() -> None:
    op.add_column("enterprises", Column("second_contact", JSONB))


def downgrade() -> None:
    op.drop_column("enterprises", "second_contact")
