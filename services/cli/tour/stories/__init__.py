"""The scenes of the tour, in the order in which they are played."""

from collections.abc import Awaitable, Callable

from services.cli.tour.stage import Stage
from services.cli.tour.stories import accounts, changes, reviews, updates

STORY: tuple[Callable[[Stage], Awaitable[None]], ...] = (
    updates.arrivals,
    updates.refusals,
    updates.warnings,
    updates.first_of_may,
    updates.extension,
    reviews.renewal,
    changes.rename,
    changes.late_report,
    changes.correction,
    changes.unreported,
    reviews.stale_copy,
    reviews.contested,
    changes.little_giant,
    reviews.campaign,
    accounts.bound_person,
)
