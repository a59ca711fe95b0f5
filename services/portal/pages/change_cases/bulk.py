"""One act on many reports."""

from services.portal.bulk import Bulk
from services.portal.pages.change_cases.acts import AT_ONCE
from services.portal.pages.change_cases.single import case_of

CONTEXT = {"titles": None, "late": None, "places": (), "time": None, "holder": None}
router = Bulk("/changes", AT_ONCE, case_of, lambda _visit, _act: CONTEXT).router()
