"""The firm's home: what is due, what is under way, what was told last."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from fastapi.responses import Response

from services.portal.api import together
from services.portal.rendering import SHANGHAI
from services.portal.visit import Visit
from services.portal.words import N_

MOST = 50
LAST_MESSAGES = 5

ACTIONS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "update": (("/update/{year}", N_("去更新")),),
    "change_report": (
        ("/changes/{report_id}", N_("继续报告")),
        ("/changes/new?occurrence={occurrence_id}", N_("去报告")),
    ),
    "review": (("/certifications/{certification_id}", N_("去复核")),),
    "returned_case": (("/reviews/{review_id}", N_("去补正")), ("/changes/{report_id}", N_("去补正"))),
}
"""By duty, where it is done: the first page whose ids are known. Mails lead to the same pages."""


async def home(visit: Visit) -> Response:
    """What is due, what is under way, messages; and whether the firm holds a title at all."""
    code = visit.firm
    obligations, changes, reviews, messages, titles = await together(
        visit.api.get("/obligations", credit_code=code, state="open", limit=MOST),
        visit.api.get("/changes", credit_code=code, ended=False, limit=MOST),
        visit.api.get("/reviews", credit_code=code, ended=False, limit=MOST),
        visit.api.get("/messages", credit_code=code, limit=LAST_MESSAGES),
        visit.api.get("/certifications", credit_code=code, limit=1),
    )
    tasks = [
        each | {"action": action(each), "begins": _begins(each)} for each in (obligations or {"items": []})["items"]
    ]
    return visit.page(
        "home/firm.html",
        code=code,
        unheard=obligations is None,
        tasks=[each for each in tasks if each["can_act"] or each["overdue"]],
        later=[each for each in tasks if not each["can_act"] and not each["overdue"]],
        changes=changes,
        reviews=reviews,
        messages=messages,
        untitled=titles is not None and not titles["items"],
        name=titles["items"][0]["enterprise_name"] if titles and titles["items"] else None,
    )


def _begins(obligation: Mapping[str, Any]) -> date:
    return datetime.fromisoformat(obligation["acts_from"]).astimezone(SHANGHAI).date()


def action(obligation: Mapping[str, Any]) -> tuple[str, str] | None:
    """The page where a duty is done and what its button says; None where it cannot be done yet, or nowhere."""
    known = {"year": obligation["year"], **obligation["facts"]}
    for path, text in ACTIONS.get(obligation["duty"], ()) if obligation["can_act"] else ():
        try:
            return path.format(**{name: quote(str(value), safe="") for name, value in known.items() if value}), text
        except KeyError:
            continue
    return None
