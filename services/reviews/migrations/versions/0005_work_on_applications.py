"""Worklists: what is overdue is found by its day; who took a case; the paper form stands with the step."""

from alembic import op
from sqlalchemy import Column, Text, text

revision = "0005_work_on_applications"
down_revision = "0004_campaigns"


def upgrade() -> None:
    for name, columns in {"reviews_by_handling": ["handling_due"], "reviews_by_assignee": ["assignee", "id"]}.items():
        op.create_index(name, "reviews", columns, postgresql_where=text(f"{columns[0]} IS NOT NULL"))
    op.drop_column("reviews", "paper_reference")
    op.add_column("review_steps", Column("paper_reference", Text))


def downgrade() -> None:
    raise NotImplementedError("a revision stands; restore a backup instead")
