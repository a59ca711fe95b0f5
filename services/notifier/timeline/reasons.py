"""Which case an event belongs to, and what it rests on: the article, the dates, the inputs."""

from datetime import date
from typing import Any
from uuid import UUID

from services.notifier.vocabulary import CaseKind
from shared.contracts import (
    CertificationExtended,
    CertificationGranted,
    ChangeDecided,
    ChangeResubmitted,
    ChangeReturned,
    Citation,
    Correction,
    DelegationEnded,
    DelegationGranted,
    EligibilityRevoked,
    EventData,
    ProfileUpdated,
    ReviewCheckOrdered,
    ReviewCheckRecorded,
    ReviewNoticed,
    ReviewObjected,
    ReviewObjectionSettled,
    ReviewRefused,
    ReviewResubmitted,
    ReviewReturned,
    TitleOutcome,
)
from shared.regulation import Basis, Regulation, Rule, Title

CASES = (
    (CaseKind.CHANGE_REPORT, ("report", "report_id")),
    (CaseKind.OCCURRENCE, ("occurrence", "occurrence_id")),
    (CaseKind.REVIEW, ("review", "review_id")),
    (CaseKind.REVIEW, ("review_id",)),
    (CaseKind.CERTIFICATION, ("certification", "certification_id")),
    (CaseKind.ANNUAL_UPDATE, ("update_id",)),
    (CaseKind.CHANGE_REPORT, ("report_id",)),
    (CaseKind.DELEGATION, ("delegation", "delegation_id")),
)
"""The kinds of case, and where in an event the id of one stands; the first that is there counts."""

STATES = {
    "report": ("type", "happened_on", "submitted_at", "on_time", "provisional", "status", "assisted"),
    "occurrence": ("type", "happened_on", "recorded_at", "evidence", "provisional", "status", "report_id"),
    "review": ("title", "applied_at", "profile_version", "status", "step", "assisted", "on_site_check"),
    "certification": ("title", "status", "eligibility", "valid_from", "valid_to", "window_opens", "window_closes"),
    "delegation": ("person_name", "granted_at", "until"),
}
"""What of the states that events carry is an input."""

NO_INPUTS = {
    "credit_code",
    "profile",
    "submitted_by",
    "report_id",
    "update_id",
    "review_id",
    "citation",
    "due",
    "nominal_due",
    *STATES,
}

RESTS_ON: dict[type[EventData], Rule] = {
    ReviewCheckOrdered: Rule.REVIEW_ON_SITE_CHECK,
    ReviewCheckRecorded: Rule.REVIEW_ON_SITE_CHECK,
    ReviewResubmitted: Rule.CASE_RETURN,
    ReviewObjected: Rule.REVIEW_PUBLIC_NOTICE,
    ReviewObjectionSettled: Rule.REVIEW_PUBLIC_NOTICE,
}
"""Events of a review that rest on another rule than the one that says who reviews."""


def case_of(data: EventData) -> tuple[CaseKind | None, UUID | None, UUID | None]:
    """The case that an event belongs to, its id, and the title that it is about."""
    title = _at(data, ("certification", "certification_id")) or _at(data, ("review", "certification_id"))
    for kind, path in CASES:
        if (case_id := _at(data, path)) is not None:
            return kind, case_id, title
    return None, None, title


def _at(data: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        data = getattr(data, name, None)
    return data


def why(data: EventData, regulation: Regulation) -> dict[str, Any]:
    """What the event rests on, as it is kept."""
    whole = data.model_dump(mode="json")
    inputs = {name: value for name, value in whole.items() if name not in NO_INPUTS and value is not None}
    for name, fields in STATES.items():
        state = whole.get(name) or {}
        inputs |= {field: state[field] for field in fields if state.get(field) is not None}
    citation = citation_of(data, regulation)
    nominal_due, due = dates_of(data)
    return {
        "citation": Citation.model_validate(citation).model_dump() if citation else None,
        "nominal_due": nominal_due.isoformat() if nominal_due else None,
        "due": due.isoformat() if due else None,
        "inputs": inputs,
    }


def citation_of(data: EventData, regulation: Regulation) -> Basis | Citation | None:
    """The article: the one that the event names, else the one that events of its type rest on."""
    for carrier in (data, *getattr(data, "reasons", ())[:1], _correction(data)):
        if isinstance(citation := getattr(carrier, "citation", None), Citation):
            return citation
    return _by_the_rule(data, regulation)


def _by_the_rule(data: EventData, regulation: Regulation) -> Basis | Citation | None:
    match data:
        case CertificationGranted(certification=state):
            basis: Basis | Citation | None = regulation.basis(Rule.REVIEW_WINDOW, Title(state.title), state.valid_to)
        case CertificationExtended(certification=state):
            basis = regulation.basis(Rule.REVIEW_EXTENSION, Title(state.title), data.previous_valid_to)
        case ProfileUpdated():
            basis = regulation.basis(Rule.UPDATE_DUE, None, date(data.duty_year, 1, 1))
        case ChangeDecided():
            lost = [Title(each.title) for each in data.decisions if each.outcome is not TitleOutcome.RETAINED]
            rule = Rule.CHANGE_REPORT_CANCELLED if lost else Rule.CHANGE_REPORT_RETAINED
            basis = regulation.basis(rule, lost[0] if lost else None)
        case DelegationGranted() | DelegationEnded():
            basis = regulation.basis(Rule.ACCOUNT_DELEGATION)
        case ChangeResubmitted():
            basis = regulation.basis(Rule.CASE_HANDLING)
        case _ if (review := getattr(data, "review", None)) is not None:
            rule_of = RESTS_ON.get(type(data))
            title = Title(review.title)
            basis = regulation.basis(rule_of, title) if rule_of else regulation.review_route(title).basis
        case _:
            basis = _at(data, ("report", "citation")) or _at(data, ("occurrence", "citation"))
    return basis


def _correction(data: EventData) -> Correction | None:
    """What a case was just returned for; later events of a report may still carry it."""
    if isinstance(data, ChangeReturned):
        return data.report.correction
    return data.correction if isinstance(data, ReviewReturned) else None


def dates_of(data: EventData) -> tuple[date | None, date | None]:
    """The rule's own date, and the one that decides."""
    match data:
        case EligibilityRevoked():
            of_year = (duty.nominal_due for duty in data.certification.duties if duty.year == data.year)
            return next(of_year, data.due), data.due
        case ReviewNoticed():
            return data.ends, data.ends
        case ReviewRefused():
            return None, None
    for carrier in (_correction(data), *(getattr(data, name, None) for name in ("report", "occurrence")), data):
        if (due := getattr(carrier, "due", None)) is not None:
            return getattr(carrier, "nominal_due", None) or due, due
    return None, None
