"""Assembles the profile service."""

from services.profile.api import router
from services.profile.handlers import handlers
from services.profile.settings import ProfileSettings
from shared.web.assembly import Service, Surroundings, assemble


def build(settings: ProfileSettings, around: Surroundings | None = None) -> Service:
    """The profile service as its settings say."""
    return assemble("profile", settings, routers=[router], handlers=handlers, around=around)
