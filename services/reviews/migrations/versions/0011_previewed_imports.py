"""Lists that are looked at before they are kept."""

from alembic import op
from sqlalchemy import Boolean, Column, Text
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011_previewed_imports"
down_revision = "0010_operators"
TABLE = "certification_imports"


def upgrade() -> None:
    op.add_column(TABLE, Column("preview", Boolean, nullable=False, server_default="false"))
    op.add_column(TABLE, Column("good", JSONB, nullable=False, server_default="[]"))
    op.add_column(TABLE, Column("started_by", Text))
    op.add_column(TABLE, Column("started_by_name", Text))


def downgrade() -> None:
    for column in ("started_by_name", "started_by", "good", "preview"):
        op.drop_column(TABLE, column)
