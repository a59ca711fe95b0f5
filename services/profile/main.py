"""Assembles the profile service."""

from services.profile.api import router
from services.profile.handlers import handlers
from services.profile.repository.counts import fold
from services.profile.settings import ProfileSettings
from shared.messaging import Backend
from shared.runtime.service import Sweep
from shared.web.assembly import Service, Surroundings, assemble


def build(settings: ProfileSettings, around: Surroundings | None = None) -> Service:
    """The profile service as its settings say."""

    def sweeps(backend: Backend) -> list[Sweep]:
        async def step() -> int:
            async with backend.work() as work:
                return await fold(work.session)

        return [Sweep("counts", step, settings.sweep_interval)]

    return assemble("profile", settings, routers=[router], handlers=handlers, sweeps=sweeps, around=around)
