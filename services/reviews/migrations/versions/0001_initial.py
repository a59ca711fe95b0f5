"""Titles with their duties, review applications, imports, copies of profiles."""

from alembic import op
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.runtime.schema import infrastructure_1

revision = "0001"
down_revision = None

INSTANT = DateTime(timezone=True)
OPEN = text("status IN ('checking', 'submitted', 'authority_passed', 'recommended')")


def upgrade() -> None:
    infrastructure_1()
    op.create_table(
        "certifications",
        Column("id", Uuid, primary_key=True),
        Column("credit_code", Text, nullable=False),
        Column("enterprise_name", Text, nullable=False),
        Column("authority", Text, nullable=False),
        Column("title", Text, nullable=False),
        Column("status", Text, nullable=False),
        Column("eligibility", Text, nullable=False),
        Column("valid_from", Date, nullable=False),
        Column("valid_to", Date, nullable=False),
        Column("granted_valid_to", Date, nullable=False),
        Column("period_start", Date, nullable=False),
        Column("first_period", Boolean, nullable=False),
        Column("duties_from", Date),
        Column("window_opens", Date, nullable=False),
        Column("window_closes", Date, nullable=False),
        Column("ends_at", INSTANT, nullable=False),
        Column("renewal_refused", Boolean, nullable=False),
        Column("revocation", JSONB),
        Column("ending", JSONB),
        Column("version", Integer, nullable=False),
        Column("granted_at", INSTANT, nullable=False),
        UniqueConstraint("credit_code", "title", "valid_from", name="certifications_once"),
    )
    op.create_index("certifications_ending", "certifications", ["ends_at"], postgresql_where=text("status = 'valid'"))
    op.create_index("certifications_by_authority", "certifications", ["authority", "id"])
    op.create_index("certifications_by_expiry", "certifications", ["valid_to", "id"])
    op.create_table(
        "update_duties",
        Column("certification_id", Uuid, ForeignKey("certifications.id"), primary_key=True),
        Column("year", Integer, primary_key=True, autoincrement=False),
        Column("credit_code", Text, nullable=False),
        Column("nominal_due", Date, nullable=False),
        Column("due", Date, nullable=False),
        Column("opens", INSTANT, nullable=False),
        Column("deadline", INSTANT, nullable=False),
        Column("state", Text, nullable=False),
        Column("submitted_at", INSTANT),
    )
    op.create_index(
        "update_duties_due", "update_duties", ["deadline", "credit_code"], postgresql_where=text("state = 'open'")
    )
    op.create_index(
        "update_duties_unmet",
        "update_duties",
        ["credit_code"],
        postgresql_where=text("state IN ('open', 'asked', 'missed')"),
    )
    op.create_table(
        "profile_copies",
        Column("credit_code", Text, primary_key=True),
        Column("version", Integer, nullable=False),
        Column("name", Text, nullable=False),
        Column("authority", Text, nullable=False),
        Column("updates", JSONB, nullable=False),
    )
    op.create_table(
        "reviews",
        Column("id", Uuid, primary_key=True),
        Column("certification_id", Uuid, ForeignKey("certifications.id"), nullable=False),
        Column("credit_code", Text, nullable=False),
        Column("title", Text, nullable=False),
        Column("status", Text, nullable=False),
        Column("valid_to", Date, nullable=False),
        Column("applied_at", INSTANT, nullable=False),
        Column("signatory", Text, nullable=False),
        Column("statement", Text),
        Column("profile_version", Integer),
        Column("profile", JSONB),
        Column("reasons", JSONB),
        Column("version", Integer, nullable=False),
    )
    op.create_index("reviews_one_open", "reviews", ["certification_id"], unique=True, postgresql_where=OPEN)
    op.create_index("reviews_checking", "reviews", ["credit_code"], postgresql_where=text("status = 'checking'"))
    op.create_index("reviews_by_firm", "reviews", ["credit_code", "id"])
    op.create_index("reviews_by_status", "reviews", ["status", "id"])
    op.create_table(
        "review_steps",
        Column("id", Uuid, primary_key=True),
        Column("review_id", Uuid, ForeignKey("reviews.id"), nullable=False),
        Column("at", INSTANT, nullable=False),
        Column("act", Text, nullable=False),
        Column("status", Text, nullable=False),
        Column("actor", Text),
        Column("actor_name", Text),
        Column("role", Text, nullable=False),
        Column("opinion", Text),
        Column("decided_on", Date),
        Column("citation", JSONB),
    )
    op.create_index("review_steps_by_review", "review_steps", ["review_id", "id"])
    op.create_table(
        "certification_imports",
        Column("id", Uuid, primary_key=True),
        Column("status", Text, nullable=False),
        Column("file_name", Text, nullable=False),
        Column("content", LargeBinary),
        Column("keep_good", Boolean, nullable=False),
        Column("duties_from", Date),
        Column("uploaded_by", Text, nullable=False),
        Column("uploaded_at", INSTANT, nullable=False),
        Column("finished_at", INSTANT),
        Column("rows", Integer, nullable=False),
        Column("created", Integer, nullable=False),
        Column("unchanged", Integer, nullable=False),
        Column("errors", JSONB, nullable=False),
    )
    op.create_index(
        "certification_imports_queued", "certification_imports", ["id"], postgresql_where=text("status = 'queued'")
    )
    op.create_table(
        "import_progress",
        Column("import_id", Uuid, ForeignKey("certification_imports.id"), primary_key=True),
        Column("rows", Integer, nullable=False),
        Column("done", Integer, nullable=False),
        Column("attempts", Integer, nullable=False),
    )


def downgrade() -> None:
    raise NotImplementedError("the first revision stands; restore a backup instead")
