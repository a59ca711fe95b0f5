"""Enterprises, names, annual updates and drafts, copies of titles."""

from alembic import op
from sqlalchemy import Column, Date, DateTime, ForeignKey, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from shared.runtime.schema import infrastructure_1

revision = "0001"
down_revision = None

INSTANT = DateTime(timezone=True)


def upgrade() -> None:
    infrastructure_1()
    op.create_table(
        "enterprises",
        Column("credit_code", Text, primary_key=True),
        Column("version", Integer, nullable=False),
        Column("name", Text, nullable=False),
        Column("authority", Text, nullable=False),
        Column("registered_place", Text),
        Column("contact", JSONB),
        Column("registered_at", INSTANT, nullable=False),
        Column("registered_by", Text),
        Column("name_as_of", INSTANT, nullable=False),
        Column("place_as_of", INSTANT, nullable=False),
    )
    op.create_index("enterprises_by_authority", "enterprises", ["authority", "credit_code"])
    op.create_table(
        "names",
        Column("id", Uuid, primary_key=True),
        Column("credit_code", Text, ForeignKey("enterprises.credit_code"), nullable=False),
        Column("name", Text, nullable=False),
        Column("since", INSTANT, nullable=False),
        Column("report_id", Uuid),
    )
    op.create_index("names_by_firm", "names", ["credit_code", "since"])
    op.create_table(
        "update_drafts",
        Column("credit_code", Text, ForeignKey("enterprises.credit_code"), primary_key=True),
        Column("duty_year", Integer, primary_key=True, autoincrement=False),
        Column("version", Integer, nullable=False),
        Column("form", JSONB, nullable=False),
        Column("saved_at", INSTANT, nullable=False),
        Column("saved_by", Text, nullable=False),
    )
    op.create_table(
        "annual_updates",
        Column("id", Uuid, primary_key=True),
        Column("credit_code", Text, ForeignKey("enterprises.credit_code"), nullable=False),
        Column("duty_year", Integer, nullable=False),
        Column("submitted_at", INSTANT, nullable=False),
        Column("submitted_by", Text, nullable=False),
        Column("submitted_by_name", Text, nullable=False),
        Column("signatory", Text, nullable=False),
        Column("enterprise_name", Text, nullable=False),
        Column("form", JSONB, nullable=False),
    )
    op.create_index("annual_updates_by_year", "annual_updates", ["credit_code", "duty_year", "submitted_at"])
    op.create_index("annual_updates_by_firm", "annual_updates", ["credit_code", "id"])
    op.create_table(
        "held_titles",
        Column("certification_id", Uuid, primary_key=True),
        Column("credit_code", Text, nullable=False),
        Column("version", Integer, nullable=False),
        Column("title", Text, nullable=False),
        Column("status", Text, nullable=False),
        Column("valid_to", Date, nullable=False),
        Column("duties", JSONB, nullable=False),
    )
    op.create_index("held_titles_by_firm", "held_titles", ["credit_code"])


def downgrade() -> None:
    raise NotImplementedError("the first revision stands; restore a backup instead")
