"""Changes that officers see before their firms report them: recorded, reported, dismissed, open again."""

from uuid import UUID

import uuid_utils.compat as uuid7s

from services.changes.commands.records import known_firm, occurrence_state
from services.changes.domain.cases import state_of
from services.changes.forms import OccurrenceForm
from services.changes.models import Occurrence, Report
from services.changes.repository import firms
from services.changes.repository import occurrences as kept
from services.changes.vocabulary import OccurrenceState
from shared.contracts import Citation, OccurrenceClosed, OccurrenceRecorded, OccurrenceReopened
from shared.messaging import Work
from shared.web.caller import Caller
from shared.web.problems import Conflict, Defect, InvalidInput, NotFound


class NotInThatState(Conflict):
    """The occurrence is in a state that does not allow this"""

    type = "occurrence-state"
    title_zh = "该线索当前状态不允许此操作"


class RecordedAlready(Conflict):
    """This change was recorded already"""

    type = "occurrence-recorded"
    title_zh = "该变化已有登记"


class ReportedAlready(Conflict):
    """This change was reported already"""

    type = "change-reported"
    title_zh = "该变化企业已经报告"


async def record(work: Work, form: OccurrenceForm, caller: Caller) -> Occurrence:
    """Record that a change happened: its three months run (第十三条).

    Raises `EnterpriseUnknown`, `RecordedAlready` and `ReportedAlready`, the last two with what there is.
    """
    firm = await known_firm(work, form.credit_code, lock=True)
    change = (form.credit_code, form.type, form.happened_on)
    if (recorded := await kept.of_change(work.session, *change)) is not None:
        raise RecordedAlready("A firm's change of one type and day is recorded once", occurrence_id=str(recorded.id))
    if (report_id := await kept.report_of_change(work.session, *change)) is not None:
        raise ReportedAlready("The firm has reported this change itself", report_id=str(report_id))
    due = work.regulation.change_report_due(form.happened_on)
    occurrence = Occurrence(
        id=uuid7s.uuid7(),
        version=1,
        enterprise_name=firm.name,
        authority=firm.authority,
        status=OccurrenceState.OPEN,
        nominal_due=due.nominal,
        due=due.due,
        provisional=due.provisional,
        citation=Citation.model_validate(due.basis).model_dump(),
        recorded_at=work.now(),
        recorded_by=caller.subject,
        recorded_by_name=caller.name,
        **form.model_dump(),
    )
    work.session.add(occurrence)
    await work.session.flush()
    work.emit(
        OccurrenceRecorded(credit_code=firm.credit_code, occurrence=occurrence_state(occurrence)),
        sequence=occurrence.version,
    )
    return occurrence


async def dismiss(work: Work, occurrence_id: UUID, reason: str, caller: Caller) -> Occurrence:
    """Dismiss an occurrence that is none, or that need not be reported. Raises `NotInThatState`."""
    occurrence = await held(work, occurrence_id)
    require(work, occurrence, OccurrenceState.OPEN, OccurrenceState.OVERDUE)
    close(work, occurrence, OccurrenceState.DISMISSED, caller, reason)
    work.emit(
        OccurrenceClosed(credit_code=occurrence.credit_code, occurrence=occurrence_state(occurrence), reason=reason),
        sequence=occurrence.version,
    )
    return occurrence


async def settle(work: Work, report: Report, caller: Caller) -> None:
    """A report is made: what it reports is closed, and linked to it. Its firm's row is locked by who calls this."""
    for occurrence in await kept.meant_by(work.session, report):
        report.occurrence_id = report.occurrence_id or occurrence.id
        if occurrence.status == OccurrenceState.OPEN:
            occurrence.report_id = report.id
            close(work, occurrence, OccurrenceState.REPORTED, caller, None)
            work.emit(
                OccurrenceClosed(credit_code=occurrence.credit_code, occurrence=occurrence_state(occurrence)),
                sequence=occurrence.version,
            )


async def reopen(work: Work, report: Report) -> None:
    """A report is withdrawn: what it had reported is to be reported again."""
    await firms.firm(work.session, report.credit_code, lock=True)
    for occurrence in await kept.reported_by(work.session, report.id):
        occurrence.status = OccurrenceState.OPEN
        occurrence.report_id = occurrence.closed_at = occurrence.closed_by_name = None
        occurrence.version += 1
        work.emit(
            OccurrenceReopened(credit_code=occurrence.credit_code, occurrence=occurrence_state(occurrence)),
            sequence=occurrence.version,
        )


async def require_of(work: Work, occurrence_id: UUID, credit_code: str) -> None:
    """Raises `InvalidInput` unless the firm has such an occurrence that is not closed yet."""
    found = await kept.occurrence(work.session, occurrence_id)
    still = (OccurrenceState.OPEN, OccurrenceState.SANCTIONED)
    if found is None or found.credit_code != credit_code or found.status not in still:
        raise InvalidInput(
            errors=[
                Defect(
                    pointer="/occurrence_id",
                    code="no_such_occurrence",
                    detail="nothing that waits for this enterprise's report has this id",
                    detail_zh="没有待该企业报告的此条线索",
                )
            ]
        )


async def held(work: Work, occurrence_id: UUID) -> Occurrence:
    """The occurrence, locked until the transaction ends. Raises `NotFound`."""
    occurrence = await kept.occurrence(work.session, occurrence_id, lock=True)
    if occurrence is None:
        raise NotFound("There is no such occurrence")
    return occurrence


def require(work: Work, occurrence: Occurrence, *possible: OccurrenceState) -> None:
    """Raise `NotInThatState` unless the occurrence is in one of these states today."""
    state = state_of(occurrence, work.today())
    if state not in possible:
        raise NotInThatState(
            f"The occurrence is {state}; this is possible while it is {' or '.join(possible)}",
            state_of_occurrence=state,
            possible_while=list(possible),
        )


def close(work: Work, occurrence: Occurrence, status: OccurrenceState, caller: Caller, reason: str | None) -> None:
    """Bring an occurrence to an end."""
    occurrence.status = status
    occurrence.closed_at = work.now()
    occurrence.closed_by_name = caller.name
    occurrence.closed_for = reason
    occurrence.version += 1
