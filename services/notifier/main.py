"""The notifier, assembled."""

from functools import partial

from services.notifier.api import router
from services.notifier.commands.follow_ups import escalate
from services.notifier.commands.reminders import remind
from services.notifier.delivery import Deliverer
from services.notifier.handlers import handlers
from services.notifier.measuring import measure
from services.notifier.returned import Returned
from services.notifier.settings import NotifierSettings
from shared.messaging import Backend
from shared.runtime.service import Background, Sweep
from shared.web.assembly import Service, Surroundings, assemble

COUNTED_EVERY = 4
"""What a city owes is counted in some tenths of a second: one look of this service for so many of all."""


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
        counted = Sweep(
            "counts of duties and mails", partial(measure, backend), COUNTED_EVERY * settings.measure_interval
        )
        return [("mail", Deliverer(backend, settings).run), (counted.name, counted.run)]

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
