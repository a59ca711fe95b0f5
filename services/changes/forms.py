"""What firms and officers send about changes. Amounts are in 万元 (ten thousand yuan), shares in per cent."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter, ValidationError

from shared.contracts import ChangeType, SanctionChoice, TitleOutcome
from shared.web.fields import CreditCode, Declaration, Form, Line, PastDate, Prose

EARLIEST = date(2000, 1, 1)
"""Changes before it are nobody's duty any more; a date before it is mistyped."""

HappenedOn = Annotated[PastDate, Field(ge=EARLIEST)]
LONGEST_TEXT = 1000
Text1000 = Annotated[str, Field(max_length=LONGEST_TEXT)]


class Draft(Form):
    """A report being written: firm, type and date must be right, the rest may be unfinished.

    `occurrence_id` is what officers recorded of the change, where that is another type or day.
    """

    credit_code: CreditCode
    type: ChangeType
    happened_on: HappenedOn
    before: Text1000 = ""
    after: Text1000 = ""
    reason: Text1000 = ""
    details: dict[str, Any] = Field(default_factory=dict)
    impact: dict[str, Any] = Field(default_factory=dict)
    occurrence_id: UUID | None = None


class Impact(Form):
    """影响: is the main product affected, is the firm still an SME, does it still meet the criteria?"""

    main_product_affected: bool
    still_sme: bool
    still_meets_criteria: bool


class Rename(Form):
    """更名."""

    new_name: Line


class Counterparty(Form):
    """对方企业."""

    name: Line
    credit_code: CreditCode


class Counterparties(Form):
    """合并、分立: the other enterprises."""

    counterparties: Annotated[list[Counterparty], Field(min_length=1, max_length=20)]


class Relocation(Form):
    """迁移."""

    from_place: Line
    to_place: Line
    leaves_province: bool = False


class OverseasBranch(Form):
    """设立境外分支机构."""

    country: Line
    branch_name: Line
    share: Annotated[Decimal, Field(ge=0, le=100, decimal_places=2)]
    amount: Annotated[Decimal, Field(ge=0, max_digits=16, decimal_places=4)]


class NoDetails(Form):
    """Types that before and after describe already."""


class _Complete(Form):
    credit_code: CreditCode
    happened_on: HappenedOn
    before: Prose
    after: Prose
    reason: Prose
    impact: Impact


class RenameReport(_Complete):
    type: Literal[ChangeType.RENAME]
    details: Rename


class CounterpartyReport(_Complete):
    type: Literal[ChangeType.MERGER, ChangeType.SPLIT]
    details: Counterparties


class RelocationReport(_Complete):
    type: Literal[ChangeType.RELOCATION]
    details: Relocation


class OverseasReport(_Complete):
    type: Literal[ChangeType.OVERSEAS_BRANCH]
    details: OverseasBranch


class OtherReport(_Complete):
    type: Literal[ChangeType.RESTRUCTURING, ChangeType.BUSINESS, ChangeType.CONTROL, ChangeType.OTHER]
    details: NoDetails = NoDetails()


CompleteReport = RenameReport | CounterpartyReport | RelocationReport | OverseasReport | OtherReport
_complete: TypeAdapter[CompleteReport] = TypeAdapter(Annotated[CompleteReport, Field(discriminator="type")])


def complete(form: dict[str, Any]) -> CompleteReport:
    """The report as it can be submitted. Raises `ValidationError` with everything that it lacks."""
    return _complete.validate_python(form)


def defects_of(form: dict[str, Any]) -> list[Any]:
    """What a draft lacks for its submission, as pydantic tells it; paths lead into the body."""
    try:
        complete(form)
    except ValidationError as error:
        return [{**defect, "loc": ("body", *defect["loc"][1:])} for defect in error.errors()]
    return []


class Submission(Form):
    """A submission: the report itself is the draft."""

    declaration: Declaration


class Withdrawal(Form):
    reason: Prose


class Opinion(Form):
    """The authority's opinion (区/管委会意见)."""

    meets_criteria: bool
    opinion: Prose


class TitleDecisionForm(Form):
    """What becomes of one title."""

    certification_id: UUID
    outcome: TitleOutcome
    reason: Prose


class Decision(Form):
    """The bureau's decision: every held title exactly once."""

    decisions: Annotated[list[TitleDecisionForm], Field(max_length=20)]


class AlikeDecision(Form):
    """The same decision on every held title, as many reports at once get it."""

    outcome: TitleOutcome
    reason: Prose


class BulkAct(StrEnum):
    """What can be done to many reports at once."""

    OPINION = "opinion"
    RETURN = "return"
    DECISION = "decision"
    ASSIGNMENT = "assignment"
    SANCTION = "sanction"


class Bulk(Form):
    """One act on many reports, with the same body for each."""

    act: BulkAct
    ids: Annotated[list[UUID], Field(min_length=1, max_length=200)]
    body: dict[str, Any]


class SanctionForm(Form):
    """What a change costs that was not reported in time; without titles, every one that is held (第十三条)."""

    choice: SanctionChoice
    certification_ids: Annotated[list[UUID], Field(min_length=1, max_length=20)] | None = None
    reason: Prose


class OccurrenceForm(Form):
    """A major change that an officer saw, and by what."""

    credit_code: CreditCode
    type: ChangeType
    happened_on: HappenedOn
    evidence: Prose


class Dismissal(Form):
    reason: Prose


class MinistryAnswer(Form):
    """What the ministry decided on a referred title, as the bureau records it."""

    certification_id: UUID
    outcome: Literal[TitleOutcome.RETAINED, TitleOutcome.CANCELLED]
    reason: Prose
    answered_on: PastDate
