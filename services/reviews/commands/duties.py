"""Annual updates as titles ask for them: met by news of the profile, missed only by its owner's word."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import uuid_utils.compat as uuid7s

from services.reviews.commands.eligibility import lost_by_the_rule, restore, revoke_for_missed_update
from services.reviews.commands.endings import PAGE
from services.reviews.models import UpdateDuty
from services.reviews.repository import certifications as titles
from services.reviews.repository import copies
from services.reviews.vocabulary import DutyStatus
from shared.contracts import FreshnessRequested, ProfileState
from shared.messaging import Work, newest
from shared.regulation import Rule, Title


async def take_profiles(work: Work, profiles: Iterable[ProfileState]) -> None:
    """Keep profiles' newer states and let them meet duties; one met after all gives back what its miss had cost."""
    kept = await copies.copy_profiles(work.session, newest(profiles, lambda profile: profile.credit_code))
    if not kept:
        return
    await titles.hold(work.session, kept)
    await titles.follow_profiles(work.session, kept)
    met = await titles.meet_by_copies(work.session, kept)
    for certification_id in sorted({each for each, _, before in met if before == DutyStatus.MISSED}):
        await _reconsider(work, certification_id)


async def settle(work: Work, credit_code: str, as_of: datetime) -> None:
    """The owner has told what it knows: what had passed by then and is not met was missed."""
    await titles.hold(work.session, [credit_code])
    missed: dict[UUID, list[int]] = defaultdict(list)
    for certification_id, year in await titles.miss(work.session, credit_code, as_of):
        missed[certification_id].append(year)
    for certification_id, years in missed.items():
        certification = await titles.certification(work.session, certification_id, lock=True)
        duties = await _duties(work, certification_id)
        if certification is not None:
            first = next(duty for duty in duties if duty.year == min(years))
            await revoke_for_missed_update(work, certification, first, duties)


async def sweep_due(work: Work) -> int:
    """Deal with a page of duties whose deadline has passed; how many were found.

    What the kept copy shows as met is met. About the rest the profile's owner is asked, one question a firm: the copy
    may be old, and nobody loses a right on old news.
    """
    now = work.now()
    due = await titles.due_unmet(work.session, now, PAGE)
    if not due:
        return 0
    await titles.meet_by_copies(work.session, {duty.credit_code for duty in due})
    asked = await titles.ask_about(work.session, {duty.certification_id for duty in due}, now)
    known = await titles.holders(work.session, asked)
    for credit_code in asked:
        name, authority = known[credit_code]
        work.emit(
            FreshnessRequested(
                credit_code=credit_code,
                request_id=uuid7s.uuid7(),
                reason="update_due",
                enterprise_name=name,
                authority=authority,
            ),
            sequence=0,
        )
    return len(due)


async def _reconsider(work: Work, certification_id: UUID) -> None:
    """Restore the right to the review where it was lost for a missed update and none is missed any more.

    What an officer took is given back by an officer alone.
    """
    certification = await titles.certification(work.session, certification_id, lock=True)
    if certification is None or not lost_by_the_rule(certification):
        return
    duties = await _duties(work, certification_id)
    if not _missed(duties):
        basis = work.regulation.basis(Rule.UPDATE_DUE, Title(certification.title))
        await restore(work, certification, "查明信息更新已按时提交，恢复复核资格。", basis, duties)


async def _duties(work: Work, certification_id: UUID) -> list[UpdateDuty]:
    return (await titles.duties(work.session, [certification_id]))[certification_id]


def _missed(duties: Iterable[UpdateDuty]) -> list[UpdateDuty]:
    return [duty for duty in duties if duty.state == DutyStatus.MISSED]
