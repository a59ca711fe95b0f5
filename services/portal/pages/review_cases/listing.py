"""The worklists: what is to be done first, with the acts on many at once below it."""

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.pages.review_cases.acts import AT_ONCE
from services.portal.visit import Officer
from services.portal.words import N_
from services.portal.worklists import Worklist, listed

router = APIRouter()
WORKLISTS = {
    "to_review": Worklist(N_("待审核"), N_("等待本部门办理，在办理期限内。"), {"worklist": "to_review"}),
    "overdue": Worklist(N_("已逾期"), N_("办理或补正期限已过，请优先处理。"), {"worklist": "overdue"}),
    "returned": Worklist(N_("待企业补正"), N_("已退回企业，等待补正。"), {"worklist": "returned"}),
    "in_public_notice": Worklist(
        N_("公示中"), N_("公示期满且没有未处理的异议，自动通过复核。"), {"worklist": "in_public_notice"}
    ),
    "awaiting_ministry": Worklist(
        N_("待工信部答复"), N_("已推荐至工信部，收到决定后登记。"), {"worklist": "awaiting_ministry"}
    ),
    "checking": Worklist(N_("核对中"), N_("平台正在核对企业信息，无须处理。"), {"worklist": "checking"}),
    "ended": Worklist(N_("已结束"), N_("已办结、未受理或企业已撤回。"), {"ended": "true"}),
    "all": Worklist(N_("全部"), N_("所有复核申请。"), {}),
}
FILTERS = ("title", "status", "authority", "assignee", "credit_code")


@router.get("")
async def applications(visit: Officer) -> Response:
    """A worklist."""
    labels = {"credit_code": visit.say("统一社会信用代码")}
    acts = AT_ONCE[visit.account.role] if visit.account else ()
    return await listed(
        visit, "/reviews", "review_cases/list.html", WORKLISTS, FILTERS, labels=labels, sized=True, acts=acts
    )
