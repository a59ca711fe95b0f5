"""The record of acts."""

from alembic import op
from sqlalchemy import Column, Text

from shared.runtime.schema import audited, infrastructure_2

revision = "0008_audit"
down_revision = "0007_self_assessment"


def upgrade() -> None:
    op.add_column("certification_imports", Column("uploaded_by_name", Text))
    infrastructure_2()
    audited("certifications", "certification", case="id")
    # Which duties a title begins with follows from the title; what becomes of them is recorded.
    audited(
        "update_duties", "update_duty", key=("certification_id", "year"), case="certification_id", on="UPDATE OR DELETE"
    )
    audited("eligibility_steps", "eligibility_step", case="certification_id")
    # How far a campaign has been spread is no act.
    audited("campaigns", "campaign", case="id", without=("spreading", "spread_to", "spread_id"))
    audited("reviews", "review", case="id")
    audited("review_steps", "review_step", case="review_id")
    audited("on_site_checks", "on_site_check", case="review_id")
    audited("objections", "objection", key=("review_id", "number"), case="review_id")
    audited("certification_imports", "certification_import", case="id", without=("content",))


def downgrade() -> None:
    raise NotImplementedError("the record stands; restore a backup instead")
