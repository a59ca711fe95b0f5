"""The updates that titles ask for, one row each, to count and list who has not updated yet."""

from alembic import op
from sqlalchemy import Column, Date, DateTime, ForeignKey, Integer, Text, Uuid

revision = "0002_owed_updates"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "owed_updates",
        Column("certification_id", Uuid, ForeignKey("held_titles.certification_id"), primary_key=True),
        Column("year", Integer, primary_key=True, autoincrement=False),
        Column("credit_code", Text, nullable=False),
        Column("title", Text, nullable=False),
        Column("nominal_due", Date, nullable=False),
        Column("due", Date, nullable=False),
        Column("deadline", DateTime(timezone=True), nullable=False),
        Column("extended_by", Text),
    )
    op.create_index(
        "owed_updates_by_year",
        "owed_updates",
        ["year", "credit_code", "title", "due", "certification_id"],
        postgresql_include=["nominal_due", "deadline", "extended_by"],
    )
    op.execute("""
        INSERT INTO owed_updates (certification_id, year, credit_code, title, nominal_due, due, deadline)
        SELECT held.certification_id, (duty ->> 'year')::integer, held.credit_code, held.title,
               (duty ->> 'nominal_due')::date, (duty ->> 'due')::date,
               ((duty ->> 'due')::date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'
        FROM held_titles AS held, jsonb_array_elements(held.duties) AS duty
        WHERE held.status = 'valid'
    """)


def downgrade() -> None:
    op.drop_table("owed_updates")
