"""Who takes a report in hand."""

from uuid import UUID

from services.changes.commands.records import held, step
from services.changes.domain.cases import require
from services.changes.forms import ME, Assignment
from services.changes.models import Report
from services.changes.vocabulary import Act, Status
from shared.messaging import Work
from shared.web.caller import Caller, Role
from shared.web.problems import Conflict


class HeldByAnother(Conflict):
    """Another officer has taken this case"""

    type = "case-assigned"
    title_zh = "该件已由其他人员承办"


async def assign(work: Work, report_id: UUID, assignment: Assignment, caller: Caller) -> Report:
    """Take a case, release it or give it to another officer. Raises `HeldByAnother` unless the bureau does it."""
    report = await held(work, report_id)
    require(Act.ASSIGN, report.status)
    if report.assignee not in (None, caller.subject) and caller.role is not Role.BUREAU:
        raise HeldByAnother(
            f"{report.assignee_name} has it; only that officer or the bureau can change this",
            assignee=report.assignee,
            assignee_name=report.assignee_name,
        )
    mine = assignment.assignee == ME
    report.assignee = caller.subject if mine else assignment.assignee
    report.assignee_name = caller.name if mine else assignment.assignee_name if assignment.assignee else None
    step(work, report, Act.ASSIGN, Status(report.status), caller, words=report.assignee_name)
    return report
