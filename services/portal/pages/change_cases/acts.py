"""What officers do to a report of a major change, in the order of the procedure."""

from uuid import UUID

from services.portal.acting import ASSIGNMENT, OFFICERS, RETURN, Act
from services.portal.words import N_

LIST = f"{OFFICERS}/changes"

OPINION = Act("opinion", "give_opinion", N_("出具审核意见"), N_("审核意见已出具，已转市工信局。"), main=True)
DECISION = Act("decision", "decide", N_("对称号作出决定"), N_("决定已作出，企业将收到通知。"), main=True, final=True)
ANSWER = Act("ministry_answer", "record_answer", N_("登记工信部答复"), N_("工信部答复已登记。"), main=True, final=True)
SANCTION = Act("sanction", "sanction", N_("处理逾期报告"), N_("对逾期报告的处理已作出。"), final=True)
SANCTION_ANSWER = Act(
    "sanction_answer",
    "answer_sanction",
    N_("登记工信部对逾期处理的答复"),
    N_("工信部对逾期处理的答复已登记。"),
    final=True,
    path="sanction/ministry_answer",
)
ACTS = (OPINION, DECISION, ANSWER, RETURN, SANCTION, SANCTION_ANSWER, ASSIGNMENT)


def path_of(report_id: UUID) -> str:
    """Where a report is below the API."""
    return f"/changes/{report_id}"
