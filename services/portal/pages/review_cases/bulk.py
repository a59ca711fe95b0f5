"""One act on many applications."""

from typing import Any

from services.portal.acting import Act
from services.portal.bulk import Bulk
from services.portal.pages.review_cases.acts import AT_ONCE, OUTCOMES
from services.portal.pages.review_cases.single import case_of, places
from services.portal.visit import Visit


def _context(visit: Visit, act: Act) -> dict[str, Any]:
    outcomes = [{"outcome": each, "citation": None} for each in OUTCOMES.get(act.name, ())]
    return {"outcomes": outcomes, "review": None, "places": places(visit), "time": None, "holder": None}


router = Bulk("/reviews", AT_ONCE, case_of, _context).router()
