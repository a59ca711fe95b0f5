"""Alembic's entry: `shared.runtime.database.migrate` calls it with a connection."""

import shared.web.idempotency  # noqa: F401 - registers its table
from services.profile.models import Base
from shared.runtime.database import Infrastructure
from shared.runtime.migrations import run_migrations

run_migrations(Base.metadata, Infrastructure.metadata)
