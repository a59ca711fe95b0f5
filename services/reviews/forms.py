"""What officers and firms send about titles and reviews."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from services.reviews.lists import FIRST_YEAR, LAST_YEAR, GrantRow
from services.reviews.vocabulary import BulkAct, CheckResult, ReviewOutcome
from shared.regulation import Duty, Title
from shared.web.fields import AuthorityCode, CreditCode, Declaration, Form, Line, PastDate, Prose, wrong

Day = Annotated[date, Field(ge=date(FIRST_YEAR, 1, 1), le=date(LAST_YEAR, 12, 31))]


class Grant(Form):
    """A title (称号) to be granted, or taken over; updates that fell due before `duties_from` are not judged."""

    credit_code: CreditCode
    enterprise_name: Line
    authority: AuthorityCode
    title: Title
    valid_from: Day
    valid_to: Day
    duties_from: Day | None = None

    @field_validator("valid_to")
    @classmethod
    def _after_its_beginning(cls, valid_to: date, info: ValidationInfo) -> date:
        valid_from = info.data.get("valid_from")
        if valid_from is not None and valid_to <= valid_from:
            wrong(
                "ends_before_it_begins",
                f"the validity ends on {valid_to}, before it begins on {valid_from}",
                f"有效期止{valid_to}应晚于有效期起{valid_from}",
            )
        return valid_to

    def row(self) -> GrantRow:
        return GrantRow(
            self.credit_code, self.enterprise_name, self.authority, self.title, self.valid_from, self.valid_to
        )


class Restoration(Form):
    """Why the right to the review is given back."""

    reason: Prose


class Revocation(Form):
    """Why the right to the review is taken, and for which duty."""

    duty: Literal[Duty.UPDATE, Duty.CHANGE_REPORT]
    reason: Prose


class CampaignForm(Form):
    """A review campaign (复核批次) of titles that expire in a range, as a notice (`source`) declares it."""

    titles: Annotated[list[Title], Field(min_length=1, max_length=len(Title))]
    expires_from: Day
    expires_to: Day
    opens: Day
    closes: Day
    source: Line

    @field_validator("expires_to", "closes")
    @classmethod
    def _in_order(cls, last: date, info: ValidationInfo) -> date:
        first = info.data.get("expires_from" if info.field_name == "expires_to" else "opens")
        if first is not None and last < first:
            wrong(
                "ends_before_it_begins", f"{last} lies before {first}, on which it begins", f"{last}早于起始日{first}"
            )
        return last


class CampaignEnd(Form):
    reason: Prose


class ImportStart(Form):
    """How a list is to be kept that was looked at: its good rows, or only all of it."""

    keep_good: Annotated[bool, Field(strict=True)]


class Application(Form):
    """An application for the review (复核申请) of a title."""

    certification_id: UUID
    declaration: Declaration
    statement: Prose | None = None


class Withdrawal(Form):
    reason: Prose


class CheckOrder(Form):
    """An on-site check (实地抽查) that an officer has reason to order."""

    reason: Prose


class CheckRecord(Form):
    """What inspectors found at the firm."""

    checked_on: PastDate
    inspectors: Annotated[list[Line], Field(min_length=1, max_length=10)]
    result: CheckResult
    findings: Prose


class Resubmission(Form):
    """The corrected application; without a statement the one that was filed stands."""

    declaration: Declaration
    statement: Prose | None = None


class ObjectionForm(Form):
    """An objection (异议) raised during public notice, as an officer records it."""

    from_whom: Line
    text: Prose


class Finding(Form):
    """What the bureau found on an objection."""

    upheld: Annotated[bool, Field(strict=True)]
    finding: Prose


class AuthorityDecision(Form):
    """区/管委会审核."""

    outcome: Literal[ReviewOutcome.PASSED, ReviewOutcome.REJECTED]
    opinion: Prose


class BureauDecision(Form):
    """市工信局审核: approved and put on public notice, or for a little giant recommended to the ministry."""

    outcome: Literal[ReviewOutcome.APPROVED, ReviewOutcome.RECOMMENDED, ReviewOutcome.REJECTED]
    opinion: Prose


class MinistryDecision(Form):
    """What the ministry decided, as the bureau records it."""

    outcome: Literal[ReviewOutcome.APPROVED, ReviewOutcome.REJECTED]
    opinion: Prose
    decided_on: PastDate


class Bulk(Form):
    """One act on many applications, with the same body for each."""

    act: BulkAct
    ids: Annotated[list[UUID], Field(min_length=1, max_length=200)]
    body: dict[str, Any]
