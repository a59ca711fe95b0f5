"""SQL on titles and their duties."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    Text,
    Uuid,
    any_,
    case,
    cast,
    column,
    func,
    literal,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from services.reviews.hindsight import PastRight
from services.reviews.models import Campaign, Certification, EligibilityStep, Review, UpdateDuty
from services.reviews.vocabulary import OPEN_REVIEWS, CertificationStatus, DutyStatus, EligibilityAct
from shared.runtime.database import insert_many

GrantKey = tuple[str, str, date]
"""Credit code, title, first day of validity: what makes a grant the same one."""

MEET = text("""
    UPDATE update_duties AS duty
    SET state = 'met', submitted_at = (copy.updates ->> duty.year::text)::timestamptz
    FROM profile_copies AS copy, update_duties AS before
    WHERE duty.credit_code = ANY(:codes)
      AND duty.state IN ('open', 'asked', 'missed')
      AND copy.credit_code = duty.credit_code
      AND (copy.updates ->> duty.year::text)::timestamptz >= duty.opens
      AND (copy.updates ->> duty.year::text)::timestamptz < duty.deadline
      AND before.certification_id = duty.certification_id AND before.year = duty.year
    RETURNING duty.certification_id, duty.year, before.state
""")

MOVED = ("certification_id", "year", "due", "deadline", "extended_by", "state")

MOVE = text("""
    UPDATE update_duties AS duty
    SET due = move.due, deadline = move.deadline, extended_by = move.extended_by, state = move.state,
        submitted_at = CASE WHEN move.state = 'met' THEN duty.submitted_at END
    FROM unnest(
        CAST(:certification_id AS uuid[]), CAST(:year AS integer[]), CAST(:due AS date[]),
        CAST(:deadline AS timestamptz[]), CAST(:extended_by AS text[]), CAST(:state AS text[])
    ) AS move (certification_id, year, due, deadline, extended_by, state)
    WHERE duty.certification_id = move.certification_id AND duty.year = move.year
""")


async def certification(session: AsyncSession, certification_id: UUID, *, lock: bool = False) -> Certification | None:
    """A title; with `lock`, it and all that hangs on it is held until the transaction ends."""
    query = select(Certification).where(Certification.id == certification_id)
    return await session.scalar(query.with_for_update().execution_options(populate_existing=True) if lock else query)


async def hold(session: AsyncSession, credit_codes: Collection[str]) -> Sequence[Certification]:
    """The titles of firms, locked until the transaction ends: before their duties, as everybody does."""
    query = select(Certification).where(Certification.credit_code == any_(literal(list(credit_codes), ARRAY(Text))))
    query = query.order_by(Certification.id).with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(query)).all()


async def held(session: AsyncSession, certification_ids: Collection[UUID]) -> Sequence[Certification]:
    """Titles, held until the transaction ends."""
    query = select(Certification).where(Certification.id == any_(literal(list(certification_ids), ARRAY(Uuid))))
    query = query.order_by(Certification.id).with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(query)).all()


async def certifications(
    session: AsyncSession,
    reach: ColumnElement[bool],
    *,
    filters: Mapping[str, str | None],
    expires_from: date | None,
    expires_to: date | None,
    after: UUID | None,
    limit: int,
) -> Sequence[Certification]:
    """Titles in the order of their entry; `filters` are equalities by column."""
    query = select(Certification).where(reach).order_by(Certification.id).limit(limit)
    for name, value in filters.items():
        if value is not None:
            query = query.where(getattr(Certification, name) == value)
    if expires_from is not None:
        query = query.where(Certification.valid_to >= expires_from)
    if expires_to is not None:
        query = query.where(Certification.valid_to <= expires_to)
    if after is not None:
        query = query.where(Certification.id > after)
    return (await session.scalars(query)).all()


async def granted_already(session: AsyncSession, keys: Collection[GrantKey]) -> dict[GrantKey, Certification]:
    """Which of these grants are kept already."""
    wanted = (
        func.unnest(
            cast([key[0] for key in keys], ARRAY(Text)),
            cast([key[1] for key in keys], ARRAY(Text)),
            cast([key[2] for key in keys], ARRAY(Date)),
        )
        .table_valued(column("credit_code", Text), column("title", Text), column("valid_from", Date))
        .render_derived("wanted")
    )
    rows = await session.scalars(
        select(Certification).where(
            tuple_(Certification.credit_code, Certification.title, Certification.valid_from).in_(
                select(wanted.c.credit_code, wanted.c.title, wanted.c.valid_from)
            )
        )
    )
    return {(row.credit_code, row.title, row.valid_from): row for row in rows}


async def add_certifications(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """Insert titles that are not there; the ids of those that were new."""
    if not rows:
        return set()
    statement = insert_many(Certification, rows).on_conflict_do_nothing().returning(Certification.id)
    return set(await session.scalars(statement))


async def add_duties(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        await session.execute(insert_many(UpdateDuty, rows).on_conflict_do_nothing())


async def duties(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, list[UpdateDuty]]:
    """The duties of titles, each title's by year."""
    found: dict[UUID, list[UpdateDuty]] = {each: [] for each in ids}
    rows = await session.scalars(
        select(UpdateDuty)
        .where(UpdateDuty.certification_id == any_(literal(list(ids), ARRAY(Uuid))))
        .order_by(UpdateDuty.certification_id, UpdateDuty.year)
        .execution_options(populate_existing=True)
    )
    for row in rows:
        found[row.certification_id].append(row)
    return found


