"""The worklists: what is to be done first, found by what it is and whose, with the acts on many at once below it."""

from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.api import Refused, or_none
from services.portal.pages.change_cases.acts import AT_ONCE, LIST
from services.portal.visit import Officer
from services.portal.words import N_

router = APIRouter()
PAGE = 50
ENDED, ALL = "ended", "all"
WORKLISTS = {
    "to_review": (N_("待审核"), N_("等待本部门办理，在办理期限内。")),
    "overdue": (N_("已逾期"), N_("办理或补正期限已过，请优先处理。")),
    "returned": (N_("待企业补正"), N_("已退回企业，等待补正。")),
    "awaiting_ministry": (N_("待工信部答复"), N_("已报工信部，收到答复后登记。")),
    ENDED: (N_("已结束"), N_("已办结或企业已撤回。")),
    ALL: (N_("全部"), N_("所有已提交的报告。")),
}
"""The lists with what each is for, in the order in which they stand; the first is shown unless another is asked for."""
FILTERS = ("type", "status", "authority", "assignee", "credit_code")


@router.get("")
async def reports(visit: Officer, worklist: str = "to_review", following: str | None = None) -> Response:
    """A worklist."""
    query = visit.request.query_params
    shown = worklist if worklist in WORKLISTS else ALL
    typed = {name: query[name].strip() for name in FILTERS if query.get(name, "").strip()}
    asked = typed | ({"ended": "true"} if shown == ENDED else {} if shown == ALL else {"worklist": shown})
    refused, page = None, None
    try:
        page = await or_none(visit.api.page("/changes", following, limit=PAGE, **asked))
    except Refused as error:
        refused, page = error, {"items": [], "next": None}
    path = f"{LIST}?{urlencode({'worklist': shown, **typed})}"
    return visit.form_page(
        "change_cases/list.html",
        refused,
        typed,
        labels={"query.credit_code": visit.say("统一社会信用代码")},
        page=page,
        shown=shown,
        worklists=WORKLISTS,
        filters=urlencode(typed),
        filtered=bool(typed),
        path=path,
        following=following,
        back=f"{path}&{urlencode({'following': following})}" if following else path,
        acts=AT_ONCE[visit.account.role] if visit.account else (),
    )
