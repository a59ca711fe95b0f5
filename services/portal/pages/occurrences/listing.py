"""What was recorded: whose time is over first."""

from fastapi import APIRouter
from fastapi.responses import Response

from services.portal.visit import Officer
from services.portal.words import N_
from services.portal.worklists import Worklist, listed

router = APIRouter()
WORKLISTS = {
    "overdue": Worklist(N_("逾期未报告"), N_("报告期限已过，企业仍未报告，等待处理。"), {"state": "overdue"}),
    "open": Worklist(N_("待企业报告"), N_("已通知企业，在报告期限内。"), {"state": "open"}),
    "reported": Worklist(N_("已报告"), N_("企业已经报告。"), {"state": "reported"}),
    "sanctioned": Worklist(N_("已处理"), N_("未按期报告，已作出处理。"), {"state": "sanctioned"}),
    "dismissed": Worklist(N_("已撤销"), N_("经核实不属实，或无须报告。"), {"state": "dismissed"}),
    "all": Worklist(N_("全部"), N_("所有登记过的线索。"), {}),
}
FILTERS = ("type", "authority", "credit_code", "due_from", "due_to")


@router.get("")
async def occurrences(visit: Officer) -> Response:
    """One of the lists."""
    labels = {name: visit.say(text) for name, text in LABELS.items()}
    return await listed(visit, "/occurrences", "occurrences/list.html", WORKLISTS, FILTERS, labels=labels)


LABELS = {"credit_code": N_("统一社会信用代码"), "due_from": N_("报告期限自"), "due_to": N_("报告期限至")}
