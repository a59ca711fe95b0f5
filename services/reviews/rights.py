"""What an officer can do to the right to the review (复核资格), and by which rules. Pure."""

from collections.abc import Mapping
from datetime import date

from services.reviews.models import Certification
from services.reviews.vocabulary import CertificationStatus, Eligibility, EligibilityAct
from shared.regulation import Basis, Duty, Regulation, Rule, Title

NEEDED: Mapping[EligibilityAct, Eligibility] = {
    EligibilityAct.RESTORED: Eligibility.REVOKED,
    EligibilityAct.REVOKED: Eligibility.HELD,
}
"""What the right must be, for a valid title, that it can be given back or taken."""


def possible(certification: Certification) -> EligibilityAct | None:
    """What can be done to the right of a title; nothing once the title has ended."""
    if certification.status != CertificationStatus.VALID:
        return None
    return next(act for act, needed in NEEDED.items() if certification.eligibility == needed)


def grounds(title: Title, regulation: Regulation, today: date) -> Mapping[Duty, Basis]:
    """For which duties the right can be taken, and by which rule; one who owes no annual update cannot miss it."""
    owes_updates = regulation.update_due(title, today.year) is not None
    rules = {Duty.UPDATE: Rule.UPDATE_MISSED} if owes_updates else {}
    rules |= {Duty.CHANGE_REPORT: Rule.CHANGE_REPORT_LATE}
    return {duty: regulation.basis(rule, title) for duty, rule in rules.items()}


def restoring(title: Title, regulation: Regulation) -> Basis:
    """By which rule the right is given back."""
    return regulation.basis(Rule.REVIEW_ELIGIBILITY, title)
