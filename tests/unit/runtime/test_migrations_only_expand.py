"""The version before goes on working while a migration has run: it adds, and takes nothing away (docs/operations.md)."""

import io
import re

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory

from services.cli.catalogue import SERVICES
from shared.runtime.migrations import configuration_of

CONTRACTIONS = {
    ("profile", "0004_assisted_updates"): "before there was a version to run beside",
    ("reviews", "0005_work_on_applications"): "before there was a version to run beside",
    ("notifier", "0009_mails"): "before there was a version to run beside",
}
"""What was taken away, and why nobody used it any more: every process that did had been replaced a version earlier."""

TAKES_AWAY = (
    r"DROP (TABLE|COLUMN|FUNCTION|VIEW|TYPE|DEFAULT)\b",
    r"\bRENAME\b",
    r"\bSET NOT NULL\b",
    r"ALTER COLUMN \S+ (SET DATA )?TYPE\b",
    r"ADD COLUMN (?!.*\b(DEFAULT|GENERATED)\b).*\bNOT NULL\b",
)
NARROWS = (r"CREATE UNIQUE INDEX (?P<index>\S+) ON (?P<table>\w+)", r"ALTER TABLE (?P<table>\w+) ADD CONSTRAINT")

REVISIONS = [
    (service, script)
    for service in SERVICES
    for script in reversed(list(ScriptDirectory.from_config(configuration_of(service)).walk_revisions()))
]


def statements(module):
    """What a migration has the database do, as SQL."""
    written = io.StringIO()
    options = {"as_sql": True, "output_buffer": written, "literal_binds": True}
    with Operations.context(MigrationContext.configure(dialect_name="postgresql", opts=options)):
        module.upgrade()
    return [" ".join(each.split()) for each in written.getvalue().split(";\n")]


def taken_away(sql):
    """The statements that an older version may notice: something is gone, or refused that it writes."""
    new = {found[1] for each in sql if (found := re.match(r"CREATE TABLE (\w+)", each))}
    widened = {found[1] for each in sql if (found := re.match(r"DROP INDEX (\w+)", each))}
    for each in sql:
        if re.match(r"CREATE (TABLE|FUNCTION|OR REPLACE)", each):
            continue
        narrows = next((found for pattern in NARROWS if (found := re.search(pattern, each))), None)
        if any(re.search(pattern, each) for pattern in TAKES_AWAY) or (
            narrows and narrows["table"] not in new and narrows.groupdict().get("index") not in widened
        ):
            yield each


@pytest.mark.parametrize(("service", "script"), REVISIONS, ids=lambda each: getattr(each, "revision", each))
def test_a_migration_adds_and_takes_nothing_away(service, script):
    found = list(taken_away(statements(script.module)))
    assert bool(found) == ((service, script.revision) in CONTRACTIONS), found


@pytest.mark.parametrize(
    ("statement", "noticed"),
    [
        ("ALTER TABLE firms ADD COLUMN rating TEXT", False),
        ("ALTER TABLE firms ADD COLUMN rating TEXT DEFAULT '' NOT NULL", False),
        ("ALTER TABLE firms ADD COLUMN rating TEXT NOT NULL", True),
        ("ALTER TABLE firms DROP COLUMN name", True),
        ("ALTER TABLE firms RENAME name TO title", True),
        ("ALTER TABLE firms ALTER COLUMN name SET NOT NULL", True),
        ("ALTER TABLE firms ALTER COLUMN name TYPE INTEGER USING 1", True),
        ("ALTER TABLE firms ADD CONSTRAINT named CHECK (name <> '')", True),
        ("CREATE UNIQUE INDEX once ON firms (name)", True),
        ("CREATE INDEX by_name ON firms (name)", False),
        ("DROP TABLE firms", True),
    ],
)
def test_what_an_older_version_may_notice_is_noticed(statement, noticed):
    assert bool(list(taken_away([statement]))) == noticed
