"""Attachments of reports."""

from alembic import op
from sqlalchemy import Column, DateTime, ForeignKey, Integer, Text, UniqueConstraint, Uuid

revision = "0005_attachments"
down_revision = "0004_occurrences"


def upgrade() -> None:
    op.create_table(
        "attachments",
        Column("id", Uuid, primary_key=True),
        Column("report_id", Uuid, ForeignKey("reports.id"), nullable=False),
        Column("file_name", Text, nullable=False),
        Column("media_type", Text, nullable=False),
        Column("size", Integer, nullable=False),
        Column("sha256", Text, nullable=False),
        Column("uploaded_at", DateTime(timezone=True), nullable=False),
        Column("uploaded_by", Text, nullable=False),
        Column("uploaded_by_name", Text, nullable=False),
        UniqueConstraint("report_id", "sha256", name="attachments_once"),
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
