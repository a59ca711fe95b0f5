"""Events that concern change reports: copies of firms and of the titles they hold."""

from collections.abc import Sequence

from services.changes.commands import copies
from shared.contracts import (
    CertificationCancelled,
    CertificationExpired,
    CertificationExtended,
    CertificationGranted,
    ProfileChanged,
    ProfileRegistered,
    ProfileUpdated,
)
from shared.messaging import Event, Handlers, Work
from shared.web.delegations import keep_delegations

handlers = Handlers("changes")
keep_delegations(handlers)


@handlers.together(ProfileRegistered, ProfileUpdated, ProfileChanged)
async def on_profiles(work: Work, events: Sequence[Event[ProfileRegistered | ProfileUpdated | ProfileChanged]]) -> None:
    """Keep who firms are and who reviews them."""
    await copies.take_profiles(work, [event.data.profile for event in events])


@handlers.together(CertificationGranted, CertificationExtended, CertificationCancelled, CertificationExpired)
async def on_certifications(
    work: Work,
    events: Sequence[
        Event[CertificationGranted | CertificationExtended | CertificationCancelled | CertificationExpired]
    ],
) -> None:
    """Keep which titles firms hold; a firm that only a title names is known by that."""
    await copies.take_titles(work, [event.data.certification for event in events])
