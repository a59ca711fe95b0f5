"""What the offices decide on review applications (第十一条), and what an approval or a rejection does to the title."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.reviews.commands.records import (
    Found,
    certification_state,
    check_missing,
    duty_rows,
    held,
    move,
    period_of,
    review_state,
    set_end,
    set_window,
    tell_end,
)
from services.reviews.domain.cases import DECISION, OutcomeNotOffered, after_decision, basis_of
from services.reviews.domain.titles import duties_of, window_under
from services.reviews.models import Certification, Review
from services.reviews.repository import campaigns, extensions
from services.reviews.repository import certifications as titles
from services.reviews.vocabulary import DECIDED_IN_CHINESE, ReviewOutcome, ReviewStatus
from shared.contracts import CertificationExtended, Citation, ReviewAdvanced, ReviewNoticed
from shared.messaging import Work
from shared.regulation import Basis, Step, Title
from shared.web.caller import Caller
from shared.web.problems import Conflict, Defect, InvalidInput


class OnSiteCheckMissing(Conflict):
    """The on-site check has no result yet

    An application that was drawn for an on-site check, or for which one was ordered, is passed on with its result.
    """

    type = "on-site-check-missing"
    title_zh = "尚未完成实地抽查"


class UpdateUnsettled(Conflict):
    """An annual update fell due a moment ago and is not settled yet"""

    type = "update-unsettled"
    title_zh = "刚到期的年度信息更新尚待核对"


async def decide(
    work: Work,
    review_id: UUID,
    step: Step,
    outcome: ReviewOutcome,
    opinion: str,
    caller: Caller,
    decided_on: date | None = None,
) -> Found:
    """Record a step's decision: the application moves on, is put on public notice, or ends.

    Raises `NotInThisState` out of turn, `InvalidInput` for an outcome that the step does not have,
    `OnSiteCheckMissing`, `UpdateUnsettled`.
    """
    review, certification = await held(work, review_id)
    title = Title(review.title)
    try:
        status = after_decision(review.status, step, outcome, title, work.regulation)
    except OutcomeNotOffered as error:
        offered, said = ", ".join(error.offered), "、".join(DECIDED_IN_CHINESE[each] for each in error.offered)
        raise InvalidInput(
            errors=[
                Defect(
                    pointer="/outcome",
                    code="outcome_not_offered",
                    detail=f"for {title} the {step} can decide: {offered}",
                    detail_zh=f"对{work.regulation.title_name(title)}，可作出的决定：{said}",
                )
            ]
        ) from error
    if status == ReviewStatus.AUTHORITY_PASSED and check_missing(review):
        raise OnSiteCheckMissing(
            "Record the result of the on-site check, then pass the application on",
            detail_zh="请先登记实地抽查结果，再作出通过的决定。",
            code="on_site_check_missing",
        )
    if status == ReviewStatus.APPROVED and await titles.unsettled(work.session, certification.id, work.now()):
        raise UpdateUnsettled(
            "Repeat the request in a moment",
            detail_zh="请稍后重试。",
            code="update_unsettled",
            headers={"Retry-After": "5"},
        )
    basis = basis_of(status, title, work.regulation, work.today())
    if status == ReviewStatus.IN_PUBLIC_NOTICE:
        review.notice_ends = work.regulation.notice_ends(title, work.today()).due
    move(work, review, DECISION[step], status, caller=caller, opinion=opinion, decided_on=decided_on, basis=basis)
    match status:
        case ReviewStatus.APPROVED:
            await extend(work, [(review, certification)])
            tell_end(work, review, certification, step, opinion, basis)
        case ReviewStatus.REJECTED:
            reject(work, review, certification, step, opinion, basis)
        case _:
            _tell_move(work, review, certification, step, opinion, basis)
    return review, certification


def _tell_move(
    work: Work, review: Review, certification: Certification, step: Step, opinion: str, basis: Basis
) -> None:
    state = review_state(review, certification)
    work.emit(
        ReviewAdvanced(credit_code=review.credit_code, review=state, by=step, opinion=opinion)
        if review.notice_ends is None
        else ReviewNoticed(
            credit_code=review.credit_code,
            review=state,
            opinion=opinion,
            begins=work.today(),
            ends=review.notice_ends,
            citation=Citation.model_validate(basis),
        ),
        sequence=review.version,
    )


def reject(
    work: Work, review: Review, certification: Certification, by: str, reason: str, basis: Basis | Citation
) -> None:
    """What a rejection means for the title: it ends with its validity and cannot be applied for again."""
    certification.renewal_refused = True
    certification.version += 1
    set_end(certification)
    tell_end(work, review, certification, by, reason, basis)


async def extend(work: Work, approved: Sequence[Found]) -> None:
    """Three more years from the old expiry, whose duties are counted afresh; for many in as many statements as for one.

    Whose right or title is lost has no open application any more, so that everything that is approved is extended.
    """
    in_force = await campaigns.held_still(work.session)
    ids = [certification.id for _, certification in approved]
    await titles.let_lapse(work.session, ids)
    moved = await extensions.in_force(work.session, hold=True)
    previous: dict[UUID, date] = {}
    rows = []
    for _, certification in approved:
        title = Title(certification.title)
        previous[certification.id] = certification.valid_to
        certification.period_start = certification.valid_to
        certification.valid_to = work.regulation.extended(title, certification.valid_to)
        certification.first_period = False
        set_window(certification, window_under(work.regulation, title, certification.valid_to, in_force))
        certification.version += 1
        owed = duties_of(
            work.regulation, title, period_of(certification), certification.duties_from, moved, certification.authority
        )
        rows += duty_rows(certification, owed, work)
    await titles.add_duties(work.session, rows)
    await titles.meet_by_copies(work.session, {certification.credit_code for _, certification in approved})
    duties = await titles.duties(work.session, ids)
    for review, certification in approved:
        old = previous[certification.id]
        work.emit(
            CertificationExtended(
                credit_code=certification.credit_code,
                certification=certification_state(certification, duties[certification.id]),
                previous_valid_to=old,
                review_id=review.id,
            ),
            sequence=certification.version,
        )
