"""What this service copies of others: compared, and brought in line by `peiyu`, of which nobody is told by mail."""

from collections.abc import Callable, Sequence
from typing import Any

from services.notifier.commands.taking_in import Batch, keep_extensions, settle
from services.notifier.models import Application, Certification, DeadlineExtension, Firm, Occurrence, Report
from services.notifier.repository import compared
from services.notifier.vocabulary import ObligationState
from shared.contracts import ChangeReportState, Correction, ExtensionState, ReviewState
from shared.messaging import Work
from shared.messaging.copies import Copy, Owned
from shared.web.delegations import delegations_kept

REPORTED_AS = {"draft": ObligationState.OPEN, "withdrawn": ObligationState.ENDED}
"""What the state of a report makes of the duty to report; in every other one it is met."""


def _taken_in(note: Callable[[Batch, Any], None]) -> Callable[[Work, Sequence[Any]], Any]:
    async def take(work: Work, states: Sequence[Any]) -> None:
        batch = Batch(work, anew=True)
        for state in states:
            note(batch, state)
        await settle(batch)

    return take


def _note_report(batch: Batch, state: ChangeReportState) -> None:
    batch.report(state, REPORTED_AS.get(state.status, ObligationState.MET))


def _note_application(batch: Batch, told: tuple[ReviewState, Correction | None]) -> None:
    state, correction = told
    batch.application(state, None if state.step else state.status, correction)


async def _take_extensions(work: Work, states: Sequence[ExtensionState]) -> None:
    await keep_extensions(work, states, anew=True)


OWNED: tuple[Owned[Any], ...] = ()
COPIES = (
    Copy("profiles", Firm.credit_code, compared.PROFILES, _taken_in(Batch.profile)),
    Copy("titles", Certification.id, compared.TITLES, _taken_in(Batch.certification)),
    Copy("applications", Application.id, compared.APPLICATIONS, _taken_in(_note_application)),
    Copy("reports", Report.id, compared.REPORTS, _taken_in(_note_report)),
    Copy("occurrences", Occurrence.id, compared.OCCURRENCES, _taken_in(Batch.occurrence)),
    Copy("extensions", DeadlineExtension.id, compared.EXTENSIONS, _take_extensions),
    delegations_kept(_taken_in(Batch.delegation)),
)
