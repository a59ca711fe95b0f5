"""What others copy of this service, and what it copies of them: compared, and brought in line by `peiyu`."""

from collections.abc import Sequence
from uuid import UUID

from services.profile.commands.delegations import delegation_state
from services.profile.commands.enterprises import ensure_holders
from services.profile.commands.extensions import extension_state
from services.profile.commands.owed import take_titles
from services.profile.commands.telling import profile_states
from services.profile.models import DeadlineExtension, Delegation, Enterprise, HeldTitle
from services.profile.repository import compared
from shared.contracts import CertificationState, DelegationState, ExtensionState, ProfileState
from shared.messaging import Work
from shared.messaging.copies import Copy, Owned, states_of


async def _profiles(work: Work, keys: Sequence[str]) -> list[ProfileState]:
    return await profile_states(work, await states_of(work.session, Enterprise.credit_code, keys))


async def _extensions(work: Work, keys: Sequence[UUID]) -> list[ExtensionState]:
    return [extension_state(each) for each in await states_of(work.session, DeadlineExtension.id, keys)]


async def _delegations(work: Work, keys: Sequence[UUID]) -> list[DelegationState]:
    return [delegation_state(*found) for found in await compared.delegations(work.session, keys)]


async def _take_titles(work: Work, titles: Sequence[CertificationState]) -> None:
    await ensure_holders(work, titles)
    await take_titles(work, [(title, work.now()) for title in titles], anew=True)


OWNED = (
    Owned("profiles", Enterprise.credit_code, compared.PROFILES, _profiles),
    Owned("extensions", DeadlineExtension.id, compared.EXTENSIONS, _extensions),
    Owned("delegations", Delegation.id, compared.DELEGATIONS, _delegations),
)
COPIES = (Copy("titles", HeldTitle.certification_id, compared.TITLES, _take_titles),)
