"""Copies of firms and of the titles they hold, taken as their owners tell them."""

from collections.abc import Iterable

from services.changes.models import Firm, HeldTitle
from shared.contracts import CertificationState, ProfileState
from shared.messaging import Work, newest
from shared.messaging.copies import keep_states

NAMED_BY_A_TITLE = 0
"""The version of a firm's copy that any word of the profile service replaces."""


async def take_profiles(work: Work, profiles: Iterable[ProfileState], *, anew: bool = False) -> None:
    """Keep who firms are and who reviews them."""
    rows = [
        {
            "credit_code": profile.credit_code,
            "version": profile.version,
            "name": profile.name,
            "authority": profile.authority,
        }
        for profile in newest(profiles, lambda profile: profile.credit_code)
    ]
    await keep_states(work.session, Firm, rows, anew=anew)


async def take_titles(work: Work, told: Iterable[CertificationState], *, anew: bool = False) -> None:
    """Keep which titles firms hold; a firm that only a title names is known by that."""
    titles = newest(told, lambda title: title.certification_id)
    named = {
        title.credit_code: {
            "credit_code": title.credit_code,
            "version": NAMED_BY_A_TITLE,
            "name": title.enterprise_name,
            "authority": title.authority,
        }
        for title in titles
    }
    await keep_states(work.session, Firm, [named[credit_code] for credit_code in sorted(named)])
    rows = [
        {
            "certification_id": title.certification_id,
            "credit_code": title.credit_code,
            "version": title.version,
            "title": title.title,
            "status": title.status,
            "valid_to": title.valid_to,
        }
        for title in titles
    ]
    await keep_states(work.session, HeldTitle, rows, anew=anew)
