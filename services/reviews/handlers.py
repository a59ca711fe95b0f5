"""Events that concern titles and their reviews."""

from collections.abc import Sequence

from services.reviews.commands import applications, duties, endings
from services.reviews.commands.extensions import take_extensions
from services.reviews.repository import certifications as titles
from shared.contracts import (
    ChangeDecided,
    DeadlineExtended,
    DeadlineExtensionWithdrawn,
    FreshnessReported,
    ProfileChanged,
    ProfileRegistered,
    ProfileUpdated,
    TitleOutcome,
)
from shared.messaging import Event, Handlers, Work

handlers = Handlers("reviews")


@handlers.together(ProfileRegistered, ProfileUpdated, ProfileChanged)
async def on_profiles(work: Work, events: Sequence[Event[ProfileRegistered | ProfileUpdated | ProfileChanged]]) -> None:
    """Keep what is known of profiles; updates meet duties."""
    await duties.take_profiles(work, [event.data.profile for event in events])


@handlers.on(FreshnessReported)
async def on_freshness_reported(work: Work, event: Event[FreshnessReported]) -> None:
    """The owner's word: an application that waits for it is decided, what had passed and is unmet was missed."""
    report = event.data
    if report.profile is not None:
        await duties.take_profiles(work, [report.profile])
    await applications.answer(work, report.request_id, report.as_of, report.profile)
    await duties.settle(work, report.credit_code, report.as_of)


@handlers.together(DeadlineExtended, DeadlineExtensionWithdrawn)
async def on_deadlines(work: Work, events: Sequence[Event[DeadlineExtended | DeadlineExtensionWithdrawn]]) -> None:
    """A notice moved a deadline, or does so no longer."""
    await take_extensions(work, [event.data.extension for event in events])


@handlers.on(ChangeDecided)
async def on_change_decided(work: Work, event: Event[ChangeDecided]) -> None:
    """A decision on a change cancels the titles it says."""
    for decision in event.data.decisions:
        if decision.outcome is not TitleOutcome.CANCELLED:
            continue
        certification = await titles.certification(work.session, decision.certification_id, lock=True)
        if certification is None:
            raise LookupError(f"{decision.certification_id} is no title kept here")
        await endings.cancel(work, certification, decision.reason, decision.decided_by)
