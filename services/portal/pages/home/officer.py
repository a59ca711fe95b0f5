"""The officer's home."""

from fastapi.responses import Response

from services.portal.api import together
from services.portal.pages.change_cases.listing import WORKLISTS as OF_CHANGES
from services.portal.pages.review_cases.listing import WORKLISTS as OF_REVIEWS
from services.portal.visit import Visit
from services.portal.words import N_

SHOWN = 10
FIRST = ("overdue", "to_review", "checking", "returned", "in_public_notice", "awaiting_ministry")
"""Worklists, the most pressing first."""


async def home(visit: Visit) -> Response:
    """What waits in the worklists, firms to be called, and how the year's updates stand."""
    changes, reviews, follow_ups, updates = await together(
        visit.api.get("/changes/worklists"),
        visit.api.get("/reviews/worklists"),
        visit.api.get("/follow_ups", state="open", limit=SHOWN),
        visit.api.get("/update_statistics"),
    )
    return visit.page(
        "home/officer.html",
        waiting=(
            (N_("重大变更"), "/officers/changes", OF_CHANGES, changes),
            (N_("复核"), "/officers/reviews", OF_REVIEWS, reviews),
        ),
        follow_ups=follow_ups,
        updates=updates,
        first=FIRST,
    )
