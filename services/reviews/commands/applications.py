"""Review applications (复核申请): the gate, the owner's answer, withdrawal."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuid7s

from services.reviews.commands.records import Found, held, move, period_of, review_state, tell_end
from services.reviews.conditions import Condition, Facts, failing, judge
from services.reviews.domain import drawn
from services.reviews.models import Certification, ProfileCopy, Review, UpdateDuty
from services.reviews.repository import applications, copies, extensions
from services.reviews.repository import certifications as titles
from services.reviews.vocabulary import Act, DutyStatus, ReviewStatus
from shared.contracts import (
    FailedCondition,
    FreshnessRequested,
    ProfileState,
    ReviewRefused,
    ReviewSubmitted,
)
from shared.messaging import Work
from shared.regulation import DeadlineExtension, Title, shanghai_date
from shared.web.caller import Caller
from shared.web.problems import Conflict, NotFound


class ConditionsNotMet(Conflict):
    """The conditions for a review are not met

    `conditions` lists every one that fails, with the article it rests on.
    """

    type = "review-conditions-not-met"
    title_zh = "不符合复核申请条件"


async def conditions_of(work: Work, certification: Certification) -> tuple[tuple[Condition, ...], ProfileCopy | None]:
    """Every condition for a review now, by what is known here, and the copy of the profile that they rest on."""
    facts, copy = await present_facts(work, certification)
    return judge(facts), copy


async def present_facts(work: Work, certification: Certification) -> tuple[Facts, ProfileCopy | None]:
    """What is known here now of a title and its firm, and the copy of the profile that it rests on."""
    copy = await copies.profile_copy(work.session, certification.credit_code)
    duties = (await titles.duties(work.session, [certification.id]))[certification.id]
    present = (await applications.open_reviews(work.session, [certification.id])).get(certification.id)
    facts = _facts(
        work,
        certification,
        updates=_instants(copy.updates) if copy else None,
        open_application=present.id if present else None,
        at=work.now(),
        extensions=await extensions.in_force(work.session),
        confirmed_missed=_years(duties, DutyStatus.MISSED),
        forgiven=_years(duties, DutyStatus.FORGIVEN),
    )
    return facts, copy


async def apply(work: Work, certification_id: UUID, signatory: str, statement: str | None, caller: Caller) -> Found:
    """Apply for the review of a title: accepted at once, or `checking` where only the kept copy speaks against it.

    Raises `ConditionsNotMet` with every condition that fails.
    """
    certification = await titles.certification(work.session, certification_id, lock=True)
    if certification is None or not caller.may_act_for(certification.credit_code):
        raise NotFound("There is no such title")
    judged, copy = await conditions_of(work, certification)
    failed = failing(judged)
    if any(not condition.rests_on_copy for condition in failed):
        raise ConditionsNotMet(
            "; ".join(condition.text_en for condition in failed),
            conditions=[condition.model_dump(mode="json") for condition in failed],
        )
    review = Review(
        id=uuid7s.uuid7(),
        certification_id=certification.id,
        credit_code=certification.credit_code,
        title=certification.title,
        status=ReviewStatus.CHECKING,
        valid_to=certification.valid_to,
        applied_at=work.now(),
        signatory=signatory,
        statement=statement,
        profile_version=None,
        profile=None,
        reasons=None,
        assisted=False,
        check_drawn=False,
        version=0,
    )
    work.session.add(review)
    await work.session.flush()
    if failed:
        move(work, review, Act.APPLY, caller=caller, opinion=statement)
        work.emit(
            FreshnessRequested(
                credit_code=review.credit_code,
                request_id=review.id,
                reason="review",
                enterprise_name=certification.enterprise_name,
                authority=certification.authority,
            ),
            sequence=review.version,
        )
        return review, certification
    if copy is None:
        raise AssertionError("an unknown profile fails a condition")
    _rest_on(review, copy.version, copy.name, copy.authority, copy.updates)
    _submit(work, review, certification, caller)
    return review, certification


async def answer(work: Work, review_id: UUID, as_of: datetime, profile: ProfileState | None) -> None:
    """Decide a `checking` application by what the profile's owner told: submitted, or refused with every reason."""
    found = await applications.locked(work.session, review_id)
    if found is None or found[0].status != ReviewStatus.CHECKING:
        return
    review, certification = found
    updates = {each.year: each.submitted_at for each in profile.updates} if profile else None
    duties = (await titles.duties(work.session, [certification.id]))[certification.id]
    facts = _facts(
        work,
        certification,
        updates=updates,
        open_application=None,
        at=review.applied_at,
        known_at=as_of,
        told_by_owner=True,
        extensions=await extensions.in_force(work.session),
        forgiven=_years(duties, DutyStatus.FORGIVEN),
    )
    failed = failing(judge(facts))
    if profile is not None:
        kept = {str(year): instant.isoformat() for year, instant in (updates or {}).items()}
        _rest_on(review, profile.version, profile.name, profile.authority, kept)
    if not failed:
        _submit(work, review, certification, None)
        return
    review.reasons = [condition.model_dump(mode="json") for condition in failed]
    reason = "".join(condition.text for condition in failed)
    move(work, review, Act.REFUSE, ReviewStatus.REFUSED, opinion=reason, basis=failed[0].citation)
    work.emit(
        ReviewRefused(
            credit_code=review.credit_code,
            review=review_state(review, certification),
            reasons=tuple(FailedCondition.model_validate(condition) for condition in failed),
        ),
        sequence=review.version,
    )


