"""One that was recorded: what became of it, and each act on it."""

import asyncio
from dataclasses import replace
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal import acting
from services.portal.acting import Act, Case, Sent, only
from services.portal.api import Refused, happened
from services.portal.cases import act_pages
from services.portal.pages.change_cases.acts import SANCTION, SANCTION_ANSWER, at_first, waiting
from services.portal.rendering import day
from services.portal.visit import Officer, Visit
from services.portal.words import N_, word

router = APIRouter()
LIST = f"{acting.OFFICERS}/occurrences"
RECORDED = N_("线索已登记，平台将通知企业在期限内报告。")
DISMISSAL = Act(
    "dismissal",
    "dismiss",
    N_("撤销线索"),
    N_("线索已撤销，平台将告知企业。"),
    "occurrences/dismissal.html",
    only("reason"),
    {"reason": N_("撤销原因")},
    final=True,
)
UNREPORTED = replace(SANCTION, title=N_("处理逾期未报告"), done=N_("对逾期未报告的处理已作出。"))
ACTS = (UNREPORTED, SANCTION_ANSWER, DISMISSAL)


@router.get("/{occurrence_id}")
async def occurrence(visit: Officer, occurrence_id: UUID, done: str = "") -> Response:
    """What was seen, by when it is reported, what became of it; `done` is what was just done to it."""
    found, events = await asyncio.gather(
        visit.api.get(f"/occurrences/{occurrence_id}"), happened(visit.api, case=occurrence_id)
    )
    return visit.page(
        "occurrences/detail.html",
        occurrence=found,
        acts=acting.possible(ACTS, found["allowed"]),
        done=RECORDED if done == "recorded" else acting.told(ACTS, done),
        back=await acting.back_of(visit, LIST),
        happened=events,
    )


async def _page(visit: Visit, act: Act, occurrence_id: UUID, sent: Sent | None, refused: Refused | None) -> Response:
    path = f"/occurrences/{occurrence_id}"
    found = await visit.api.get(path)
    what = f"{word(visit.language, found['type'], 'change_type')} · {day(visit.language, found['happened_on'])}"
    waits = waiting(visit, (found["sanction"] or {}).get("titles", ()))
    return acting.asked(
        visit,
        act,
        Case(path, found["enterprise_name"], what, tuple(found["allowed"])),
        await acting.back_of(visit, LIST),
        sent,
        refused,
        titles=found["titles"],
        typed=at_first(found["titles"], waits),
        late=found["consequence"],
        waiting=waits,
    )


router.include_router(act_pages("/occurrences", ACTS, _page))
