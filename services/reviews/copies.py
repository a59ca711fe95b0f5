"""What others copy of this service, and what it copies of them: compared, and brought in line by `peiyu`."""

from collections.abc import Sequence
from uuid import UUID

from services.reviews.commands.duties import take_profiles
from services.reviews.commands.extensions import take_extensions
from services.reviews.commands.records import certification_state, review_state
from services.reviews.models import Certification, DeadlineExtension, ProfileCopy, Review
from services.reviews.repository import certifications as titles
from services.reviews.repository import compared
from services.reviews.vocabulary import CertificationStatus
from shared.contracts import CertificationState, Correction, ExtensionState, ProfileState, ReviewState
from shared.messaging import Work
from shared.messaging.copies import Copy, Owned, states_of
from shared.web.delegations import delegations_kept


async def _titles(work: Work, keys: Sequence[UUID]) -> list[CertificationState]:
    duties = await titles.duties(work.session, keys)
    return [
        certification_state(each, duties[each.id] if each.status == CertificationStatus.VALID else ())
        for each in await states_of(work.session, Certification.id, keys)
    ]


async def _applications(work: Work, keys: Sequence[UUID]) -> list[tuple[ReviewState, Correction | None]]:
    return [
        (
            review_state(review, certification),
            Correction.model_validate(review.correction) if review.correction else None,
        )
        for review, certification in await compared.applications(work.session, keys)
    ]


async def _take_profiles(work: Work, states: Sequence[ProfileState]) -> None:
    await take_profiles(work, states, anew=True)


async def _take_extensions(work: Work, states: Sequence[ExtensionState]) -> None:
    await take_extensions(work, states, anew=True)


OWNED = (
    Owned("titles", Certification.id, compared.TITLES, _titles),
    Owned("applications", Review.id, compared.APPLICATIONS, _applications),
)
COPIES = (
    Copy("profiles", ProfileCopy.credit_code, compared.PROFILES, _take_profiles),
    Copy("extensions", DeadlineExtension.extension_id, compared.EXTENSIONS, _take_extensions),
    delegations_kept(),
)
