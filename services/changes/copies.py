"""What others copy of this service, and what it copies of them: compared, and brought in line by `peiyu`."""

from collections.abc import Sequence
from uuid import UUID

from services.changes.commands import copies
from services.changes.commands.records import occurrence_state, report_state
from services.changes.models import Firm, HeldTitle, Occurrence, Report
from services.changes.repository import compared
from shared.contracts import CertificationState, ChangeReportState, OccurrenceState, ProfileState
from shared.messaging import Work
from shared.messaging.copies import Copy, Owned, states_of
from shared.web.delegations import delegations_kept


async def _reports(work: Work, keys: Sequence[UUID]) -> list[ChangeReportState]:
    return [report_state(each) for each in await states_of(work.session, Report.id, keys)]


async def _occurrences(work: Work, keys: Sequence[UUID]) -> list[OccurrenceState]:
    return [occurrence_state(each) for each in await states_of(work.session, Occurrence.id, keys)]


async def _take_profiles(work: Work, states: Sequence[ProfileState]) -> None:
    await copies.take_profiles(work, states, anew=True)


async def _take_titles(work: Work, states: Sequence[CertificationState]) -> None:
    await copies.take_titles(work, states, anew=True)


OWNED = (
    Owned("reports", Report.id, compared.REPORTS, _reports),
    Owned("occurrences", Occurrence.id, compared.OCCURRENCES, _occurrences),
)
COPIES = (
    Copy("profiles", Firm.credit_code, compared.PROFILES, _take_profiles),
    Copy("titles", HeldTitle.certification_id, compared.TITLES, _take_titles),
    delegations_kept(),
)
