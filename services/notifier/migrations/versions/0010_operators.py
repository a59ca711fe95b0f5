"""What operators do to failed messages."""

from shared.runtime.schema import infrastructure_4, without_infrastructure_4

revision = "0010_operators"
down_revision = "0009_mails"


def upgrade() -> None:
    infrastructure_4()


def downgrade() -> None:
    without_infrastructure_4()
