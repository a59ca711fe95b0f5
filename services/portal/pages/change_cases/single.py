"""A page for each act on one report."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal import acting
from services.portal.acting import Act, Case, Sent
from services.portal.api import Refused
from services.portal.change_report import places
from services.portal.pages.change_cases.acts import ACTS, ANSWER, LIST, at_first, path_of, waiting
from services.portal.rendering import day
from services.portal.visit import Officer, Visit
from services.portal.words import N_, word

router = APIRouter()
PARTS = {"outcome": N_("决定"), "reason": N_("理由")}


@router.get("/{report_id}/{name}")
async def ask(visit: Officer, report_id: UUID, name: str) -> Response:
    """The page of the act."""
    return await _page(visit, acting.act_of(ACTS, name), report_id, None, None)


@router.post("/{report_id}/{name}")
async def do(visit: Officer, report_id: UUID, name: str) -> Response:
    """It is done; back to the report."""
    act = acting.act_of(ACTS, name)
    back = await acting.back_of(visit, LIST)
    return await acting.act_on(visit, act, path_of(report_id), back, partial(_page, visit, act, report_id))


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
