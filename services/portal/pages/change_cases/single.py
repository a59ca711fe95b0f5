"""A page for each act on one report."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi.responses import Response

from services.portal import acting
from services.portal.acting import Act, Case, Sent
from services.portal.api import Refused
from services.portal.cases import act_pages
from services.portal.change_report import places
from services.portal.pages.change_cases.acts import ACTS, ANSWER, LIST, at_first, path_of, waiting
from services.portal.rendering import day
from services.portal.visit import Visit
from services.portal.words import N_, word

PARTS = {"outcome": N_("决定"), "reason": N_("理由")}


def case_of(visit: Visit, report: Mapping[str, Any]) -> Case:
    """A report as the page of an act names it."""
    what = f"{word(visit.language, report['type'], 'change_type')} · {day(visit.language, report['happened_on'])}"
    return Case(path_of(report["id"]), report["enterprise_name"], what, tuple(report.get("allowed", ())))


async def _page(visit: Visit, act: Act, report_id: UUID, sent: Sent | None, refused: Refused | None) -> Response:
    report = await visit.api.get(path_of(report_id))
    titles = report["titles"]
    waits = waiting(visit, report["decisions"] if act is ANSWER else (report["sanction"] or {}).get("titles", ()))
    return acting.asked(
        visit,
        act,
        case_of(visit, report),
        await acting.back_of(visit, LIST),
        sent,
        refused,
        labels={
            f"decisions.{place}.{part}": f"{word(visit.language, each['title'], 'title')} · {visit.say(text)}"
            for place, each in enumerate(titles)
            for part, text in PARTS.items()
        },
        titles=titles,
        typed=at_first(titles, waits),
        late=report["timeliness"]["consequence"],
        waiting=waits,
        places=[(acting.pointer(field), name) for field, name in places(report, visit.language)],
        time=report["correction_time"],
        holder=report["assignee_name"] or "",
    )


router = act_pages("/changes", ACTS, _page)
