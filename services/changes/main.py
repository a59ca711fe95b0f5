"""Assembles the changes service."""

from services.changes.api import router
from services.changes.handlers import handlers
from services.changes.settings import ChangesSettings
from services.changes.storage import AttachmentStore
from shared.web.assembly import Service, Surroundings, assemble


def build(settings: ChangesSettings, around: Surroundings | None = None) -> Service:
    """The changes service as its settings say."""
    service = assemble("changes", settings, routers=[router], handlers=handlers, around=around)
    service.app.state.attachments = AttachmentStore(settings.attachments_url)
    return service
