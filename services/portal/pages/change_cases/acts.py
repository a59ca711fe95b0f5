"""What officers do to a report of a major change: to one in the order of the procedure, to many at once."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any
from uuid import UUID

from starlette.datastructures import FormData

from services.portal.account import Role
from services.portal.acting import ASSIGNMENT, OFFICERS, RETURN, Act, only
from services.portal.forms import nested, typed
from services.portal.visit import Visit
from services.portal.words import N_, word

LIST = f"{OFFICERS}/changes"


def _decision(form: FormData) -> dict[str, Any]:
    """A decision on every title; of a firm that holds none it has none."""
    fields = {name: value for name, value in typed(form).items() if name.startswith("decisions.")}
    return {"decisions": []} | nested(fields)


def _sanction(form: FormData) -> dict[str, Any]:
    """What was chosen for which titles: where there are some to tick, at least one must be ticked."""
    fields = typed(form)
    chosen = nested({name: fields.get(name, "") for name in ("choice", "reason")})
    ticked = {name: value for name, value in fields.items() if name.startswith("certification_ids.")}
    return chosen | ({"certification_ids": []} | nested(ticked) if fields.get("titles") else {})


_answer = only("certification_id", "outcome", "reason", "answered_on")
ANSWER_LABELS = {
    "certification_id": N_("称号"),
    "outcome": N_("工信部的决定"),
    "reason": N_("理由"),
    "answered_on": N_("工信部答复日期"),
}
OPINION = Act(
    "opinion",
    "give_opinion",
    N_("出具审核意见"),
    N_("审核意见已出具，已转市工信局。"),
    "change_cases/opinion.html",
    only("meets_criteria", "opinion"),
    {"meets_criteria": N_("是否符合条件"), "opinion": N_("审核意见")},
    main=True,
)
DECISION = Act(
    "decision",
    "decide",
    N_("对称号作出决定"),
    N_("决定已作出，企业将收到通知。"),
    "change_cases/decision.html",
    _decision,
    {},
    main=True,
    final=True,
)
ALIKE = Act(
    "decision",
    "decide",
    N_("对称号作出相同决定"),
    N_("决定已作出，企业将收到通知。"),
    "change_cases/alike.html",
    only("outcome", "reason"),
    {"outcome": N_("决定"), "reason": N_("理由")},
)
ANSWER = Act(
    "ministry_answer",
    "record_answer",
    N_("登记工信部答复"),
    N_("工信部答复已登记。"),
    "change_cases/answer.html",
    _answer,
    ANSWER_LABELS,
    main=True,
    final=True,
)
SANCTION = Act(
    "sanction",
    "sanction",
    N_("处理逾期报告"),
    N_("对逾期报告的处理已作出。"),
    "change_cases/sanction.html",
    _sanction,
    {"choice": N_("处理"), "certification_ids": N_("涉及的称号"), "reason": N_("理由")},
    final=True,
)
SANCTION_ANSWER = Act(
    "sanction_answer",
    "answer_sanction",
    N_("登记工信部对逾期处理的答复"),
    N_("工信部对逾期处理的答复已登记。"),
    "change_cases/answer.html",
    _answer,
    ANSWER_LABELS,
    final=True,
    path="sanction/ministry_answer",
)
ACTS = (OPINION, DECISION, ANSWER, RETURN, SANCTION, SANCTION_ANSWER, ASSIGNMENT)
AT_ONCE: Mapping[Role, tuple[Act, ...]] = MappingProxyType(
    {"authority": (OPINION, RETURN, ASSIGNMENT), "bureau": (ALIKE, RETURN, SANCTION, ASSIGNMENT)}
)
"""What each office does to many reports at once."""


def path_of(report_id: UUID) -> str:
    """Where a report is below the API."""
    return f"/changes/{report_id}"


def at_first(titles: Iterable[Mapping[str, Any]], waiting: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Every title is ticked, and the only one that waits for the ministry chosen, until somebody says otherwise."""
    ticked = {f"certification_ids.{place}": each["certification_id"] for place, each in enumerate(titles)}
    return ticked | ({"certification_id": waiting[0][0]} if len(waiting) == 1 else {})


def waiting(visit: Visit, titles: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Those of them on which the ministry has still to answer, as choices."""
    return [
        (each["certification_id"], word(visit.language, each["title"], "title"))
        for each in titles
        if each["outcome"] in ("referred", "refer_title")
    ]