async def meet_by_copies(session: AsyncSession, credit_codes: Collection[str]) -> list[tuple[UUID, int, str]]:
    """Mark the duties that the kept copies of profiles show as met; (title, year, state before) of each."""
    rows = await session.execute(MEET, {"codes": list(credit_codes)})
    return [(row[0], row[1], row[2]) for row in rows]


async def move_duties(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Give duties their new dates and states: each row names a duty and all of `MOVED`."""
    if rows:
        await session.execute(MOVE, {name: [row[name] for row in rows] for name in MOVED})


async def due_unmet(session: AsyncSession, now: datetime, limit: int) -> Sequence[UpdateDuty]:
    """Duties whose deadline has passed and that are still open, locked, whoever else sweeps."""
    query = select(UpdateDuty).where(UpdateDuty.state == DutyStatus.OPEN, UpdateDuty.deadline <= now)
    query = query.order_by(UpdateDuty.deadline, UpdateDuty.credit_code).limit(limit)
    return (await session.scalars(query.with_for_update(skip_locked=True))).all()


async def ask_about(session: AsyncSession, certification_ids: Collection[UUID], now: datetime) -> list[str]:
    """Turn the passed open duties of these titles to asked; the firms that they are of."""
    rows = await session.scalars(
        update(UpdateDuty)
        .where(
            UpdateDuty.certification_id == any_(literal(list(certification_ids), ARRAY(Uuid))),
            UpdateDuty.state == DutyStatus.OPEN,
            UpdateDuty.deadline <= now,
        )
        .values(state=DutyStatus.ASKED)
        .returning(UpdateDuty.credit_code)
        .execution_options(synchronize_session=False)
    )
    return sorted(set(rows))


def still_unsettled(certification_id: Any, now: datetime) -> Select[int]:
    """The updates of a title that fell due and of which it is not known yet whether they were made."""
    return select(UpdateDuty.year).where(
        UpdateDuty.certification_id == certification_id,
        UpdateDuty.state.in_((DutyStatus.OPEN, DutyStatus.ASKED)),
        UpdateDuty.deadline <= now,
    )


async def unsettled(session: AsyncSession, certification_id: UUID, now: datetime) -> bool:
    """Whether an update of the title fell due of which it is not known yet whether it was made."""
    return (await session.scalars(still_unsettled(certification_id, now).limit(1))).first() is not None


async def holders(session: AsyncSession, credit_codes: Collection[str]) -> dict[str, tuple[str, str]]:
    """Credit code to a firm's name and authority, as one of its titles says."""
    rows = await session.execute(
        select(Certification.credit_code, Certification.enterprise_name, Certification.authority)
        .where(Certification.credit_code == any_(literal(list(credit_codes), ARRAY(Text))))
        .order_by(Certification.id)
    )
    return {row[0]: (row[1], row[2]) for row in rows}


async def miss(session: AsyncSession, credit_code: str, as_of: datetime) -> list[tuple[UUID, int]]:
    """Mark the asked duties of a firm as missed that had passed when its owner told; (title, year) of each.

    What had not passed by the owner's clock, which may be behind the one here, is open and will be asked about again.
    """
    rows = await session.execute(
        update(UpdateDuty)
        .where(UpdateDuty.credit_code == credit_code, UpdateDuty.state == DutyStatus.ASKED)
        .values(state=case((UpdateDuty.deadline <= as_of, DutyStatus.MISSED), else_=DutyStatus.OPEN))
        .returning(UpdateDuty.certification_id, UpdateDuty.year, UpdateDuty.state)
        .execution_options(synchronize_session=False)
    )
    return sorted((row[0], row[1]) for row in rows if row[2] == DutyStatus.MISSED)


async def forgive(session: AsyncSession, certification_id: UUID) -> None:
    """The title's missed duties cost it nothing any more."""
    await session.execute(
        update(UpdateDuty)
        .where(UpdateDuty.certification_id == certification_id, UpdateDuty.state == DutyStatus.MISSED)
        .values(state=DutyStatus.FORGIVEN)
        .execution_options(synchronize_session=False)
    )


async def eligibility_steps(session: AsyncSession, certification_id: UUID) -> Sequence[EligibilityStep]:
    """What became of a title's right to the review, the oldest first."""
    query = select(EligibilityStep).where(EligibilityStep.certification_id == certification_id)
    return (await session.scalars(query.order_by(EligibilityStep.at, EligibilityStep.id))).all()


async def past_rights(session: AsyncSession, certification_id: UUID) -> list[PastRight]:
    """The same, as facts about the past; a loss is told like the one that stands with a title."""
    return [
        PastRight(step.at, step.role, _loss(step) if step.act == EligibilityAct.REVOKED else None)
        for step in await eligibility_steps(session, certification_id)
    ]


def _loss(step: EligibilityStep) -> dict[str, Any]:
    return {
        "duty": step.duty,
        "year": step.year,
        "due": step.due.isoformat() if step.due else None,
        "reason": step.reason,
        "reason_en": step.citation["text_en"],
        "citation": step.citation,
        "by": step.role,
        "at": step.at.isoformat(),
    }


async def let_lapse(session: AsyncSession, certification_ids: Collection[UUID]) -> None:
    """Nothing is owed any more for these titles' present duties."""
    await session.execute(
        update(UpdateDuty)
        .where(
            UpdateDuty.certification_id == any_(literal(list(certification_ids), ARRAY(Uuid))),
            UpdateDuty.state.in_((DutyStatus.OPEN, DutyStatus.ASKED)),
        )
        .values(state=DutyStatus.LAPSED)
        .execution_options(synchronize_session=False)
    )


async def ending(session: AsyncSession, now: datetime, limit: int) -> list[Certification]:
    """Titles that end now, locked; those with an open application do not, nor whose window a campaign is about to move.

    Applications are looked at a second time once the titles are locked: one may have been accepted in between.
    """
    still_open = select(Review.id).where(Review.certification_id == Certification.id, Review.status.in_(OPEN_REVIEWS))
    moving = select(Campaign.id).where(
        Campaign.spreading,
        Certification.title == any_(Campaign.titles),
        Certification.valid_to.between(Campaign.expires_from, Campaign.expires_to),
    )
    query = select(Certification).where(
        Certification.status == CertificationStatus.VALID,
        Certification.ends_at <= now,
        ~still_open.exists(),
        ~moving.exists(),
    )
    query = query.order_by(Certification.ends_at).limit(limit).with_for_update(skip_locked=True)
    found = (await session.scalars(query)).all()
    accepted = set(
        await session.scalars(
            select(Review.certification_id).where(
                Review.certification_id == any_(literal([each.id for each in found], ARRAY(Uuid))),
                Review.status.in_(OPEN_REVIEWS),
            )
        )
    )
    return [each for each in found if each.id not in accepted]
