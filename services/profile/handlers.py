"""Events that concern profiles."""

from collections.abc import Sequence

from services.profile.commands import enterprises, owed, updates
from shared.contracts import (
    CertificationCancelled,
    CertificationExpired,
    CertificationExtended,
    CertificationGranted,
    CertificationRescheduled,
    ChangeDecided,
    FreshnessRequested,
)
from shared.messaging import Event, Handlers, Work, newest

handlers = Handlers("profile")


@handlers.together(
    CertificationGranted,
    CertificationExtended,
    CertificationRescheduled,
    CertificationCancelled,
    CertificationExpired,
)
async def on_certifications(
    work: Work,
    events: Sequence[
        Event[
            CertificationGranted
            | CertificationExtended
            | CertificationRescheduled
            | CertificationCancelled
            | CertificationExpired
        ]
    ],
) -> None:
    """Titles came or moved: their firms are entered if they are new, their duties are kept."""
    titles = newest((event.data.certification for event in events), lambda title: title.certification_id)
    await enterprises.ensure_holders(work, titles)
    told = {
        (event.data.certification.certification_id, event.data.certification.version): event.time for event in events
    }
    await owed.take_titles(work, [(title, told[title.certification_id, title.version]) for title in titles])


@handlers.on(ChangeDecided)
async def on_change_decided(work: Work, event: Event[ChangeDecided]) -> None:
    """An approved rename or move reaches the profile."""
    change = event.data
    if change.new_name is None and change.new_place is None:
        return
    report = change.report
    name = change.previous_name or report.enterprise_name
    await enterprises.ensure(work, [enterprises.Named(report.credit_code, name, report.authority)])
    await enterprises.take_over_change(
        work, report.credit_code, report.report_id, event.time, name=change.new_name, place=change.new_place
    )


@handlers.on(FreshnessRequested)
async def on_freshness_requested(work: Work, event: Event[FreshnessRequested]) -> None:
    """Somebody will not refuse a firm on an old copy, and asks."""
    asked = event.data
    await updates.report_freshness(work, asked.request_id, asked.credit_code, asked.enterprise_name, asked.authority)
