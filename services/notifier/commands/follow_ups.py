"""Firms that officers must reach by other means (催办): opened once, told, raised to the bureau, closed.

A follow-up is opened where a firm does not act although its date comes near, or where an address takes no mail. It
closes by itself when there is nothing to call about any more, or when an officer has dealt with it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

import uuid_utils.compat as uuid7s

from services.notifier import domain, mailboxes
from services.notifier.commands.news import Row, facts_of, subscribers, to_officers
from services.notifier.models import Firm, FollowUp, Obligation
from services.notifier.repository import copies, messages, obligations
from services.notifier.repository import follow_ups as kept
from services.notifier.settings import NotifierSettings
from services.notifier.vocabulary import FOLLOW_UPS, FollowUpKind, FollowUpState, Level, Reason
from shared.messaging import Work
from shared.regulation import end_of_day, shanghai_date
from shared.web.caller import Caller
from shared.web.problems import Conflict, NotFound


class FollowUpClosed(Conflict):
    """This follow-up is closed already"""

    type = "follow-up-closed"
    title_zh = "该催办事项已办结"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An address that did not take a mail: whose mailbox, in whose reach, what was answered, if `nobody` is there."""

    address: str
    mailbox: str
    credit_code: str | None
    authority: str
    answer: str
    nobody: bool


async def escalate(work: Work, settings: NotifierSettings) -> int:
    """Put a page of firms on the lists of those who are to reach them; how many were looked at."""
    return await _open_unanswered(work, settings) + await _raise(work, settings)


async def open_unreached(work: Work, refused: Sequence[Refusal]) -> None:
    """Let officers know of addresses that take no mail: one follow-up of a kind for each, until it is dealt with.

    An office's own address is the bureau's to see to: its officers cannot be told.
    """
    if not refused:
        return
    firms = await copies.firms_of(work.session, {each.credit_code for each in refused if each.credit_code})
    overdue = end_of_day(work.regulation.address_overdue(work.today()))
    rows = []
    for each in {(refusal.address.lower(), refusal.nobody): refusal for refusal in refused}.values():
        office = each.mailbox.startswith(mailboxes.OFFICE)
        rows.append(
            _row(
                work,
                FollowUpKind.BAD_ADDRESS if each.nobody else FollowUpKind.UNDELIVERED,
                each.address.lower(),
                each.credit_code,
                each.authority,
                Level.BUREAU if office else Level.AUTHORITY,
                {"address": each.address, "answer": each.answer, "mailbox": each.mailbox, "dead": each.nobody},
            )
            | {"escalates_at": None if office else overdue}
        )
    opened = await kept.open_(work.session, rows)
    await _tell(work, [row for row in rows if row["id"] in opened], firms)


async def readdress(work: Work, credit_codes: Collection[str]) -> None:
    """Let follow-ups go with firms that changed their authority, and close those about addresses nobody has any more.

    An address that another firm has too is that one's from now on.
    """
    await kept.follow_firms(work.session, credit_codes)
    left = await kept.unreached_of(work.session, credit_codes)
    if not left:
        return
    others = await kept.firms_at(work.session, {each.about for each in left})
    for follow_up in left:
        if (other := others.get(follow_up.about)) is not None:
            follow_up.credit_code, follow_up.authority = other.credit_code, other.authority
        else:
            _close(work, follow_up, FollowUpState.READDRESSED)
    closed = [str(each.id) for each in left if each.state != FollowUpState.OPEN]
    await messages.let_go_of(work.session, closed, Reason.ENDED)


async def resolve(work: Work, follow_up_id: UUID, note: str, caller: Caller) -> FollowUp:
    """An officer has dealt with it; an address is used again. Raises `NotFound`, `FollowUpClosed`.

    What waits to tell of it is let go before it is locked, in the order in which news of a duty does so.
    """
    await messages.let_go_of(work.session, [str(follow_up_id)], Reason.ENDED)
    follow_up = await kept.held(work.session, follow_up_id)
    if follow_up is None or not caller.may_review_for(follow_up.authority):
        raise NotFound("There is no such follow-up")
    if follow_up.state != FollowUpState.OPEN:
        raise FollowUpClosed(f"It is {follow_up.state} since {follow_up.closed_at}", state_of_follow_up=follow_up.state)
    _close(work, follow_up, FollowUpState.RESOLVED)
    follow_up.closed_by, follow_up.note = caller.name, note
    await work.session.flush()
    if follow_up.kind == FollowUpKind.BAD_ADDRESS:
        await messages.bring_back(work.session, [follow_up.about])
    return follow_up


