"""Events that concern titles and their reviews."""

from collections.abc import Sequence
from uuid import UUID

from services.reviews.commands import applications, duties, endings
from services.reviews.commands.eligibility import revoke_for_late_report
from services.reviews.commands.extensions import take_extensions
from services.reviews.models import Certification
from services.reviews.repository import certifications as titles
from shared.contracts import (
    ChangeDecided,
    ChangeSanctioned,
    DeadlineExtended,
    DeadlineExtensionWithdrawn,
    FreshnessReported,
    ProfileChanged,
    ProfileRegistered,
    ProfileUpdated,
    SanctionOutcome,
    TitleOutcome,
)
from shared.messaging import Event, Handlers, Work
from shared.web.delegations import keep_delegations

handlers = Handlers("reviews")
keep_delegations(handlers)


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
        if decision.outcome is TitleOutcome.CANCELLED:
            certification = await _held(work, decision.certification_id)
            await endings.cancel(work, certification, decision.reason, decision.decided_by)


@handlers.on(ChangeSanctioned)
async def on_change_sanctioned(work: Work, event: Event[ChangeSanctioned]) -> None:
    """What a change costs that was not reported in time: the right to the review, or the title (第十三条)."""
    data = event.data
    late = data.report or data.occurrence
    for cost in data.titles:
        if cost.outcome is SanctionOutcome.CANCEL_TITLE:
            certification = await _held(work, cost.certification_id)
            await endings.cancel(work, certification, cost.reason, cost.decided_by, data.citation)
        elif cost.outcome is SanctionOutcome.REVOKE_ELIGIBILITY and late is not None:
            certification = await _held(work, cost.certification_id)
            await revoke_for_late_report(work, certification, cost.reason, late.due, data.citation, cost.decided_by)


async def _held(work: Work, certification_id: UUID) -> Certification:
    """The title, locked. Raises LookupError where it is not known yet: the event is tried again."""
    certification = await titles.certification(work.session, certification_id, lock=True)
    if certification is None:
        raise LookupError(f"{certification_id} is no title kept here")
    return certification
