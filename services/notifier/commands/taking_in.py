"""Takes events in: all that one transaction brings is gathered first and has its effect together.

A published list brings thousands of events within seconds; handled one by one each would cost a dozen statements,
together they cost that for a whole batch. Nothing depends on the order within a batch or between batches.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuid7s

from services.notifier import domain
from services.notifier.commands.news import to_firm, to_officers
from services.notifier.models import Application, Certification, Obligation, Occurrence, Report
from services.notifier.repository import copies, messages, obligations
from services.notifier.repository.copies import Known
from services.notifier.timeline import told
from services.notifier.vocabulary import START, Kind, ObligationState, Reason
from shared.contracts import (
    CertificationState,
    ChangeReportState,
    Correction,
    DelegationState,
    EventData,
    OccurrenceState,
    ProfileState,
    ReviewState,
)
from shared.messaging import Event, Work
from shared.regulation import Regulation, Step
from shared.web.delegations import keep as keep_delegations

Row = dict[str, Any]

STANDING = {
    "open": ObligationState.OPEN,
    "reported": ObligationState.MET,
    "dismissed": ObligationState.ENDED,
    "sanctioned": ObligationState.ENDED,
}
"""What the state of a recorded occurrence makes of the duty to report it."""


@dataclass(frozen=True, slots=True)
class News:
    """Something that happened to a firm, to be told to its contact, and to an office's officers as well."""

    credit_code: str
    kind: Kind
    about: str
    facts: Row
    officers_too: bool = False
    office: str = Step.AUTHORITY


@dataclass
class Batch:
    """What the events of one transaction bring: the newest version of each thing, and what is to be told."""

    work: Work
    firms: dict[str, Row] = field(default_factory=dict)
    certifications: dict[UUID, Row] = field(default_factory=dict)
    reports: dict[UUID, Row] = field(default_factory=dict)
    occurrences: dict[UUID, Row] = field(default_factory=dict)
    applications: dict[UUID, Row] = field(default_factory=dict)
    delegations: list[DelegationState] = field(default_factory=list)
    heard: list[Row] = field(default_factory=list)
    news: list[News] = field(default_factory=list)
    readdressed: set[str] = field(default_factory=set)

    def hear(self, event: Event[EventData]) -> None:
        """Note the event in the history of its firm."""
        self.heard.append(
            {
                "id": event.id,
                "credit_code": event.subject,
                "type": event.type,
                "sequence": event.sequence,
                "at": event.time,
                "actor": event.actor.subject if event.actor else None,
                "actor_name": event.actor.name if event.actor else None,
                "actor_role": event.actor.role if event.actor else None,
                **asdict(told(event.data, self.work.regulation)),
            }
        )

    def profile(self, state: ProfileState) -> None:
        contact = state.contact
        self._firm(
            credit_code=state.credit_code,
            version=state.version,
            name=state.name,
            authority=state.authority,
            contact_name=contact.name if contact else None,
            contact_email=contact.email if contact else None,
            language=contact.language if contact else "zh-CN",
            updates=[each.model_dump(mode="json") for each in state.updates],
        )
        self.readdressed.add(state.credit_code)

    def certification(self, state: CertificationState) -> None:
        self._named(state)
        row = {
            "id": state.certification_id,
            **state.model_dump(
                include={
                    "credit_code",
                    "version",
                    "title",
                    "status",
                    "eligibility",
                    "valid_to",
                    "window_opens",
                    "window_closes",
                }
            ),
            "window_citation": state.window_citation.model_dump() if state.window_citation else None,
            "duties": [each.model_dump(mode="json") for each in state.duties],
        }
        _newest(self.certifications, state.certification_id, row)

    def report(self, state: ChangeReportState, standing: ObligationState) -> None:
        self._named(state)
        row = {
            "id": state.report_id,
            **state.model_dump(
                include={
                    "credit_code",
                    "version",
                    "type",
                    "happened_on",
                    "nominal_due",
                    "due",
                    "provisional",
                    "citation",
                }
            ),
            "standing": standing,
            "correction": _returned(
                state.correction, case="change_report", type=state.type, happened_on=state.happened_on.isoformat()
            ),
            "occurrence_id": state.occurrence_id,
        }
        _newest(self.reports, state.report_id, row)

    def occurrence(self, state: OccurrenceState) -> None:
        self._named(state)
        row = {
            "id": state.occurrence_id,
            **state.model_dump(
                include={
                    "credit_code",
                    "version",
                    "type",
                    "happened_on",
                    "nominal_due",
                    "due",
                    "provisional",
                    "evidence",
                    "recorded_at",
                    "citation",
                }
            ),
            "standing": STANDING[state.status],
        }
        _newest(self.occurrences, state.occurrence_id, row)

    def application(self, state: ReviewState, outcome: str | None, correction: Correction | None = None) -> None:
        """Note an application; with `correction`, one that was returned to its firm."""
        self._named(state)
        row = {
            "id": state.review_id,
            **state.model_dump(include={"certification_id", "credit_code", "version", "applied_at"}),
            "outcome": outcome,
            "correction": _returned(correction, case="review", title=state.title),
        }
        _newest(self.applications, state.review_id, row)

    def delegation(self, state: DelegationState) -> None:
        """Who acts for the firm, or did."""
        self._named(state)
        self.delegations.append(state)

    def tell(
        self,
        credit_code: str,
        kind: Kind,
        about: str,
        *,
        officers_too: bool = False,
        office: str = Step.AUTHORITY,
        **facts: Any,
    ) -> None:
        """Tell the firm's contact what happened, once for each `kind` and `about`; and the officers of `office`."""
        self.news.append(News(credit_code, kind, about, facts, officers_too, office))

    def _named(
        self, state: CertificationState | ChangeReportState | OccurrenceState | ReviewState | DelegationState
    ) -> None:
        """The firm that a title, report, application or delegation names; version 0 gives way to any profile."""
        self._firm(
            credit_code=state.credit_code,
            version=0,
            name=state.enterprise_name,
            authority=state.authority,
            contact_name=None,
            contact_email=None,
            language="zh-CN",
            updates=[],
        )

    def _firm(self, **row: Any) -> None:
        _newest(self.firms, row["credit_code"], row)


