"""Assembles the reviews service."""

from collections.abc import Awaitable, Callable
from functools import partial

from services.reviews.api import router
from services.reviews.commands.campaigns import spread
from services.reviews.commands.duties import sweep_due
from services.reviews.commands.endings import expire_due
from services.reviews.commands.extensions import follow_extensions
from services.reviews.commands.imports import run_imports
from services.reviews.commands.notices import end_notices
from services.reviews.commands.returns import lapse_due
from services.reviews.handlers import handlers
from services.reviews.settings import ReviewsSettings
from shared.messaging import Backend, Work
from shared.runtime.service import Sweep
from shared.web.assembly import Service, Surroundings, assemble


def _step(backend: Backend, command: Callable[[Work], Awaitable[int]]) -> Callable[[], Awaitable[int]]:
    async def step() -> int:
        async with backend.work() as work:
            return await command(work)

    return step


def build(settings: ReviewsSettings, around: Surroundings | None = None) -> Service:
    """The reviews service as its settings say."""
    return assemble(
        "reviews",
        settings,
        routers=[router],
        handlers=handlers,
        sweeps=lambda backend: [
            Sweep("deadlines moved", _step(backend, follow_extensions), settings.sweep_interval),
            Sweep("updates due", _step(backend, sweep_due), settings.sweep_interval),
            Sweep("campaigns spreading", _step(backend, spread), settings.sweep_interval),
            Sweep("returns lapsing", _step(backend, lapse_due), settings.sweep_interval),
            Sweep("notices ending", _step(backend, end_notices), settings.sweep_interval),
            Sweep("titles ending", _step(backend, expire_due), settings.sweep_interval),
        ],
        backgrounds=lambda backend: [("imports", partial(run_imports, backend))],
        around=around,
    )
