"""What the events of one transaction bring: copies of other services' things, and news."""

from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from services.notifier.timeline import told
from services.notifier.vocabulary import Kind, ObligationState
from shared.contracts import (
    CertificationState,
    ChangeReportState,
    Contact,
    Correction,
    DelegationState,
    EventData,
    OccurrenceState,
    ProfileState,
    ReviewState,
)
from shared.messaging import Event, Work
from shared.regulation import Step

Row = dict[str, Any]

STANDING = {
    "open": ObligationState.OPEN,
    "reported": ObligationState.MET,
    "dismissed": ObligationState.ENDED,
    "sanctioned": ObligationState.ENDED,
}
"""What the state of a recorded occurrence makes of the duty to report it."""


OF_A_CHANGE = {"credit_code", "version", "type", "happened_on", "nominal_due", "due", "provisional", "citation"}
"""What a report and a recorded occurrence both tell of the change that is owed a report."""


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
    """What the events of one transaction bring: the newest version of each thing, and what is to be told.

    `anew`: it is no news, but what owners state again, which replaces what is kept at its version too.
    """

    work: Work
    anew: bool = False
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
        self._firm(
            credit_code=state.credit_code,
            version=state.version,
            name=state.name,
            authority=state.authority,
            **_contacts(state.contact, state.second_contact),
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
            **state.model_dump(include=OF_A_CHANGE),
            "standing": standing,
            "correction": _returned(
                state.correction,
                case="change_report",
                report_id=str(state.report_id),
                type=state.type,
                happened_on=state.happened_on.isoformat(),
            ),
            "occurrence_id": state.occurrence_id,
        }
        _newest(self.reports, state.report_id, row)

    def occurrence(self, state: OccurrenceState) -> None:
        self._named(state)
        row = {
            "id": state.occurrence_id,
            **state.model_dump(include=OF_A_CHANGE | {"evidence", "recorded_at"}),
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
            "correction": _returned(
                correction,
                case="review",
                review_id=str(state.review_id),
                certification_id=str(state.certification_id),
                title=state.title,
            ),
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
            **_contacts(None, None),
            updates=[],
        )

    def _firm(self, **row: Any) -> None:
        _newest(self.firms, row["credit_code"], row)


def _contacts(first: Contact | None, second: Contact | None) -> Row:
    return {
        "contact_name": first.name if first else None,
        "contact_mobile": first.mobile if first else None,
        "contact_email": first.email if first else None,
        "language": first.language if first else "zh-CN",
        "second_name": second.name if second else None,
        "second_mobile": second.mobile if second else None,
        "second_email": second.email if second else None,
        "second_language": second.language if second else None,
    }


def _returned(correction: Correction | None, **facts: Any) -> Row | None:
    return None if correction is None else correction.model_dump(mode="json") | {"facts": facts}


def _newest(kept: dict[Any, Row], key: Any, row: Row) -> None:
    if key not in kept or kept[key]["version"] < row["version"]:
        kept[key] = row
