"""Natural persons who act for firms."""

from alembic import op

from shared.runtime.schema import infrastructure_3

revision = "0007_delegated_persons"
down_revision = "0006_audit"


def upgrade() -> None:
    infrastructure_3()


def downgrade() -> None:
    op.drop_table("delegated_persons")