async def _open_unanswered(work: Work, settings: NotifierSettings) -> int:
    """Open follow-ups for a page of duties whose firms do not act, once each; how many duties were looked at."""
    now = work.now()
    page = await obligations.escalating(work.session, now, settings.reminder_page)
    if not page:
        return 0
    extensions = await copies.extensions_in_force(work.session)
    known = await kept.known_to_officers(work.session, [obligation.id for obligation, _ in page])
    looked_at: list[Row] = []
    rows: list[Row] = []
    for obligation, firm in page:
        ladder = domain.rungs(obligation, work.regulation.escalation(obligation.duty), obligation.opened_at)
        level, next_at = domain.reached(ladder, now), domain.next_rung(ladder, now)
        if domain.gone(obligation.due, now, settings.too_old) or obligation.id in known:
            looked_at.append({"id": obligation.id, "escalates_at": None})
        elif domain.is_moving(obligation, firm.authority, extensions, work.regulation):
            looked_at.append({"id": obligation.id, "escalates_at": now + domain.LOOK_AGAIN})
        elif level is None:
            looked_at.append({"id": obligation.id, "escalates_at": next_at})
        else:
            rows.append(_unanswered(work, obligation, firm, level) | {"escalates_at": next_at})
            looked_at.append({"id": obligation.id, "escalates_at": None})
    await obligations.change(work.session, looked_at)
    await kept.open_(work.session, rows)
    await _tell(work, rows, {firm.credit_code: firm for _, firm in page})
    return len(page)


async def _raise(work: Work, settings: NotifierSettings) -> int:
    """Put a page of follow-ups on the bureau's list; how many were."""
    page = await kept.escalating(work.session, work.now(), settings.reminder_page)
    if not page:
        return 0
    firms = await copies.firms_of(work.session, {each.credit_code for each in page if each.credit_code})
    await kept.raise_(work.session, [each.id for each in page])
    await _tell(work, [_as_row(each) | {"level": Level.BUREAU} for each in page], firms)
    return len(page)


def _unanswered(work: Work, obligation: Obligation, firm: Firm, level: Level) -> Row:
    about, facts = str(obligation.id), facts_of(obligation)
    row = _row(work, FollowUpKind.UNANSWERED, about, firm.credit_code, firm.authority, level, facts)
    return row | {"obligation_id": obligation.id}


def _row(
    work: Work, kind: FollowUpKind, about: str, credit_code: str | None, authority: str, level: Level, facts: Row
) -> Row:
    return {
        "id": uuid7s.uuid7(),
        "kind": kind,
        "about": about,
        "credit_code": credit_code,
        "authority": authority,
        "obligation_id": None,
        "level": level,
        "state": FollowUpState.OPEN,
        "facts": facts,
        "opened_at": work.now(),
    }


def _as_row(follow_up: FollowUp) -> Row:
    return {name: getattr(follow_up, name) for name in FollowUp.__table__.columns.keys()}  # noqa: SIM118 - no mapping


async def _tell(work: Work, rows: Sequence[Row], firms: Mapping[str, Firm]) -> None:
    """Tell the officers of each follow-up's level; let go with the duty that it is about."""
    bureau = work.regulation.bureau.code
    subscribed = await subscribers(work, {row["authority"] for row in rows})
    told = []
    for row in rows:
        firm = firms.get(row["credit_code"] or "")
        facts = row["facts"] | {
            "credit_code": row["credit_code"],
            "enterprise_name": firm.name if firm else _office_name(work, row["authority"]),
            "authority": row["authority"],
            "contact_name": firm.contact_name if firm else None,
            "contact_mobile": firm.contact_mobile if firm else None,
            "level": row["level"],
            "since": shanghai_date(row["opened_at"]).isoformat(),
            "citation": row["facts"].get("citation") or asdict(work.regulation.escalation_basis),
        }
        messages_of_it = to_officers(
            work,
            row["authority"] if row["level"] == Level.AUTHORITY else bureau,
            subscribed,
            FOLLOW_UPS[FollowUpKind(row["kind"])],
            str(row["id"]),
            facts,
            stage=row["level"],
            due=date.fromisoformat(facts["due"]) if "due" in facts else None,
        )
        told += [each | {"obligation_id": row["obligation_id"]} for each in messages_of_it]
    await messages.write(work.session, told)


def _office_name(work: Work, authority: str) -> str:
    office = work.regulation.authorities.get(authority, work.regulation.bureau)
    return office.name


def _close(work: Work, follow_up: FollowUp, state: FollowUpState) -> None:
    follow_up.state, follow_up.closed_at, follow_up.escalates_at = state, work.now(), None
