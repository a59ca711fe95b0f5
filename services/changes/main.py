"""Assembles the changes service."""

from services.changes.api import router
from services.changes.handlers import handlers
from services.changes.settings import ChangesSettings
from shared.web.assembly import Service, Surroundings, assemble


def build(settings: ChangesSettings, around: Surroundings | None = None) -> Service:
    """The changes service as its settings say."""
    return assemble("changes", settings, routers=[router], handlers=handlers, around=around)
