"""Annual updates as titles ask for them: met by news of the profile, missed only by its owner's word."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

import uuid_utils.compat as uuid7s

from services.reviews.commands.eligibility import reconsider, revoke_for_missed_update
from services.reviews.commands.endings import PAGE
from services.reviews.commands.extensions import redate
from services.reviews.models import UpdateDuty
from services.reviews.repository import certifications as titles
from services.reviews.repository import copies, extensions
from services.reviews.vocabulary import CertificationStatus, DutyStatus
from shared.contracts import FreshnessRequested, ProfileState
from shared.messaging import Work, newest
from shared.regulation import Rule, Title


async def take_profiles(work: Work, profiles: Iterable[ProfileState], *, anew: bool = False) -> None:
    """Keep profiles' newer states and let them meet duties; one met after all gives back what its miss had cost.

    Titles bear their firms' present names and authorities; in another authority other notices hold.
    """
    states = newest(profiles, lambda profile: profile.credit_code)
    kept = await copies.copy_profiles(work.session, states, anew=anew)
    if not kept:
        return
    told = {state.credit_code: state for state in states}
    moved = []
    for certification in await titles.hold(work.session, kept):
        state = told[certification.credit_code]
        if certification.authority != state.authority and certification.status == CertificationStatus.VALID:
            moved.append(certification)
        certification.enterprise_name, certification.authority = state.name, state.authority
    met = await titles.meet_by_copies(work.session, kept)
    for certification_id in sorted({each for each, _, before in met if before == DutyStatus.MISSED}):
        await _reconsider(work, certification_id)
    if moved and await extensions.in_force(work.session, hold=True):
        await redate(work, moved)


async def settle(work: Work, credit_code: str, as_of: datetime) -> None:
    """The owner has told what it knows: what had passed by then and is not met was missed."""
    held = await titles.hold(work.session, [credit_code])
    if await extensions.unsettled_remain(work.session):
        await redate(work, [each for each in held if each.status == CertificationStatus.VALID])
    missed: dict[UUID, list[int]] = defaultdict(list)
    for certification_id, year in await titles.miss(work.session, credit_code, as_of):
        missed[certification_id].append(year)
    for certification in held:
        if years := missed[certification.id]:
            duties = await _duties(work, certification.id)
            first = next(duty for duty in duties if duty.year == min(years))
            await revoke_for_missed_update(work, certification, first, duties)


async def sweep_due(work: Work) -> int:
    """Deal with a page of duties whose deadline has passed; how many were found.

    What the kept copy shows as met is met. About the rest the profile's owner is asked, one question a firm: the copy
    may be old, and nobody loses a right on old news. A notice that may have moved the date is followed first.
    """
    if await extensions.unsettled_remain(work.session):
        return 0
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
    certification = await titles.certification(work.session, certification_id, lock=True)
    lost = certification.revocation if certification else None
    if certification is None or lost is None or lost["year"] is None:
        return
    basis = work.regulation.basis(Rule.UPDATE_DUE, Title(certification.title), date(lost["year"], 1, 1))
    duties = await _duties(work, certification_id)
    await reconsider(work, certification, duties, "查明信息更新已按时提交，恢复复核资格。", basis)


async def _duties(work: Work, certification_id: UUID) -> list[UpdateDuty]:
    return (await titles.duties(work.session, [certification_id]))[certification_id]
