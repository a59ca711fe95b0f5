"""Mails: made of what waits for a mailbox, claimed for sending, marked with what became of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import and_, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifier.models import Mail, Message
from services.notifier.repository.messages import seconds
from services.notifier.vocabulary import MessageState, Reason

Row = dict[str, Any]

ON_THE_WAY = (MessageState.QUEUED, MessageState.SENDING)

# Written out, since they go with every few mails: the ORM would take longer to make them than the database to do them.
ADD = """
    INSERT INTO mails (
        id, mailbox, sender, recipient, language, subject, text, html, kinds, threads, calendars, state, attempts, at,
        created_at, traceparent, next_try_at
    ) VALUES (
        $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, now() + make_interval(secs => $17)
    )
"""
NEW = (
    "id", "mailbox", "sender", "recipient", "language", "subject", "text", "html", "kinds", "threads", "calendars",
    "state", "attempts", "at", "created_at", "traceparent",
)  # fmt: skip
PLACE = text("""
    UPDATE messages
    SET state = placed.state, reason = placed.reason, recipient = placed.recipient, mail_id = placed.mail_id,
        template = placed.template, not_before = placed.not_before
    FROM unnest(
        :id ::uuid[], :state ::text[], :reason ::text[], :recipient ::text[], :mail_id ::uuid[], :template ::text[],
        :not_before ::timestamptz[]
    ) AS placed (id, state, reason, recipient, mail_id, template, not_before)
    WHERE messages.id = placed.id
""")
MARK = """
    WITH acting AS MATERIALIZED (SELECT set_config('peiyu.act', $1, true)),
    outcomes AS (
        SELECT outcome.*,
            outcome.state = 'queued' AND mails.created_at < now() - make_interval(secs => $2) AS given_up
        FROM acting CROSS JOIN mails JOIN unnest(
            $3::uuid[], $4::int[], $5::text[], $6::text[], $7::text[], $8::float[],
            $9::text[]
        ) AS outcome (mail_id, attempt, state, answer, reason, wait, sha256) ON outcome.mail_id = mails.id
    ),
    marked AS (
        UPDATE mails
        SET state = CASE WHEN given_up THEN 'failed' ELSE outcomes.state END,
            reason = CASE WHEN given_up THEN 'given_up' ELSE outcomes.reason END,
            server_answer = outcomes.answer,
            sent_at = CASE WHEN outcomes.state = 'sent' THEN now() END,
            sha256 = outcomes.sha256,
            next_try_at = now() + make_interval(secs => outcomes.wait)
        FROM outcomes
        WHERE mails.id = outcomes.mail_id AND mails.attempts = outcomes.attempt AND mails.state = 'sending'
        RETURNING mails.id, mails.state, mails.reason
    )
    UPDATE messages SET state = marked.state, reason = marked.reason FROM marked
    WHERE messages.mail_id = marked.id AND messages.state || '' = 'sending' -- not by an index on it: many are
    RETURNING messages.mail_id, messages.state
"""
PUT_BACK = text("""
    WITH returned AS (
        UPDATE mails
        SET state = 'queued', attempts = mails.attempts - 1, next_try_at = now() + make_interval(secs => :wait)
        FROM unnest(:mail_id ::uuid[], :attempt ::int[]) AS claimed (mail_id, attempt)
        WHERE mails.id = claimed.mail_id AND mails.attempts = claimed.attempt AND mails.state = 'sending'
        RETURNING mails.id
    )
    UPDATE messages SET state = 'queued' FROM returned
    WHERE messages.mail_id = returned.id AND messages.state = 'sending'
