"""What a firm was told of one thing: its obligations, the sanctions, the messages, their mails, what came back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from services.notifier.models import DeliveryReport, Firm, HeardEvent, Mail, Message, Obligation
from services.notifier.vocabulary import Audience, Kind
from shared.contracts import (
    CertificationCancelled,
    CertificationExpired,
    ChangeSanctioned,
    EligibilityRestored,
    EligibilityRevoked,
)
from shared.regulation import Duty

SANCTIONS = (
    EligibilityRevoked.type,
    EligibilityRestored.type,
    CertificationCancelled.type,
    CertificationExpired.type,
    ChangeSanctioned.type,
)
"""The events that take a right from a firm, or give it back."""

MOST = 1000
"""The most messages that one proof is made of."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a proof is asked of, one of three: a firm (its one duty, its one year), an obligation, a case."""

    credit_code: str | None = None
    duty: Duty | None = None
    year: int | None = None
    obligation_id: UUID | None = None
    case: UUID | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is kept of what a firm was told. `mails` lack what they look like in HTML, `reports` their content."""

    firm: Firm
    obligations: Sequence[Obligation]
    sanctions: Sequence[HeardEvent]
    messages: Sequence[Message]
    mails: Sequence[Mail]
    reports: Sequence[DeliveryReport]


async def evidence(session: AsyncSession, reach: ColumnElement[bool], asked: Asked) -> Evidence | None:
    """What is asked for; None where there is no such thing within `reach`. At most `MOST` + 1 messages are read."""
    credit_code = asked.credit_code or await _firm_of(session, asked)
    firm = await session.scalar(select(Firm).where(Firm.credit_code == credit_code, reach)) if credit_code else None
    if firm is None:
        return None
    owed = await _obligations(session, firm, asked)
    cases = _cases(asked, owed)
    sanctions = await _sanctions(session, firm, asked, owed, cases)
    messages = await _messages(session, firm, _about(asked, owed, cases, sanctions))
    carrying = {each.mail_id for each in messages if each.mail_id}
    mails = await session.scalars(
        select(Mail).where(Mail.id.in_(carrying)).options(defer(Mail.html, raiseload=True)).order_by(Mail.id)
    )
    reports = await session.scalars(
        select(DeliveryReport)
        .where(DeliveryReport.mail_id.in_(carrying))
        .options(defer(DeliveryReport.content, raiseload=True))
        .order_by(DeliveryReport.received_at, DeliveryReport.id)
    )
    return Evidence(firm, owed, sanctions, messages, mails.all(), reports.all())


async def contents(session: AsyncSession, mail_ids: Collection[UUID]) -> Sequence[tuple[Mail, list[DeliveryReport]]]:
    """Whole mails with the reports on them."""
    mails = (await session.scalars(select(Mail).where(Mail.id.in_(mail_ids)).order_by(Mail.id))).all()
    reports: dict[UUID | None, list[DeliveryReport]] = {}
    told = select(DeliveryReport).where(DeliveryReport.mail_id.in_(mail_ids))
    for report in await session.scalars(told.order_by(DeliveryReport.received_at, DeliveryReport.id)):
        reports.setdefault(report.mail_id, []).append(report)
    return [(mail, reports.get(mail.id, [])) for mail in mails]


async def _firm_of(session: AsyncSession, asked: Asked) -> str | None:
    if asked.obligation_id is not None:
        owed = select(Obligation.credit_code).where(Obligation.id == asked.obligation_id)
        return await session.scalar(owed)
    in_case = or_(HeardEvent.case_id == asked.case, HeardEvent.certification_id == asked.case)
    return await session.scalar(select(HeardEvent.credit_code).where(in_case).limit(1))


async def _obligations(session: AsyncSession, firm: Firm, asked: Asked) -> Sequence[Obligation]:
    """What the firm owes or owed; with an obligation all dates that it had, with a case what arose from it."""
    query = select(Obligation).where(Obligation.credit_code == firm.credit_code)
    if asked.obligation_id is not None:
        one = select(Obligation.duty, Obligation.subject).where(Obligation.id == asked.obligation_id).subquery()
        query = query.join(one, and_(one.c.duty == Obligation.duty, one.c.subject == Obligation.subject))
    if asked.case is not None:
        case = str(asked.case)
        query = query.where(or_(Obligation.subject == case, Obligation.facts["occurrence_id"].astext == case))
    if asked.duty is not None:
        query = query.where(Obligation.duty == asked.duty)
    if asked.year is not None:
        query = query.where(Obligation.year == asked.year)
    return (await session.scalars(query.order_by(Obligation.due, Obligation.id))).all()


def _everything(asked: Asked) -> bool:
    return asked.credit_code is not None and asked.duty is None and asked.year is None


def _cases(asked: Asked, owed: Sequence[Obligation]) -> set[str]:
    """The ids of the cases that it is about: reports, recorded changes, applications, titles."""
    cases = {str(asked.case)} if asked.case else set()
    for each in owed:
        if each.duty in (Duty.CHANGE_REPORT, Duty.RETURNED_CASE):
            cases |= {each.subject, str(each.facts.get("occurrence_id", each.subject))}
    return cases


async def _sanctions(
    session: AsyncSession, firm: Firm, asked: Asked, owed: Sequence[Obligation], cases: set[str]
) -> Sequence[HeardEvent]:
    """What the firm lost over it, or got back. A firm has few of these."""
    found = await session.scalars(
        select(HeardEvent)
        .where(HeardEvent.credit_code == firm.credit_code, HeardEvent.type.in_(SANCTIONS))
        .order_by(HeardEvent.at, HeardEvent.id)
        .limit(MOST)
    )
    if _everything(asked):
        return found.all()
    known = found.all()
    lost = [each for each in known if _is_over(each, asked, owed, cases)]
    titles = {each.case_id for each in lost}
    return [
        each for each in known if each in lost or (each.type == EligibilityRestored.type and each.case_id in titles)
    ]


def _is_over(event: HeardEvent, asked: Asked, owed: Sequence[Obligation], cases: set[str]) -> bool:
    """Whether a sanction is over what is asked for: one of its cases, its duty in that year or by that date."""
    if {str(event.case_id), str(event.certification_id)} & cases:
        return True
    why = event.why or {}
    inputs = why.get("inputs", {})
    if event.type == EligibilityRevoked.type:
        duty, year, due = inputs.get("duty"), inputs.get("year"), why.get("due")
        return (duty, year) == (asked.duty, asked.year) or any(
            duty == each.duty and (year == each.year if each.year is not None else due == each.due.isoformat())
            for each in owed
        )
    ended = event.type in (CertificationCancelled.type, CertificationExpired.type)
    return ended and any(each.duty == Duty.REVIEW and each.subject == str(event.case_id) for each in owed)


def _about(
    asked: Asked, owed: Sequence[Obligation], cases: set[str], sanctions: Sequence[HeardEvent]
) -> ColumnElement[bool]:
    """Which messages tell of it: the reminders, what was told of the cases, of the sanctions, of an update received."""
    if _everything(asked):
        return true()
    years = {str(each.year) for each in owed if each.duty == Duty.UPDATE}
    return or_(
        Message.obligation_id.in_([each.id for each in owed]),
        Message.about.in_([f"{each.case_id}/{each.sequence}" for each in sanctions]),
        func.split_part(Message.about, "/", 1).in_(cases),
        and_(Message.kind == Kind.UPDATE_RECEIVED, Message.facts["year"].astext.in_(years)),
    )


async def _messages(session: AsyncSession, firm: Firm, about: ColumnElement[bool]) -> Sequence[Message]:
    query = select(Message).where(Message.credit_code == firm.credit_code, Message.audience == Audience.FIRM, about)
    return (await session.scalars(query.order_by(Message.at, Message.id).limit(MOST + 1))).all()
