"""The next version of the platform, as it might be: this one's tree with small additions.

A table gets a column by a migration, an event a field, and there is a new type of event, which profile tells with every
other one and reviews counts in its new column.
"""

import shutil
from pathlib import Path

from alembic.script import ScriptDirectory

from shared.runtime.migrations import configuration_of
from tests.infrastructure.platform import ROOT

REVISION = "9999_next_version"

MIGRATION = '''"""What the next version keeps more."""

from alembic import op
from sqlalchemy import Column, Integer

revision = "{revision}"
down_revision = "{before}"


def upgrade() -> None:
    op.add_column("{table}", Column("noted", Integer))
'''

EVENT = '''

@event("profile.noted.v1")
class ProfileNoted(EventData):
    """The next version tells more."""

    noted: int
'''

HANDLER = '''

from sqlalchemy import text

from shared.contracts.profile import ProfileNoted


@handlers.on(ProfileNoted)
async def on_noted(work: Work, event: Event[ProfileNoted]) -> None:
    """Count what the next version tells more."""
    noted = await work.session.execute(
        text("UPDATE profile_copies SET noted = COALESCE(noted, 0) + 1 WHERE credit_code = :credit_code RETURNING 1"),
        {"credit_code": event.subject},
    )
    if noted.first() is None:
        raise LookupError(f"{event.subject} is not known here yet")
'''

TELLING = """\
    from shared.contracts.profile import ProfileNoted

    firm.noted = (firm.noted or 0) + 1
    work.emit(ProfileNoted(credit_code=firm.credit_code, noted=firm.noted), sequence=firm.version)
"""

CHANGES = {
    "shared/contracts/profile.py": (
        ("    latest_update: LatestUpdate | None = None\n", "    noted: int | None = None\n"),
        ("    report_id: UUID | None = None\n", EVENT),
    ),
    "shared/contracts/subscriptions.py": (
        ('        "reviews": frozenset(\n            {\n', '                "profile.noted.v1",\n'),
    ),
    "services/profile/models.py": (
        ('    former_names: Mapped[str] = mapped_column(server_default="")\n', "    noted: Mapped[int | None]\n"),
    ),
    "services/profile/commands/telling.py": (
        (
            "    work.emit(event(state), sequence=firm.version)\n",
            TELLING,
        ),
    ),
    "services/reviews/handlers.py": (("", HANDLER),),
}
"""File to what is added after which place in it; at its end where no place is named."""


def write_next_version(folder: Path) -> Path:
    """Write the tree of the next version; its folder. Fails where this version no longer has a place that is added to."""
    for part in ("services", "shared"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    for name, additions in CHANGES.items():
        file = folder / name
        content = file.read_text()
        for place, added in additions:
            assert content.count(place) >= 1, f"{name} has no {place!r} any more"
            at = content.index(place) + len(place) if place else len(content)
            content = content[:at] + added + content[at:]
        file.write_text(content)
    for service, table in (("profile", "enterprises"), ("reviews", "profile_copies")):
        before = ScriptDirectory.from_config(configuration_of(service)).get_current_head()
        migration = MIGRATION.format(revision=REVISION, before=before, table=table)
        (folder / f"services/{service}/migrations/versions/{REVISION}.py").write_text(migration)
    return folder
