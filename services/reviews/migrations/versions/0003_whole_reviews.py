"""Reviews, whole: on-site checks, returns, public notice with objections, the working-day clock, assignment."""

from alembic import op
from sqlalchemy import Boolean, Column, Date, DateTime, ForeignKey, Integer, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003_whole_reviews"
down_revision = "0002_eligibility_steps"

INSTANT = DateTime(timezone=True)
OPEN = text("status IN ('checking', 'submitted', 'returned', 'authority_passed', 'recommended', 'in_public_notice')")


def upgrade() -> None:
    for column in (
        Column("assisted", Boolean, nullable=False, server_default="false"),
        Column("paper_reference", Text),
        Column("check_drawn", Boolean, nullable=False, server_default="false"),
        Column("check_order", JSONB),
        Column("check_result", Text),
        Column("correction", JSONB),
        Column("return_due", Date),
        Column("notice_ends", Date),
        Column("handling_due", Date),
        Column("handling_left", Integer),
        Column("assignee", Text),
        Column("assignee_name", Text),
    ):
        op.add_column("reviews", column)
    op.drop_index("reviews_one_open", "reviews")
    op.create_index("reviews_one_open", "reviews", ["certification_id"], unique=True, postgresql_where=OPEN)
    op.create_index("reviews_returned", "reviews", ["return_due", "id"], postgresql_where=text("status = 'returned'"))
    op.create_index(
        "reviews_in_notice", "reviews", ["notice_ends", "id"], postgresql_where=text("status = 'in_public_notice'")
    )
    op.add_column("review_steps", Column("details", JSONB))
    op.create_table(
        "on_site_checks",
        Column("id", Uuid, primary_key=True),
        Column("review_id", Uuid, ForeignKey("reviews.id"), nullable=False),
        Column("at", INSTANT, nullable=False),
        Column("checked_on", Date, nullable=False),
        Column("inspectors", JSONB, nullable=False),
        Column("result", Text, nullable=False),
        Column("findings", Text, nullable=False),
        Column("recorded_by", Text, nullable=False),
        Column("recorded_by_name", Text, nullable=False),
    )
    op.create_index("on_site_checks_by_review", "on_site_checks", ["review_id", "id"])
    op.create_table(
        "objections",
        Column("review_id", Uuid, ForeignKey("reviews.id"), primary_key=True),
        Column("number", Integer, primary_key=True, autoincrement=False),
        Column("at", INSTANT, nullable=False),
        Column("from_whom", Text, nullable=False),
        Column("text", Text, nullable=False),
        Column("recorded_by", Text, nullable=False),
        Column("recorded_by_name", Text, nullable=False),
        Column("upheld", Boolean),
        Column("finding", Text),
        Column("found_at", INSTANT),
        Column("found_by", Text),
        Column("found_by_name", Text),
    )
    op.create_index("objections_open", "objections", ["review_id"], postgresql_where=text("upheld IS NULL"))


def downgrade() -> None:
    raise NotImplementedError("a revision stands; restore a backup instead")
