"""What is told is part of the trace of what it tells of; what is open is counted by its duty and date."""

from alembic import op
from sqlalchemy import Column, Text, text

revision = "0012_traces"
down_revision = "0011_open_obligations"


def upgrade() -> None:
    op.add_column("messages", Column("traceparent", Text))
    op.add_column("mails", Column("traceparent", Text))
    op.create_index("obligations_open_by_duty", "obligations", ["duty", "due"], postgresql_where=text("state = 'open'"))


def downgrade() -> None:
    op.drop_index("obligations_open_by_duty")
    op.drop_column("mails", "traceparent")
    op.drop_column("messages", "traceparent")
