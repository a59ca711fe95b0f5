"""Who takes a report in hand."""

from uuid import UUID

from services.changes.commands.records import held, step
from services.changes.domain.cases import require
from services.changes.models import Report
from services.changes.vocabulary import Act, Status
from shared.messaging import Work
from shared.web.caller import Caller
from shared.web.cases import Assignment


async def assign(work: Work, report_id: UUID, assignment: Assignment, caller: Caller) -> Report:
    """Take a case, release it or give it to another officer. Raises `HeldByAnother` unless the bureau does it."""
    report = await held(work, report_id)
    require(Act.ASSIGN, report.status)
    report.assignee, report.assignee_name = assignment.by(caller, report.assignee, report.assignee_name)
    step(work, report, Act.ASSIGN, Status(report.status), caller, words=report.assignee_name)
    return report
