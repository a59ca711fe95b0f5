"""The words of the regulation: titles, duties, steps, and the basis that every decision cites."""

from dataclasses import dataclass
from enum import StrEnum


class Title(StrEnum):
    """A title (称号) that an enterprise may hold."""

    INNOVATIVE = "innovative"
    SPECIALIZED = "specialized"
    LITTLE_GIANT = "little_giant"
    GROWTH = "growth"


class Duty(StrEnum):
    """What a holder of a title owes, and is reminded of."""

    UPDATE = "update"
    CHANGE_REPORT = "change_report"
    REVIEW = "review"
    RETURNED_CASE = "returned_case"


class Step(StrEnum):
    """Who looks at a review application (复核), one after the other; the last one decides."""

    AUTHORITY = "authority"
    BUREAU = "bureau"
    MINISTRY = "ministry"


class Rule(StrEnum):
    """The id of a rule, as written in a rules file and cited by decisions."""

    UPDATE_DUE = "update.due"
    UPDATE_FIRST_YEAR = "update.first_year"
    UPDATE_EXTENDED = "update.extended"
    UPDATE_MISSED = "update.missed"
    CHANGE_REPORT_DUE = "change_report.due"
    CHANGE_REPORT_LATE = "change_report.late"
    CHANGE_REPORT_RETAINED = "change_report.retained"
    CHANGE_REPORT_CANCELLED = "change_report.cancelled"
    REVIEW_WINDOW = "review.window"
    REVIEW_CAMPAIGN = "review.campaign"
    REVIEW_ROUTE = "review.route"
    REVIEW_EXTENSION = "review.extension"
    REVIEW_PENDING = "review.pending"
    REVIEW_NOT_RENEWED = "review.not_renewed"
    REVIEW_TITLE_HELD = "review.title_held"
    REVIEW_ELIGIBILITY = "review.eligibility"
    REVIEW_PROFILE_FRESH = "review.profile_fresh"
    REVIEW_SINGLE_APPLICATION = "review.single_application"
    REVIEW_ON_SITE_CHECK = "review.on_site_check"
    REVIEW_PUBLIC_NOTICE = "review.public_notice"
    CASE_HANDLING = "case.handling"
    CASE_RETURN = "case.return"
    ACCOUNT_DELEGATION = "account.delegation"


@dataclass(frozen=True, slots=True)
class Basis:
    """What a decision rests on: the rule's id, the document's number, the article, and a sentence in zh and en."""

    rule: str
    document: str
    article: str
    text: str
    text_en: str


@dataclass(frozen=True, slots=True)
class Authority:
    """A reviewing authority (区/管委会), the city bureau (市工信局) or the ministry (工信部)."""

    code: str
    name: str
    name_en: str
    aliases: tuple[str, ...] = ()
    contact: str | None = None
    contact_en: str | None = None
