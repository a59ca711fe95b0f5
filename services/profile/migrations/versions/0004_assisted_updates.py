"""Updates that officers enter for firms from their signed paper forms."""

from alembic import op
from sqlalchemy import Boolean, Column, Text, false

revision = "0004_assisted_updates"
down_revision = "0003_deadline_extensions"


def upgrade() -> None:
    op.add_column("annual_updates", Column("assisted", Boolean, nullable=False, server_default=false()))
    op.alter_column("annual_updates", "assisted", server_default=None)
    op.add_column("annual_updates", Column("paper_reference", Text))


def downgrade() -> None:
    op.drop_column("annual_updates", "paper_reference")
    op.drop_column("annual_updates", "assisted")