""")


async def ripe(session: AsyncSession, now: datetime, mailboxes: int, gather: float) -> Sequence[Message]:
    """All messages that may go out by `now` to the next mailboxes, locked; none of a mailbox that another one has.

    A mailbox is next when something has waited for it for `gather` seconds. The lock on it lasts until the transaction
    ends: what waits goes out in one mail, not in one from each replica.
    """
    waiting = and_(Message.state == MessageState.QUEUED, Message.mail_id.is_(None), Message.not_before <= now)
    next_ones = (
        select(Message.mailbox)
        .where(waiting, Message.next_try_at <= func.now() - seconds(gather))
        .order_by(Message.not_before, Message.id)
        .limit(mailboxes)
        .cte("next_ones")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    distinct = select(next_ones.c.mailbox).distinct().subquery()
    held = (
        select(distinct.c.mailbox)
        .where(func.pg_try_advisory_xact_lock(func.hashtextextended(distinct.c.mailbox, 0)))
        .cte("held")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    found = await session.scalars(
        select(Message)
        .join(held, held.c.mailbox == Message.mailbox)
        .where(waiting)
        .order_by(Message.id)
        .with_for_update(of=Message, skip_locked=True)
    )
    return found.all()


async def due_again(session: AsyncSession, limit: int, lease: float) -> Sequence[Mail]:
    """Mails that are to be tried again, or whose sender's lease has ended: the caller's for `lease` seconds.

    They are detached: what is set on them is written by `rewrite`, for all by one statement.
    """
    ripe_again = (
        select(Mail.id)
        .where(Mail.state.in_(ON_THE_WAY), Mail.next_try_at <= func.now())
        .order_by(Mail.next_try_at, Mail.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("ripe_again")
    )
    claimed = await session.scalars(
        update(Mail)
        .where(Mail.id == ripe_again.c.id)
        .values(state=MessageState.SENDING, attempts=Mail.attempts + 1, next_try_at=func.now() + seconds(lease))
        .returning(Mail)
        .execution_options(synchronize_session=False)
    )
    mails = sorted(claimed, key=lambda mail: mail.id)
    for mail in mails:
        session.expunge(mail)
    return mails


async def carried_by(session: AsyncSession, mails: Collection[UUID]) -> dict[UUID, list[Message]]:
    """The messages that each of these mails still carries."""
    carried: dict[UUID, list[Message]] = {}
    if mails:
        found = select(Message).where(Message.mail_id.in_(mails), Message.state.in_(ON_THE_WAY)).order_by(Message.id)
        for message in await session.scalars(found):
            assert message.mail_id is not None
            carried.setdefault(message.mail_id, []).append(message)
    return carried


async def add(session: AsyncSession, rows: Sequence[Row], lease: float) -> None:
    """Write new mails that are the caller's for `lease` seconds."""
    if rows:
        connection = await session.connection()
        await connection.exec_driver_sql(ADD, [(*(row[name] for name in NEW), lease) for row in rows])


async def rewrite(session: AsyncSession, rows: Sequence[Row]) -> None:
    """Set what each row names of the mail with its `id`; all rows name the same."""
    if rows:
        await session.execute(update(Mail), rows)


async def place(session: AsyncSession, rows: Sequence[Row]) -> None:
    """Set `state`, `reason`, `recipient`, `mail_id`, `template` and `not_before` of the messages with these ids."""
    if rows:
        await session.execute(PLACE, _arrays(rows))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a try, `attempt`, to send a mail.

    One that is `queued` again is tried in `wait` seconds; it has failed where it is too old for that. `sha256` is that
    of the bytes which the server took.
    """

    mail_id: UUID
    attempt: int
    state: MessageState
    answer: str | None
    reason: Reason | None = None
    wait: float = 0
    sha256: str | None = None


async def mark(
    session: AsyncSession, act: str, outcomes: Sequence[Outcome], given_up_after: float
) -> dict[UUID, MessageState]:
    """Set what became of mails that are still the caller's and of what they carry, as the doing of `act`; their states.

    A mail older than `given_up_after` seconds is not tried again.
    """
    connection = await session.connection()
    marked = await connection.exec_driver_sql(MARK, (act, given_up_after, *_columns(outcomes)))
    return {row.mail_id: MessageState(row.state) for row in marked}


async def mark_sent(statements: "asyncpg.Connection[asyncpg.Record]", act: str, sent: Sequence[Outcome]) -> set[UUID]:
    """Set that the server took mails, in a transaction of its own; those that were still the caller's."""
    marked = await statements.fetch(MARK, act, 0.0, *_columns(sent))
    return {row["mail_id"] for row in marked}


def _columns(outcomes: Sequence[Outcome]) -> list[list[Any]]:
    return [[getattr(each, name) for each in outcomes] for name in Outcome.__slots__]


async def put_back(session: AsyncSession, claimed: Sequence[Mail], wait: float) -> None:
    """Return claimed mails that were not tried; they may be claimed again in `wait` seconds."""
    given = _arrays([{"mail_id": mail.id, "attempt": mail.attempts} for mail in claimed])
    await session.execute(PUT_BACK, {"wait": wait, **given})


def _arrays(rows: Sequence[Row]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in rows[0]}
