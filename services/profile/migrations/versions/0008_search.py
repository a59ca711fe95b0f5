"""Enterprises are found by parts of their names, present and former."""

from alembic import op
from sqlalchemy import Column, Computed, Text, text

from shared.runtime.schema import audited

revision = "0008_search"
down_revision = "0007_second_contact"

SEARCHABLE = r"""
CREATE FUNCTION searchable(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT lower(regexp_replace(normalize(words, NFKC), '\s', '', 'g'))
$$
"""
"""A name as it is looked for: whatever its width, case and spaces."""

BIGRAMS = """
CREATE FUNCTION bigrams(words text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT substr(words, place, 2)), '{}')
    FROM generate_series(1, length(words) - 1) AS place
$$
"""
"""Every two characters of a text that stand together: what holds a word holds its pairs."""

FORMER = """
UPDATE enterprises SET former_names = former.lines FROM (
    SELECT credit_code, string_agg(DISTINCT searchable(names.name), chr(10)) AS lines
    FROM names JOIN enterprises USING (credit_code) WHERE names.name <> enterprises.name GROUP BY credit_code
) AS former WHERE former.credit_code = enterprises.credit_code
"""


def upgrade() -> None:
    op.execute(SEARCHABLE)
    op.execute(BIGRAMS)
    _record_without("former_names", "known_as")
    op.add_column("enterprises", Column("former_names", Text, nullable=False, server_default=""))
    op.execute(FORMER)
    known_as = Computed(r"searchable(name) || E'\n' || former_names", persisted=True)
    op.add_column("enterprises", Column("known_as", Text, known_as, nullable=False))
    op.create_index("enterprises_by_words", "enterprises", [text("bigrams(known_as)")], postgresql_using="gin")
    op.create_index(
        "held_titles_by_title", "held_titles", ["title", "credit_code"], postgresql_where=text("status = 'valid'")
    )


def downgrade() -> None:
    op.drop_index("held_titles_by_title")
    op.drop_index("enterprises_by_words")
    op.drop_column("enterprises", "known_as")
    op.drop_column("enterprises", "former_names")
    op.execute("DROP FUNCTION bigrams")
    op.execute("DROP FUNCTION searchable")
    _record_without()


def _record_without(*columns: str) -> None:
    """A firm's record, but for what follows from its names, which are recorded themselves."""
    op.execute("DROP TRIGGER audit ON enterprises")
    audited("enterprises", "enterprise", key=("credit_code",), without=columns)
