"""Applications bear the authority of their title, so that an authority's lists cost what is its own."""

import sqlalchemy as sa
from alembic import op

revision = "0012_reviews_by_authority"
down_revision = "0011_previewed_imports"


def upgrade() -> None:
    op.add_column("reviews", sa.Column("authority", sa.Text()))
    op.execute(
        "UPDATE reviews SET authority = certifications.authority FROM certifications"
        " WHERE certifications.id = reviews.certification_id"
    )
    op.execute("""
        CREATE FUNCTION bears_authority_of_title() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            SELECT authority INTO NEW.authority FROM certifications WHERE id = NEW.certification_id;
            RETURN NEW;
        END $$
    """)
    op.execute("""
        CREATE FUNCTION hands_authority_on() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE reviews SET authority = NEW.authority WHERE certification_id = NEW.id;
            RETURN NULL;
        END $$
    """)
    op.execute(
        "CREATE TRIGGER bears_authority_of_title BEFORE INSERT ON reviews"
        " FOR EACH ROW EXECUTE FUNCTION bears_authority_of_title()"
    )
    op.execute(
        "CREATE TRIGGER hands_authority_on AFTER UPDATE OF authority ON certifications FOR EACH ROW"
        " WHEN (OLD.authority IS DISTINCT FROM NEW.authority) EXECUTE FUNCTION hands_authority_on()"
    )
    op.create_index("reviews_by_authority", "reviews", ["authority", "status", "id"])
    op.create_index("reviews_by_title", "reviews", ["certification_id", "id"])


def downgrade() -> None:
    op.drop_index("reviews_by_title", "reviews")
    op.drop_index("reviews_by_authority", "reviews")
    op.execute("DROP TRIGGER hands_authority_on ON certifications")
    op.execute("DROP TRIGGER bears_authority_of_title ON reviews")
    op.execute("DROP FUNCTION hands_authority_on()")
    op.execute("DROP FUNCTION bears_authority_of_title()")
    op.drop_column("reviews", "authority")
