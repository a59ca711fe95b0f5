"""Events of the changes service: reports of major changes (重大变化情况报告表)."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime

from shared.contracts.base import Citation, Correction, EventData, Part, event


class ChangeType(StrEnum):
    """What happened to the firm (变更类型)."""

    RENAME = "rename"
    MERGER = "merger"
    SPLIT = "split"
    RESTRUCTURING = "restructuring"
    RELOCATION = "relocation"
    OVERSEAS_BRANCH = "overseas_branch"
    BUSINESS = "business"
    CONTROL = "control"
    OTHER = "other"


class TitleOutcome(StrEnum):
    """What a decision on a change does to one title."""

    RETAINED = "retained"
    CANCELLED = "cancelled"
    REFERRED = "referred"


class TitleDecision(Part):
    """The decision on one title the firm holds. `decided_by` is `bureau` or `ministry`."""

    certification_id: UUID
    title: str
    outcome: TitleOutcome
    reason: str
    decided_by: str
    decided_at: AwareDatetime


class ChangeReportState(Part):
    """A change report at `version`.

    `nominal_due` is the last day of the three months, `due` the day that decides after roll-over to a working day.
    `on_time` is None until the first submission. `assisted`: an officer filed it by the firm's signed paper form.
    """

    report_id: UUID
    credit_code: str
    version: int
    enterprise_name: str
    authority: str
    type: ChangeType
    status: str
    happened_on: date
    nominal_due: date
    due: date
    provisional: bool = False
    submitted_at: AwareDatetime | None = None
    on_time: bool | None = None
    citation: Citation
    assisted: bool = False


@event("change.drafted.v1")
class ChangeDrafted(EventData):
    """A draft with the date of the change was saved: from now on its due date is known."""

    report: ChangeReportState


@event("change.discarded.v1")
class ChangeDiscarded(EventData):
    """A draft was deleted by the firm."""

    report: ChangeReportState


@event("change.submitted.v1")
class ChangeSubmitted(EventData):
    """A report was submitted."""

    report: ChangeReportState


@event("change.withdrawn.v1")
class ChangeWithdrawn(EventData):
    """The firm withdrew a submitted report; its timeliness is lost."""

    report: ChangeReportState


@event("change.returned.v1")
class ChangeReturned(EventData):
    """An office gave a report back to its firm, to be corrected and resubmitted."""

    report: ChangeReportState
    correction: Correction


@event("change.resubmitted.v1")
class ChangeResubmitted(EventData):
    """The firm resubmitted a returned report: it lies with `office` again. `late`: after the correction's due date."""

    report: ChangeReportState
    office: str
    late: bool


@event("change.opinion_given.v1")
class ChangeOpinionGiven(EventData):
    """The authority gave its opinion."""

    report: ChangeReportState
    meets_criteria: bool
    opinion: str


@event("change.decided.v1")
class ChangeDecided(EventData):
    """The bureau decided, or the ministry's answer was recorded. `decisions` is the whole list as it stands.

    `new_name` and `new_place` are what an approved rename or relocation makes of the profile.
    """

    report: ChangeReportState
    decisions: tuple[TitleDecision, ...]
    previous_name: str | None = None
    new_name: str | None = None
    new_place: str | None = None
