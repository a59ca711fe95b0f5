"""Brings copies, obligations and messages to what a batch of events tells."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuid7s

from services.notifier import domain
from services.notifier.commands.follow_ups import readdress
from services.notifier.commands.news import Row, subscribers, to_firm, to_officers
from services.notifier.commands.taking_in.gathering import Batch
from services.notifier.models import Application, Certification, DeadlineExtension, Obligation, Occurrence, Report
from services.notifier.repository import copies, follow_ups, messages, obligations
from services.notifier.repository.copies import Known
from services.notifier.vocabulary import START, FollowUpState, ObligationState, Reason
from shared.contracts import ExtensionState
from shared.messaging import Work, newest
from shared.messaging.copies import keep_states
from shared.regulation import Regulation, Step
from shared.runtime.tracing import part
from shared.web.delegations import keep as keep_delegations


async def settle(batch: Batch) -> None:
    """Bring copies, obligations and messages to what the batch tells.

    Taking the firms locks them, so that what is derived from a firm's copies is derived by one at a time. Firms come
    before obligations and these before messages, here and in the sweep, so that nobody waits in a circle.
    """
    work = batch.work
    session = work.session
    await copies.keep_heard(session, batch.heard)
    await copies.take_firms(session, batch.firms.values(), anew=batch.anew)
    await keep_delegations(session, batch.delegations, anew=batch.anew)
    await keep_states(session, Certification, list(batch.certifications.values()), anew=batch.anew)
    await keep_states(session, Report, list(batch.reports.values()), anew=batch.anew)
    await keep_states(session, Occurrence, list(batch.occurrences.values()), anew=batch.anew)
    await keep_states(session, Application, list(batch.applications.values()), anew=batch.anew)
    known = await copies.known(session, batch.firms)
    await _settle_obligations(work, list(known.values()))
    if batch.readdressed:
        await messages.readdress(session, batch.readdressed)
        await readdress(work, batch.readdressed)
    offices = {known[each.credit_code].firm.authority for each in batch.news if each.officers_too}
    subscribed = await subscribers(work, offices)
    rows = []
    for news in batch.news:
        firm = known[news.credit_code].firm
        rows += to_firm(work, firm, news.kind, news.about, news.facts)
        if news.officers_too:
            facts = {
                "credit_code": firm.credit_code,
                "enterprise_name": firm.name,
                "authority": firm.authority,
                **news.facts,
            }
            office = firm.authority if news.office == Step.AUTHORITY else work.regulation.bureau.code
            rows += to_officers(work, office, subscribed, news.kind, news.about, facts)
    await messages.write(session, rows)


async def keep_extensions(work: Work, told: Iterable[ExtensionState], *, anew: bool = False) -> None:
    """Keep what is new of deadline extensions."""
    states = newest(told, lambda state: state.extension_id)
    rows = [{"id": state.extension_id, **state.model_dump(exclude={"extension_id"})} for state in states]
    await keep_states(work.session, DeadlineExtension, rows, anew=anew)


async def _settle_obligations(work: Work, firms: Sequence[Known]) -> None:
    added: list[Row] = []
    changed: list[Row] = []
    closed = {each.id for known in firms for each in known.obligations if each.state != ObligationState.OPEN}
    for known in firms:
        new, other = _reconciled(work, known)
        added += new
        changed += other
    with part("settle obligations", attributes={"peiyu.firms": len(firms), "peiyu.obligations.opened": len(added)}):
        await _keep(work, added, changed, closed)


async def _keep(work: Work, added: Sequence[Row], changed: Sequence[Row], closed: Collection[UUID]) -> None:
    await obligations.add(work.session, added)
    await obligations.change(work.session, changed)
    for reason in (Reason.MET, Reason.MOVED, Reason.ENDED):
        ids = [row["id"] for row in changed if row["state"] == reason]
        await messages.let_go(work.session, ids, reason)
        await follow_ups.close(work.session, ids, FollowUpState(reason), work.now())
    reopened = [row["id"] for row in changed if row["state"] == ObligationState.OPEN and row["id"] in closed]
    await messages.take_up(work.session, reopened, work.now())


def _reconciled(work: Work, known: Known) -> tuple[list[Row], list[Row]]:
    """The firm's obligations that are new, and what has changed of the others, by what it owes now."""
    added: list[Row] = []
    changed: list[Row | None] = []
    present = {(each.duty, each.subject, each.due): each for each in known.obligations}
    reminded = {each.subject: each.stage for each in known.obligations}
    owing = owed(known, work.regulation)
    living = {(each.duty, each.subject) for each in owing}
    for each in owing:
        obligation = present.pop(each.key, None)
        stages = [reminded.get(subject) for subject in each.follows]
        if obligation is None:
            stage = _announced_as(work, each) if each.announced else _furthest(work, each, stages)
            added.append(_new(work, known.firm.credit_code, each, stage))
        else:
            changed.append(
                _changed(work, obligation, each.state, each, _furthest(work, each, [obligation.stage, *stages]))
            )
    for obligation in present.values():
        state = domain.closed_as(
            obligation,
            known.updates,
            known.applications,
            known.reports,
            known.occurrences,
            lives_on=(obligation.duty, obligation.subject) in living,
        )
        changed.append(_changed(work, obligation, state, obligation, obligation.stage))
    return added, [row for row in changed if row is not None]


