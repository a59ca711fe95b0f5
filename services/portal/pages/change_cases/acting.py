"""A page for each act on a report: what it asks, how it is sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.datastructures import FormData

from services.portal import acting
from services.portal.acting import ASSIGNMENT, RETURN, Act, Case
from services.portal.api import Refused
from services.portal.change_report import places
from services.portal.forms import nested, typed
from services.portal.pages.change_cases.acts import (
    ACTS,
    ANSWER,
    DECISION,
    LIST,
    OPINION,
    SANCTION,
    SANCTION_ANSWER,
    path_of,
)
from services.portal.rendering import day
from services.portal.visit import Officer, Visit
from services.portal.words import N_, word

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page of an act asks: the template of its fields, their names, the body that the API takes."""

    form: str
    body: Callable[[FormData], dict[str, Any]]
    labels: Mapping[str, str]


def _only(*names: str) -> Callable[[FormData], dict[str, Any]]:
    return lambda form: nested({name: value for name, value in typed(form).items() if name in names})


def _decision(form: FormData) -> dict[str, Any]:
    """A decision on every title; of a firm that holds none it has none."""
    fields = {name: value for name, value in typed(form).items() if name.startswith("decisions.")}
    return {"decisions": []} | nested(fields)


def _sanction(form: FormData) -> dict[str, Any]:
    """What was chosen for which titles: where there are some, at least one must be ticked."""
    fields = typed(form)
    chosen = {name: fields.get(name, "") for name in ("choice", "reason")}
    ticked = {name: value for name, value in fields.items() if name.startswith("certification_ids.")}
    nothing_to_tick = fields.get("titles") == "0"
    return nested(chosen) | ({} if nothing_to_tick else {"certification_ids": []} | nested(ticked))


ANSWERED = _only("certification_id", "outcome", "reason", "answered_on")
ANSWER_NAMES = {
    "certification_id": N_("称号"),
    "outcome": N_("工信部的决定"),
    "reason": N_("理由"),
    "answered_on": N_("工信部答复日期"),
}
PARTS = {"outcome": N_("决定"), "reason": N_("理由")}
PAGES: Mapping[Act, Asked] = {
    OPINION: Asked(
        "change_cases/opinion.html",
        _only("meets_criteria", "opinion"),
        {"meets_criteria": N_("是否符合条件"), "opinion": N_("审核意见")},
    ),
    DECISION: Asked("change_cases/decision.html", _decision, {}),
    ANSWER: Asked("change_cases/answer.html", ANSWERED, ANSWER_NAMES),
    RETURN: Asked("acting/return.html", acting.correction, {"due": N_("补正期限")}),
    SANCTION: Asked(
        "change_cases/sanction.html",
        _sanction,
        {"choice": N_("处理"), "certification_ids": N_("涉及的称号"), "reason": N_("理由")},
    ),
    SANCTION_ANSWER: Asked("change_cases/answer.html", ANSWERED, ANSWER_NAMES),
    ASSIGNMENT: Asked(
        "acting/assignment.html",
        acting.assignment,
        {"assignee": N_("由谁承办"), "assignee_name": N_("其他人员的姓名")},
    ),
}


@router.get("/{report_id}/{name}")
async def ask(visit: Officer, report_id: UUID, name: str) -> Response:
    """The page of the act."""
    act = acting.act_of(ACTS, name)
    back = acting.back_of(visit, otherwise=LIST)
    return _page(visit, act, await visit.api.get(path_of(report_id)), back)


@router.post("/{report_id}/{name}")
async def act(visit: Officer, report_id: UUID, name: str) -> Response:
    """It is done; back to the case."""
    form = await visit.request.form()
    act = acting.act_of(ACTS, name)
    back = acting.back_of(visit, form, otherwise=LIST)
    body = PAGES[act].body(form)
    fields, rows = acting.rows_of(body) if act is RETURN else (typed(form), 1)
    if act is RETURN and form.get("do") == acting.ADD:
        return _page(visit, act, await visit.api.get(path_of(report_id)), back, None, fields, rows + 1)
    try:
        await acting.do(visit, act, path_of(report_id), body, form)
    except Refused as refused:
        return _page(visit, act, await visit.api.get(path_of(report_id)), back, refused, fields, rows)
    return acting.done(visit, act, path_of(report_id), back)


def _page(
    visit: Visit,
    act: Act,
    report: Mapping[str, Any],
    back: str,
    refused: Refused | None = None,
    fields: Mapping[str, str] | None = None,
    rows: int = 1,
) -> Response:
    asked, waiting = PAGES[act], _waiting(act, report)
    what = f"{word(visit.language, report['type'], 'change_type')} · {day(visit.language, report['happened_on'])}"
    case = Case(path_of(report["id"]), report["enterprise_name"], what, tuple(report["allowed"]))
    labels = {name: visit.say(text) for name, text in asked.labels.items()}
    labels |= acting.correction_labels(visit, rows)
    for place, title in enumerate(report["titles"]):
        name = word(visit.language, title["title"], "title")
        labels |= {f"decisions.{place}.{part}": f"{name} · {visit.say(PARTS[part])}" for part in PARTS}
    return acting.asked(
        visit,
        act,
        case,
        asked.form,
        back,
        refused,
        _all_titles(report) if fields is None else fields,
        labels=labels,
        titles=report["titles"],
        late=report["timeliness"]["consequence"],
        waiting=[(each["certification_id"], word(visit.language, each["title"], "title")) for each in waiting],
        places=[(acting.pointer(field), name) for field, name in places(report, visit.language)],
        rows=rows,
        time=report["correction_time"],
        holder=report["assignee_name"],
    )


def _all_titles(report: Mapping[str, Any]) -> dict[str, str]:
    """Every title is concerned, until somebody says otherwise."""
    return {f"certification_ids.{place}": each["certification_id"] for place, each in enumerate(report["titles"])}


def _waiting(act: Act, report: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The titles on which the ministry has still to answer."""
    if act is ANSWER:
        return [each for each in report["decisions"] if each["outcome"] == "referred"]
    titles = report["sanction"]["titles"] if report["sanction"] else ()
    return [each for each in titles if each["outcome"] == "refer_title"]