def _returned(correction: Correction | None, **facts: Any) -> Row | None:
    return None if correction is None else correction.model_dump(mode="json") | {"facts": facts}


def _newest(kept: dict[Any, Row], key: Any, row: Row) -> None:
    if key not in kept or kept[key]["version"] < row["version"]:
        kept[key] = row


async def settle(batch: Batch) -> None:
    """Bring copies, obligations and messages to what the batch tells.

    Taking the firms locks them, so that what is derived from a firm's copies is derived by one at a time. Firms come
    before obligations and these before messages, here and in the sweep, so that nobody waits in a circle.
    """
    work = batch.work
    session = work.session
    await copies.keep_heard(session, batch.heard)
    await copies.take_firms(session, batch.firms.values())
    await keep_delegations(session, batch.delegations)
    await copies.take(session, Certification, list(batch.certifications.values()))
    await copies.take(session, Report, list(batch.reports.values()))
    await copies.take(session, Occurrence, list(batch.occurrences.values()))
    await copies.take(session, Application, list(batch.applications.values()))
    known = await copies.known(session, batch.firms)
    await _settle_obligations(work, list(known.values()))
    if batch.readdressed:
        await messages.readdress(session, batch.readdressed)
    rows = []
    for news in batch.news:
        firm = known[news.credit_code].firm
        rows.append(to_firm(work, firm, news.kind, news.about, news.facts))
        if news.officers_too:
            facts = {"credit_code": firm.credit_code, "enterprise_name": firm.name, **news.facts}
            office = firm.authority if news.office == Step.AUTHORITY else work.regulation.bureau.code
            rows.append(to_officers(work, office, news.kind, news.about, facts))
    await messages.write(session, rows)


async def _settle_obligations(work: Work, firms: Sequence[Known]) -> None:
    added: list[Row] = []
    changed: list[Row] = []
    for known in firms:
        new, other = _reconciled(work, known)
        added += new
        changed += other
    await obligations.add(work.session, added)
    await obligations.change(work.session, changed)
    for reason in (Reason.MET, Reason.ENDED):
        await messages.let_go(work.session, [row["id"] for row in changed if row["state"] == reason], reason)


def _reconciled(work: Work, known: Known) -> tuple[list[Row], list[Row]]:
    """The firm's obligations that are new, and what has changed of the others, by what it owes now."""
    added: list[Row] = []
    changed: list[Row | None] = []
    present = {(each.duty, each.subject, each.due): each for each in known.obligations}
    reminded = {each.subject: each.stage for each in known.obligations}
    for each in owed(known, work.regulation):
        obligation = present.pop(each.key, None)
        if obligation is None:
            stage = _announced_as(work, each) if each.announced else reminded.get(each.follows or "")
            added.append(_new(work, known.firm.credit_code, each, stage))
        else:
            changed.append(_changed(work, obligation, each.state, each))
    for obligation in present.values():
        if obligation.state != ObligationState.MET:
            met = domain.met_after_all(obligation, known.updates, known.applications, known.reports, known.occurrences)
            state = ObligationState.MET if met else ObligationState.ENDED
            changed.append(_changed(work, obligation, state, obligation))
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
        "facts": each.facts,
        "citation": each.citation,
        "opened_at": work.now(),
        "closed_at": None if is_open else work.now(),
    }


def _changed(work: Work, obligation: Obligation, state: ObligationState, now: Obligation | domain.Owed) -> Row | None:
    """What is to be set on an obligation that is now in `state` and as `now` shows it; None where nothing is."""
    shown = {"facts": now.facts, "acts_from": now.acts_from, "citation": now.citation}
    if obligation.state == state and all(getattr(obligation, name) == value for name, value in shown.items()):
        return None
    is_open = state == ObligationState.OPEN
    return {
        "id": obligation.id,
        "state": state,
        **shown,
        "next_stage_at": _next_stage_at(work, now, obligation.stage) if is_open else None,
        "closed_at": None if is_open else obligation.closed_at or work.now(),
    }


def _next_stage_at(work: Work, each: Obligation | domain.Owed, last: str | None) -> Any:
    left = domain.after(domain.plan(each, work.regulation), last)
    return left[0].at if left else None
