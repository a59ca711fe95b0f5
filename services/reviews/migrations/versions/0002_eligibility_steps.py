"""Every loss and return of the right to the review, on record; what was lost until now is taken over."""

from alembic import op
from sqlalchemy import Column, Date, DateTime, ForeignKey, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002_eligibility_steps"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "eligibility_steps",
        Column("id", Uuid, primary_key=True),
        Column("certification_id", Uuid, ForeignKey("certifications.id"), nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("act", Text, nullable=False),
        Column("actor", Text),
        Column("actor_name", Text),
        Column("role", Text, nullable=False),
        Column("duty", Text),
        Column("year", Integer),
        Column("due", Date),
        Column("reason", Text, nullable=False),
        Column("citation", JSONB, nullable=False),
    )
    op.create_index("eligibility_steps_by_title", "eligibility_steps", ["certification_id", "at", "id"])
    op.execute("""
        INSERT INTO eligibility_steps (id, certification_id, at, act, role, duty, year, due, reason, citation)
        SELECT gen_random_uuid(), id, (revocation ->> 'at')::timestamptz, 'revoked', 'platform', revocation ->> 'duty',
               (revocation ->> 'year')::integer, (revocation ->> 'due')::date, revocation ->> 'reason',
               revocation -> 'citation'
        FROM certifications WHERE revocation IS NOT NULL
    """)


def downgrade() -> None:
    op.drop_table("eligibility_steps")
