"""Events that concern change reports: copies of firms and of the titles they hold."""

from collections.abc import Sequence

from services.changes.repository import firms
from shared.contracts import (
    CertificationCancelled,
    CertificationExpired,
    CertificationExtended,
    CertificationGranted,
    ProfileChanged,
    ProfileRegistered,
    ProfileUpdated,
)
from shared.messaging import Event, Handlers, Work, newest
from shared.web.delegations import keep_delegations

handlers = Handlers("changes")
keep_delegations(handlers)

NAMED_BY_A_TITLE = 0
"""The version of a firm's copy that any word of the profile service replaces."""


@handlers.together(ProfileRegistered, ProfileUpdated, ProfileChanged)
async def on_profiles(work: Work, events: Sequence[Event[ProfileRegistered | ProfileUpdated | ProfileChanged]]) -> None:
    """Keep who firms are and who reviews them."""
    profiles = newest((event.data.profile for event in events), lambda profile: profile.credit_code)
    await firms.copy_firms(
        work.session,
        [
            {
                "credit_code": profile.credit_code,
                "version": profile.version,
                "name": profile.name,
                "authority": profile.authority,
            }
            for profile in profiles
        ],
    )


@handlers.together(CertificationGranted, CertificationExtended, CertificationCancelled, CertificationExpired)
async def on_certifications(
    work: Work,
    events: Sequence[
        Event[CertificationGranted | CertificationExtended | CertificationCancelled | CertificationExpired]
    ],
) -> None:
    """Keep which titles firms hold; a firm that only a title names is known by that."""
    titles = newest((event.data.certification for event in events), lambda title: title.certification_id)
    named = {
        title.credit_code: {
            "credit_code": title.credit_code,
            "version": NAMED_BY_A_TITLE,
            "name": title.enterprise_name,
            "authority": title.authority,
        }
        for title in titles
    }
    await firms.copy_firms(work.session, [named[credit_code] for credit_code in sorted(named)])
    await firms.copy_titles(
        work.session,
        [
            {
                "certification_id": title.certification_id,
                "credit_code": title.credit_code,
                "version": title.version,
                "title": title.title,
                "status": title.status,
                "valid_to": title.valid_to,
            }
            for title in titles
        ],
    )
