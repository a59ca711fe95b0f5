"""A page for each act on one application."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from fastapi.responses import Response

from services.portal import acting
from services.portal.acting import Act, Case, Sent
from services.portal.api import NotThere, Refused
from services.portal.cases import act_pages
from services.portal.pages.review_cases.acts import ACTS, FINDING, LIST, RESUBMISSION, path_of
from services.portal.rendering import day
from services.portal.visit import Visit
from services.portal.words import word

PLACES = ("statement", "declaration.signatory")
"""The fields of the application in which something can be wrong; all else is said of all of it."""


def case_of(visit: Visit, review: Mapping[str, Any]) -> Case:
    """An application as the page of an act names it."""
    title, applied = word(visit.language, review["title"], "title"), day(visit.language, review["applied_at"])
    what = visit.say("%(title)s复核，%(day)s申请", title=title, day=applied)
    return Case(path_of(review["id"]), review["enterprise_name"], what, tuple(review.get("allowed", ())))


def places(visit: Visit) -> list[tuple[str, str]]:
    """The fields of the application as choices, each at its place in the application's document."""
    return [(acting.pointer(each), word(visit.language, each, "review_field")) for each in PLACES]


async def _page(visit: Visit, act: Act, review_id: UUID, sent: Sent | None, refused: Refused | None) -> Response:
    review = await visit.api.get(path_of(review_id))
    return acting.asked(
        visit,
        act,
        case_of(visit, review),
        await acting.back_of(visit, LIST),
        sent,
        refused,
        review=review,
        outcomes=review["outcomes"],
        objection=_objection(review, await _number(visit)) if act.name == FINDING.name else None,
        typed={"statement": review["statement"] or ""} if act is RESUBMISSION else {},
        places=places(visit),
        time=review["correction_time"],
        holder=review["assignee_name"] or "",
    )


async def _number(visit: Visit) -> str:
    """The objection that is found on, as the query or the form names it; empty for the first that is open."""
    sent = await visit.request.form() if visit.request.method == "POST" else visit.request.query_params
    number = str(sent.get("number") or "")
    if not number.isdecimal() and (number or visit.request.method == "POST"):
        raise NotThere
    return number


def _objection(review: Mapping[str, Any], number: str) -> Mapping[str, Any] | None:
    """That objection; the first that is open where none is named."""
    if not number:
        return next((each for each in review["objections"] if each["upheld"] is None), None)
    found: dict[str, Mapping[str, Any]] = {str(each["number"]): each for each in review["objections"]}
    if number not in found:
        raise NotThere
    return found[number]


async def _aimed(visit: Visit, act: Act) -> Act:
    """A finding goes to its objection."""
    return replace(act, path=f"objections/{await _number(visit)}/finding") if act is FINDING else act


router = act_pages("/reviews", ACTS, _page, _aimed)
