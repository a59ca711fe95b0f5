"""Review applications (复核申请): the gate, the steps, the extension."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuid7s

from services.reviews.commands.records import (
    certification_state,
    duty_rows,
    move,
    period_of,
    review_state,
    set_end,
)
from services.reviews.conditions import Condition, Facts, failing, judge
from services.reviews.domain import NotItsTurn, OutcomeNotOffered, after_decision, terms_of
from services.reviews.models import Certification, ProfileCopy, Review
from services.reviews.repository import applications, copies
from services.reviews.repository import certifications as titles
from services.reviews.vocabulary import (
    OPEN_REVIEWS,
    CertificationStatus,
    DutyStatus,
    Eligibility,
    ReviewOutcome,
    ReviewStatus,
)
from shared.contracts import (
    CertificationExtended,
    Citation,
    FailedCondition,
    FreshnessRequested,
    ProfileState,
    ReviewAdvanced,
    ReviewDecided,
    ReviewRefused,
    ReviewSubmitted,
)
from shared.messaging import Work
from shared.regulation import Rule, Step, Title
from shared.web.caller import Caller
from shared.web.problems import Conflict, Defect, InvalidInput, NotFound

Found = tuple[Review, Certification]


class ConditionsNotMet(Conflict):
    """The conditions for a review are not met

    `conditions` lists every one that fails, with the article it rests on.
    """

    type = "review-conditions-not-met"
    title_zh = "不符合复核申请条件"


class ReviewState(Conflict):
    """The application is in a state that does not allow this"""

    type = "review-state"
    title_zh = "复核申请当前状态不允许此操作"


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
        confirmed_missed=frozenset(duty.year for duty in duties if duty.state == DutyStatus.MISSED),
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
        version=0,
    )
    work.session.add(review)
    await work.session.flush()
    if failed:
        move(work, review, ReviewStatus.CHECKING, "applied", caller=caller, opinion=statement)
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
    facts = _facts(
        work,
        certification,
        updates=updates,
        open_application=None,
        at=review.applied_at,
        known_at=as_of,
        told_by_owner=True,
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
    move(work, review, ReviewStatus.REFUSED, "refused", opinion=reason, basis=failed[0].citation)
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
    review, certification = await _held(work, review_id)
    if review.status not in OPEN_REVIEWS:
        raise ReviewState(f"The application is {review.status}", status_of_review=review.status)
    basis = work.regulation.review_route(Title(review.title)).basis
    move(work, review, ReviewStatus.WITHDRAWN, "withdrawn", caller=caller, opinion=reason, basis=basis)
    _tell_end(work, review, certification, "enterprise", reason, Citation.model_validate(basis))
    return review, certification


async def decide(
    work: Work,
    review_id: UUID,
    step: Step,
    outcome: ReviewOutcome,
    opinion: str,
    caller: Caller,
    decided_on: date | None = None,
) -> Found:
    """Record a step's decision (第十一条); the last step's approval extends the title from its old expiry.

    Raises `ReviewState` out of turn, `InvalidInput` for an outcome that the step does not have.
    """
    review, certification = await _held(work, review_id)
    title = Title(review.title)
    try:
        status = after_decision(review.status, step, outcome, title, work.regulation)
    except NotItsTurn as error:
        raise ReviewState(
            f"The application is {review.status} and does not lie with the {step}",
            status_of_review=review.status,
            possible_while=list(error.allowed),
        ) from error
    except OutcomeNotOffered as error:
        offered = ", ".join(error.offered)
        raise InvalidInput(
            errors=[
                Defect(
                    pointer="/outcome",
                    code="outcome_not_offered",
                    detail=f"for {title} the {step} can decide: {offered}",
                    detail_zh=f"对{work.regulation.title_name(title)}，可作出的决定：{offered}",
                )
            ]
        ) from error
    route = work.regulation.review_route(title)
    rules = {ReviewStatus.APPROVED: Rule.REVIEW_EXTENSION, ReviewStatus.REJECTED: Rule.REVIEW_NOT_RENEWED}
    basis = work.regulation.basis(rules[status], title) if status in rules else route.basis
    move(work, review, status, f"{step}_decision", caller=caller, opinion=opinion, decided_on=decided_on, basis=basis)
    if status == ReviewStatus.APPROVED:
        await _extend(work, review, certification)
    elif status == ReviewStatus.REJECTED:
        certification.renewal_refused = True
        certification.version += 1
        set_end(certification)
    else:
        work.emit(
            ReviewAdvanced(
                credit_code=review.credit_code, review=review_state(review, certification), by=step, opinion=opinion
            ),
            sequence=review.version,
        )
        return review, certification
    _tell_end(work, review, certification, step, opinion, Citation.model_validate(basis))
    return review, certification


async def _held(work: Work, review_id: UUID) -> Found:
    found = await applications.locked(work.session, review_id)
    if found is None:
        raise NotFound("There is no such application")
    return found


async def _extend(work: Work, review: Review, certification: Certification) -> None:
    """Three more years from the old expiry, whose duties are counted afresh."""
    title, previous = Title(certification.title), certification.valid_to
    if certification.status != CertificationStatus.VALID or certification.eligibility != Eligibility.HELD:
        raise ReviewState("The title cannot be extended any more", status_of_review=review.status)
    await titles.let_lapse(work.session, [certification.id])
    certification.valid_to = work.regulation.extended(title, previous)
    certification.period_start = previous
    certification.first_period = False
    terms = terms_of(work.regulation, title, period_of(certification), certification.duties_from)
    certification.window_opens, certification.window_closes = terms.window_opens, terms.window_closes
    certification.version += 1
    set_end(certification)
    await titles.add_duties(work.session, duty_rows(certification, terms, work))
    await titles.meet_by_copies(work.session, [certification.credit_code])
    duties = (await titles.duties(work.session, [certification.id]))[certification.id]
    work.emit(
        CertificationExtended(
            credit_code=certification.credit_code,
            certification=certification_state(certification, [duty for duty in duties if duty.due > previous]),
            previous_valid_to=previous,
            review_id=review.id,
        ),
        sequence=certification.version,
    )


def _submit(work: Work, review: Review, certification: Certification, caller: Caller | None) -> None:
    act = "applied" if caller else "checked"
    move(work, review, ReviewStatus.SUBMITTED, act, caller=caller, opinion=review.statement if caller else None)
    work.emit(
        ReviewSubmitted(credit_code=review.credit_code, review=review_state(review, certification)),
        sequence=review.version,
    )


def _tell_end(
    work: Work, review: Review, certification: Certification, by: str, reason: str, citation: Citation
) -> None:
    work.emit(
        ReviewDecided(
            credit_code=review.credit_code,
            review=review_state(review, certification),
            outcome=review.status,
            by=by,
            reason=reason,
            citation=citation,
        ),
        sequence=review.version,
    )


def _rest_on(review: Review, version: int, name: str, authority: str, updates: Mapping[str, Any]) -> None:
    """Keep the immutable copy of the profile that the application was judged on."""
    review.profile_version = version
    review.profile = {"version": version, "name": name, "authority": authority, "updates": dict(updates)}


def _instants(updates: Mapping[str, str]) -> dict[int, datetime]:
    return {int(year): datetime.fromisoformat(instant) for year, instant in updates.items()}


def _facts(
    work: Work,
    certification: Certification,
    *,
    updates: Mapping[int, datetime] | None,
    open_application: UUID | None,
    at: datetime,
    known_at: datetime | None = None,
    told_by_owner: bool = False,
    confirmed_missed: frozenset[int] = frozenset(),
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
        at=at,
        known_at=known_at,
        told_by_owner=told_by_owner,
        confirmed_missed=confirmed_missed,
    )