async def withdraw(work: Work, review_id: UUID, reason: str, caller: Caller) -> Found:
    """Take an open application back."""
    review, certification = await held(work, review_id)
    basis = work.regulation.review_route(Title(review.title)).basis
    move(work, review, Act.WITHDRAW, ReviewStatus.WITHDRAWN, caller=caller, opinion=reason, basis=basis)
    tell_end(work, review, certification, "enterprise", reason, basis)
    return review, certification


def _submit(work: Work, review: Review, certification: Certification, caller: Caller | None) -> None:
    """Let the application lie with the authority; whether it is checked on site is drawn now (第十一条)."""
    title, applied_on = Title(review.title), shanghai_date(review.applied_at)
    if work.regulation.review_route(title).on_site_check:
        review.check_drawn = drawn(review.id, work.regulation.on_site_share(title, applied_on))
    act, statement = (Act.APPLY, review.statement) if caller else (Act.ACCEPT, None)
    move(work, review, act, ReviewStatus.SUBMITTED, caller=caller, opinion=statement)
    work.emit(
        ReviewSubmitted(credit_code=review.credit_code, review=review_state(review, certification)),
        sequence=review.version,
    )


def _rest_on(review: Review, version: int, name: str, authority: str, updates: Mapping[str, Any]) -> None:
    """Keep the immutable copy of the profile that the application was judged on."""
    review.profile_version = version
    review.profile = {"version": version, "name": name, "authority": authority, "updates": dict(updates)}


def _years(duties: Iterable[UpdateDuty], state: DutyStatus) -> frozenset[int]:
    return frozenset(duty.year for duty in duties if duty.state == state)


def _instants(updates: Mapping[str, str]) -> dict[int, datetime]:
    return {int(year): datetime.fromisoformat(instant) for year, instant in updates.items()}


def _facts(
    work: Work,
    certification: Certification,
    *,
    updates: Mapping[int, datetime] | None,
    open_application: UUID | None,
    at: datetime,
    extensions: tuple[DeadlineExtension, ...],
    known_at: datetime | None = None,
    told_by_owner: bool = False,
    confirmed_missed: frozenset[int] = frozenset(),
    forgiven: frozenset[int] = frozenset(),
) -> Facts:
    return Facts(
        regulation=work.regulation,
        title=Title(certification.title),
        status=certification.status,
        eligibility=certification.eligibility,
        revocation=certification.revocation,
        renewal_refused=certification.renewal_refused,
        period=period_of(certification),
        duties_from=certification.duties_from,
        open_application=open_application,
        updates=updates,
        authority=certification.authority,
        extensions=extensions,
        at=at,
        known_at=known_at,
        told_by_owner=told_by_owner,
        confirmed_missed=confirmed_missed,
        forgiven=forgiven,
    )
