"""Tells the database who acts, before anything is written: once in a transaction, again where somebody else acts."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import ORMExecuteState, Session

from shared.runtime.acting import Act, acts_by_firm, present_act
from shared.runtime.clock import Clock
from shared.runtime.database import Infrastructure
from shared.runtime.tracing import trace_id, traceparent

DECLARE = text("SELECT set_config('peiyu.act', :act, true)")
DECLARE_BY_FIRM = text(
    "SELECT set_config('peiyu.acts_' || firms.last, told, true) FROM unnest(:last ::text[], :told ::text[]) "
    "AS firms (last, told)"
)

CLOCK, DECLARED, EVER = "audit clock", "audit declared", "audit ever declared"
NOTHING = (None, None)


def declare_by(session: AsyncSession, clock: Clock) -> None:
    """Let what this session writes be recorded as the doing of whoever acts, at the clock's instant."""
    session.sync_session.info[CLOCK] = clock


def declaration(clock: Clock) -> str:
    """Who acts, for a statement that is a transaction of its own: what it sets `peiyu.act` to, local to itself."""
    return _told(present_act(), clock.now().isoformat())


async def declare_now(session: AsyncSession) -> None:
    """Tell who acts before something is written that is not recorded by itself."""
    await session.run_sync(_declare)


@event.listens_for(Session, "before_flush")
def _before_flush(session: Session, *_: Any) -> None:
    if any(not isinstance(each, Infrastructure) for each in (*session.new, *session.dirty, *session.deleted)):
        _declare(session)


@event.listens_for(Session, "do_orm_execute")
def _before_statement(state: ORMExecuteState) -> None:
    if state.is_select:
        return
    if state.bind_mapper is not None and issubclass(state.bind_mapper.class_, Infrastructure):
        return
    _declare(state.session)


@event.listens_for(Session, "after_soft_rollback")
def _after_rollback(session: Session, _: Any) -> None:
    """A rolled back savepoint takes along what was declared since."""
    session.info.pop(DECLARED, None)


def _declare(session: Session) -> None:
    clock: Clock | None = session.info.get(CLOCK)
    if clock is None:
        return
    acts = present_act(), acts_by_firm()
    declared = session.info.get(DECLARED, NOTHING)
    if declared[0] is acts[0] and declared[1] is acts[1]:
        return
    session.info[DECLARED] = acts
    now = clock.now().isoformat()
    connection = session.connection()
    connection.execute(DECLARE, {"act": _told(acts[0], now)})
    if declared[1] is not acts[1]:
        ever = session.info.setdefault(EVER, set())
        lines = {**dict.fromkeys(ever, ""), **_lines(acts[1], now)}
        ever.update(lines)
        if lines:
            connection.execute(DECLARE_BY_FIRM, {"last": list(lines), "told": list(lines.values())})


def _told(act: Act, now: str) -> str:
    trace = act.traceparent or traceparent.get()
    told = {
        "act": act.name,
        "actor": act.actor.subject,
        "actor_name": act.actor.name,
        "actor_role": act.actor.role,
        "at": now,
        "trace_id": trace_id(trace) if trace else None,
    }
    return json.dumps(told, ensure_ascii=False)


def _lines(by_firm: Mapping[str, Act], now: str) -> dict[str, str]:
    """A line for each firm, by the credit code's check character: the trigger looks through a few of them only."""
    lines: dict[str, str] = {}
    for credit_code, act in by_firm.items():
        last = credit_code[-1:]
        lines[last] = f"{lines.get(last, '')}{credit_code}={_told(act, now)}\n"
    return lines
