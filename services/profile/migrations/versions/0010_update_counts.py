"""How many firms owe an update, counted as they change, so that asking costs the same however many there are."""

from alembic import op
from sqlalchemy import BigInteger, Boolean, Column, Date, Identity, Integer, Text, text

revision = "0010_update_counts"
down_revision = "0009_operators"


def upgrade() -> None:
    op.create_table(
        "update_counts",
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("folded", Boolean, nullable=False),
        Column("year", Integer, nullable=False),
        Column("authority", Text, nullable=False),
        Column("title", Text, nullable=False),
        Column("nominal_due", Date, nullable=False),
        Column("due", Date, nullable=False),
        Column("extended_by", Text),
        Column("updated", Integer, nullable=False),
        Column("late", Integer, nullable=False),
        Column("not_updated", Integer, nullable=False),
    )
    op.create_index("update_counts_by_year", "update_counts", ["year", "authority"])
    op.create_index("update_counts_to_fold", "update_counts", ["id"], postgresql_where=text("NOT folded"))
    op.create_index(
        "update_counts_folded",
        "update_counts",
        ["year", "authority", "title", "nominal_due", "due", "extended_by"],
        unique=True,
        postgresql_where=text("folded"),
        postgresql_nulls_not_distinct=True,
    )
    op.execute("""
        INSERT INTO update_counts
            (folded, year, authority, title, nominal_due, due, extended_by, updated, late, not_updated)
        SELECT true, owed.year, firm.authority, owed.title, owed.nominal_due, owed.due, owed.extended_by,
               count(*) FILTER (WHERE made.first_at < owed.deadline),
               count(*) FILTER (WHERE made.first_at >= owed.deadline),
               count(*) FILTER (WHERE made.first_at IS NULL)
        FROM (
            SELECT DISTINCT ON (year, credit_code, title) * FROM owed_updates
            ORDER BY year, credit_code, title, due, certification_id
        ) AS owed
        JOIN enterprises AS firm USING (credit_code)
        LEFT JOIN (
            SELECT credit_code, duty_year AS year, min(submitted_at) AS first_at FROM annual_updates GROUP BY 1, 2
        ) AS made USING (credit_code, year)
        GROUP BY 2, 3, 4, 5, 6, 7
    """)


def downgrade() -> None:
    op.drop_table("update_counts")
