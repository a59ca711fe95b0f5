"""Review applications (复核申请): the gate, the owner's answer, withdrawal."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import uuid_utils.compat as uuid7s

from services.reviews.assessments import assessed
from services.reviews.commands.records import Found, held, move, period_of, review_state, tell_end
from services.reviews.conditions import Condition, Facts, failing, judge
from services.reviews.domain.cases import drawn
from services.reviews.forms import Application
from services.reviews.models import Certification, ProfileCopy, Review, UpdateDuty
from services.reviews.repository import applications, campaigns, copies, extensions
from services.reviews.repository import certifications as titles
from services.reviews.repository.applications import History
from services.reviews.vocabulary import Act, DutyStatus, ReviewStatus
from shared.contracts import (
    FailedCondition,
    FreshnessRequested,
    ProfileState,
    ReviewRefused,
    ReviewSubmitted,
)
from shared.messaging import Work
from shared.regulation import Campaign, DeadlineExtension, Title, shanghai_date
from shared.web.caller import Caller
from shared.web.problems import Conflict, NotFound
from shared.web.reach import is_assisted


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


async def conditions_of_all(
    work: Work, credit_code: str, certifications: Sequence[Certification], duties: Mapping[UUID, Sequence[UpdateDuty]]
) -> tuple[dict[UUID, tuple[Condition, ...]], ProfileCopy | None]:
    """The same of several titles of a firm, by title; `duties` are theirs."""
    facts, copy = await _present_facts(work, credit_code, certifications, duties)
    return {each: judge(known) for each, known in facts.items()}, copy


async def present_facts(work: Work, certification: Certification) -> tuple[Facts, ProfileCopy | None]:
    """What is known here now of a title and its firm, and the copy of the profile that it rests on."""
    duties = await titles.duties(work.session, [certification.id])
    facts, copy = await _present_facts(work, certification.credit_code, [certification], duties)
    return facts[certification.id], copy


async def _present_facts(
    work: Work, credit_code: str, certifications: Sequence[Certification], duties: Mapping[UUID, Sequence[UpdateDuty]]
) -> tuple[dict[UUID, Facts], ProfileCopy | None]:
    """The same of several titles of a firm, by title."""
    copy = await copies.profile_copy(work.session, credit_code)
    present = await applications.open_reviews(work.session, [each.id for each in certifications])
    declared = await campaigns.in_force(work.session)
    noticed = await extensions.in_force(work.session)
    facts = {
        each.id: _facts(
            work,
            each,
            declared,
            updates=_instants(copy.updates) if copy else None,
            open_application=present[each.id].id if each.id in present else None,
            at=work.now(),
            extensions=noticed,
            confirmed_missed=_years(duties[each.id], DutyStatus.MISSED),
            forgiven=_years(duties[each.id], DutyStatus.FORGIVEN),
        )
        for each in certifications
    }
    return facts, copy


async def apply(work: Work, form: Application, caller: Caller) -> tuple[Review, Certification, History]:
    """Apply for the review of a title: accepted at once, or `checking` where only the kept copy speaks against it.

    It comes with its title and its history, which has only begun. An officer applies for a firm (代办) by its signed
    paper form. Raises `ConditionsNotMet` with every condition that
    fails.
    """
    certification = await titles.certification(work.session, form.certification_id, lock=True)
    if certification is None or not caller.may_see(certification.credit_code, certification.authority):
        raise NotFound("There is no such title")
    assisted = is_assisted(caller, certification.credit_code, certification.authority, form.declaration)
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
        signatory=form.declaration.signatory,
        statement=form.statement,
        profile_version=None,
        profile=None,
        assessment=None,
        reasons=None,
        assisted=assisted,
        check_drawn=False,
        version=0,
    )
    work.session.add(review)
    if failed:
        begun = _enter(work, review, ReviewStatus.CHECKING, form, caller)
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
        return review, certification, begun
    if copy is None:
        raise AssertionError("an unknown profile fails a condition")
    _rest_on(work, review, copy)
    _draw(work, review)
    begun = _enter(work, review, ReviewStatus.SUBMITTED, form, caller)
    _tell_submission(work, review, certification)
    return review, certification, begun


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
        await campaigns.in_force(work.session, review.applied_at),
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
        _rest_on(work, review, copies.copy_of(profile))
    if not failed:
        _draw(work, review)
        move(work, review, Act.ACCEPT, ReviewStatus.SUBMITTED)
        _tell_submission(work, review, certification)
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


def _enter(work: Work, review: Review, status: ReviewStatus, form: Application, caller: Caller) -> History:
    paper = form.declaration.paper_reference if review.assisted else None
    first = move(work, review, Act.APPLY, status, caller=caller, opinion=form.statement, paper_reference=paper)
    return History(steps=[first], checks=(), objections=())


def _draw(work: Work, review: Review) -> None:
    """Let the lot say whether the application is checked on site (第十一条)."""
    title = Title(review.title)
    if work.regulation.review_route(title).on_site_check:
        share = work.regulation.on_site_share(title, shanghai_date(review.applied_at))
        review.check_drawn = drawn(review.id, share)


def _tell_submission(work: Work, review: Review, certification: Certification) -> None:
    work.emit(
        ReviewSubmitted(credit_code=review.credit_code, review=review_state(review, certification)),
        sequence=review.version,
    )


def _rest_on(work: Work, review: Review, copy: ProfileCopy) -> None:
    """Keep what the application was judged on, for good: the copy of the profile, and the self-assessment from it.

    An assessment that does not pass stops nothing: the authority judges it.
    """
    review.profile_version = copy.version
    review.profile = {
        "version": copy.version,
        "name": copy.name,
        "authority": copy.authority,
        "updates": dict(copy.updates),
        "latest_update": copy.latest_update,
    }
    record = assessed(
        work.regulation,
        Title(review.title),
        copy.latest_update,
        shanghai_date(review.applied_at),
        submitted=bool(copy.updates),
    )
    review.assessment = record.model_dump(mode="json") if record else None


def _years(duties: Iterable[UpdateDuty], state: DutyStatus) -> frozenset[int]:
    return frozenset(duty.year for duty in duties if duty.state == state)


def _instants(updates: Mapping[str, str]) -> dict[int, datetime]:
    return {int(year): datetime.fromisoformat(instant) for year, instant in updates.items()}


def _facts(
    work: Work,
    certification: Certification,
    in_force: Sequence[Campaign],
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
        campaigns=in_force,
    )
