"""Where the button of a mail leads: the portal's pages, in one table."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from services.notifier.vocabulary import REMINDING, Audience, Kind

REPORT = ("/changes/{report_id}", "/changes/new?occurrence={occurrence_id}")
TITLE = ("/certifications/{certification_id}",)
REVIEW = ("/reviews/{review_id}",)
NEWS = ("/messages",)
REVIEWS = frozenset(kind for kind in Kind if kind.startswith("review_")) - {Kind.REVIEW_WINDOW}
CHANGES = frozenset(kind for kind in Kind if kind.startswith("change_")) - {Kind.CHANGE_REPORT_DUE}
TITLES = frozenset(kind for kind in Kind if kind.startswith(("certification_", "eligibility_")))
FOLLOW_UPS = frozenset({Kind.FIRM_UNREACHED, Kind.FIRM_UNANSWERED})

Pages = Mapping[Kind, tuple[str, ...]]

FIRM: Pages = {
    **dict.fromkeys(REVIEWS, REVIEW),
    **dict.fromkeys(CHANGES, REPORT),
    **dict.fromkeys(TITLES, TITLE),
    Kind.UPDATE_DUE: ("/update/{year}",),
    Kind.UPDATE_RECEIVED: ("/update/{year}",),
    Kind.CHANGE_REPORT_DUE: REPORT,
    Kind.CHANGE_SANCTIONED: ("/changes/{report_id}", *NEWS),
    Kind.OCCURRENCE_RECORDED: REPORT,
    Kind.RETURNED_CASE_DUE: (*REVIEW, "/changes/{report_id}"),
    Kind.REVIEW_WINDOW: TITLE,
    Kind.REVIEW_REFUSED: TITLE,
}
"""For a firm: the first page whose ids are known; for what has none, its messages."""

OFFICERS: Pages = {
    **dict.fromkeys(REVIEWS, ("/officers/reviews/{review_id}",)),
    **dict.fromkeys(CHANGES, ("/officers/changes/{report_id}",)),
    **dict.fromkeys(REMINDING, ("/officers/firms?duty={duty}&due={due}",)),
    **dict.fromkeys(FOLLOW_UPS, ("/officers/follow_ups",)),
}
"""For officers."""

ACTING = REMINDING | {Kind.CHANGE_RETURNED, Kind.OCCURRENCE_RECORDED, Kind.REVIEW_RETURNED}
"""What asks its reader to do something there, and does not only tell; to officers all does."""


def path(kind: str, audience: str, facts: Mapping[str, Any]) -> str:
    """The portal's page for what a message tells; a page of all such things where its ids are not known."""
    pages = (FIRM if audience == Audience.FIRM else OFFICERS).get(Kind(kind), NEWS)
    for page in pages:
        if (filled := _filled(page, facts)) is not None:
            return filled
    return re.split(r"[/?][^/?]*\{", pages[0])[0] or "/"


def acts(kind: str, audience: str) -> bool:
    """Whether the reader of a message is to do something on its page."""
    return audience == Audience.OFFICERS or kind in ACTING


def _filled(page: str, facts: Mapping[str, Any]) -> str | None:
    try:
        return re.sub(r"\{(\w+)\}", lambda found: quote(str(facts[found[1]]), safe=""), page)
    except KeyError:
        return None
