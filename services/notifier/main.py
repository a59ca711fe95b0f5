"""The notifier, assembled."""

from services.notifier.api import router
from services.notifier.commands.follow_ups import escalate
from services.notifier.commands.reminders import remind
from services.notifier.delivery import Deliverer
from services.notifier.handlers import handlers
from services.notifier.returned import Returned
from services.notifier.settings import NotifierSettings
from shared.messaging import Backend
from shared.runtime.service import Background, Sweep
from shared.web.assembly import Service, Surroundings, assemble


def build(settings: NotifierSettings, around: Surroundings | None = None) -> Service:
    """The service that tells firms and officers what is owed, by when, and what happened."""

    def sweeps(backend: Backend) -> list[Sweep]:
        async def step() -> int:
            """What firms are reminded of; then whom officers must call."""
            async with backend.work() as work:
                reminded = await remind(work, settings)
            async with backend.work() as work:
                return reminded + await escalate(work, settings)

        swept = [Sweep("reminders", step, settings.sweep_interval)]
        if settings.reports_maildir is not None:
            returned = Returned(backend, settings.reports_maildir)
            swept.append(Sweep("delivery_reports", returned.round, settings.reports_interval))
        return swept

    def backgrounds(backend: Backend) -> list[tuple[str, Background]]:
        return [("mail", Deliverer(backend, settings).run)]

    return assemble(
        "notifier",
        settings,
        routers=[router],
        handlers=handlers,
        sweeps=sweeps,
        backgrounds=backgrounds,
        around=around,
        hears_first=True,  # nobody is reminded of what was done while it was stopped
    )
