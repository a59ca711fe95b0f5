"""What is still open is found by its date without looking through what was done."""

from alembic import op
from sqlalchemy import text

revision = "0011_open_obligations"
down_revision = "0010_operators"


def upgrade() -> None:
    op.create_index("obligations_open_by_due", "obligations", ["due", "id"], postgresql_where=text("state = 'open'"))


def downgrade() -> None:
    op.drop_index("obligations_open_by_due")