def owed(known: Known, regulation: Regulation) -> list[domain.Owed]:
    """Everything that the firm owes by what is known of it."""
    return [
        *domain.updates_owed(known.firm.credit_code, known.certifications, known.updates, regulation),
        *domain.reviews_owed(known.certifications, known.applications, regulation),
        *domain.changes_owed(known.reports, known.occurrences),
        *domain.corrections_owed([*known.reports, *known.applications]),
    ]


def _announced_as(work: Work, each: domain.Owed) -> str:
    """The stage that the mail which tells of a duty stands for: what has passed by now is not reminded of again."""
    passed = [stage.name for stage in domain.plan(each, work.regulation) if stage.at <= work.now()]
    return passed[-1] if passed else START


def _furthest(work: Work, each: domain.Owed, stages: Sequence[str | None]) -> str | None:
    """The most urgent of the stages that the firm was reminded of, under this name or another."""
    order = [stage.name for stage in domain.plan(each, work.regulation)]
    return max((stage for stage in stages if stage in order), key=order.index, default=None)


def _new(work: Work, credit_code: str, each: domain.Owed, stage: str | None) -> Row:
    is_open = each.state == ObligationState.OPEN
    return {
        "id": uuid7s.uuid7(),
        "credit_code": credit_code,
        "duty": each.duty,
        "subject": each.subject,
        "year": each.year,
        "nominal_due": each.nominal_due,
        "due": each.due,
        "acts_from": each.acts_from,
        "state": each.state,
        "stage": stage,
        "next_stage_at": _next_stage_at(work, each, stage) if is_open else None,
        "escalates_at": _escalates_at(work, each, work.now()) if is_open else None,
        "facts": each.facts,
        "citation": each.citation,
        "opened_at": work.now(),
        "closed_at": None if is_open else work.now(),
    }


def _changed(
    work: Work, obligation: Obligation, state: ObligationState, now: Obligation | domain.Owed, last: str | None
) -> Row | None:
    """What is to be set on an obligation that is now in `state` and as `now` shows it; None where nothing is.

    `last` is the stage after which its reminders go on.
    """
    shown = {name: getattr(now, name) for name in ("nominal_due", "acts_from", "facts", "citation")}
    if obligation.state == state and all(getattr(obligation, name) == value for name, value in shown.items()):
        return None
    is_open = state == ObligationState.OPEN
    opened_at = work.now() if is_open and obligation.state != ObligationState.OPEN else obligation.opened_at
    return {
        "id": obligation.id,
        "state": state,
        **shown,
        "next_stage_at": _next_stage_at(work, now, last) if is_open else None,
        "escalates_at": _escalates_at(work, now, opened_at) if is_open else None,
        "opened_at": opened_at,
        "closed_at": None if is_open else obligation.closed_at or work.now(),
    }


def _next_stage_at(work: Work, each: Obligation | domain.Owed, last: str | None) -> Any:
    left = domain.after(domain.plan(each, work.regulation), last)
    return left[0].at if left else None


def _escalates_at(work: Work, each: Obligation | domain.Owed, known_from: datetime) -> datetime | None:
    ladder = domain.rungs(each, work.regulation.escalation(each.duty), known_from)
    return ladder[0].at if ladder else None
