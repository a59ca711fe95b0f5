"""Recording that a major change happened: its three months run, and the firm is told."""

from collections.abc import Mapping

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.acting import OUT_OF_REACH
from services.portal.api import NotThere, Refused
from services.portal.forms import key_of, nested, typed
from services.portal.visit import Officer, Visit
from services.portal.words import N_

router = APIRouter()
LABELS = {
    "credit_code": N_("企业统一社会信用代码"),
    "type": N_("变更类型"),
    "happened_on": N_("发生日期"),
    "evidence": N_("线索来源和依据"),
}


@router.get("/new")
async def new(visit: Officer) -> Response:
    """What is asked; the firm may stand in the query."""
    return _page(visit, None, {"credit_code": visit.request.query_params.get("credit_code", "")})


@router.post("/new")
async def record(visit: Officer) -> Response:
    """It is recorded; its page says what follows."""
    form = await visit.request.form()
    fields = {name: value for name, value in typed(form).items() if name in LABELS}
    try:
        made = await visit.api.post("/occurrences", nested(fields), key=key_of(form))
    except NotThere:
        return _page(visit, Refused(OUT_OF_REACH), fields)
    except Refused as refused:
        return _page(visit, refused, fields)
    return visit.go(f"/officers/occurrences/{made.body['id']}?done=recorded")


def _page(visit: Visit, refused: Refused | None, fields: Mapping[str, str]) -> Response:
    """The form, with a way to what there is of the change already."""
    problem = refused.problem if refused else {}
    return visit.form_page(
        "occurrences/new.html",
        refused,
        fields,
        labels={name: visit.say(text) for name, text in LABELS.items()},
        recorded=problem.get("occurrence_id"),
        reported=problem.get("report_id"),
    )
