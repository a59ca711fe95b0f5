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


class SanctionChoice(StrEnum):
    """What an officer chooses for a change that was not reported in time (第十三条)."""

    EXCUSED = "excused"
    REVOKE_ELIGIBILITY = "revoke_eligibility"
    CANCEL_TITLE = "cancel_title"


class SanctionOutcome(StrEnum):
    """What the choice does to one title. One that the ministry grants is referred, and then cancelled or retained."""

    EXCUSED = "excused"
    REVOKE_ELIGIBILITY = "revoke_eligibility"
    CANCEL_TITLE = "cancel_title"
    REFER_TITLE = "refer_title"
    RETAIN_TITLE = "retain_title"


class TitleSanction(Part):
    """What a change that was not reported in time costs one title. `decided_by` is `bureau` or `ministry`."""

    certification_id: UUID
    title: str
    outcome: SanctionOutcome
    reason: str
    decided_by: str
    decided_at: AwareDatetime


class ChangeReportState(Part):
    """A change report at `version`.

    `nominal_due` is the last day of the three months, `due` the day that decides after roll-over to a working day.
    `on_time` is None until the first submission. `assisted`: an officer filed it by the firm's signed paper form.
    `occurrence_id` is the recorded occurrence that it reports, if any; `correction` what it was returned for.
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
    occurrence_id: UUID | None = None
    correction: Correction | None = None


class OccurrenceState(Part):
    """A change that officers saw (a rename in the business register, say), at `version`; its three months run.

    `status` is open, reported, dismissed or sanctioned; `report_id` the report that reported it.
    """

    occurrence_id: UUID
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
    evidence: str
    recorded_at: AwareDatetime
    report_id: UUID | None = None
    citation: Citation


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
    """An office gave a report back to its firm, to be corrected as its `correction` says and resubmitted."""

    report: ChangeReportState


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


@event("change.sanctioned.v1")
class ChangeSanctioned(EventData):
    """An officer chose what a change costs that was reported late, or not at all; or the ministry's answer came.

    Exactly one of `report` and `occurrence` is set. `titles` is the whole list as it stands.
    """

    report: ChangeReportState | None = None
    occurrence: OccurrenceState | None = None
    choice: SanctionChoice
    titles: tuple[TitleSanction, ...]
    reason: str
    citation: Citation
    decided_by: str


@event("occurrence.recorded.v1")
class OccurrenceRecorded(EventData):
    """An officer recorded that a major change happened, which its firm is to report."""

    occurrence: OccurrenceState


@event("occurrence.closed.v1")
class OccurrenceClosed(EventData):
    """A recorded change was reported, or an officer dismissed it for a `reason`."""

    occurrence: OccurrenceState
    reason: str | None = None


@event("occurrence.reopened.v1")
class OccurrenceReopened(EventData):
    """The report that had closed a recorded change was withdrawn: it is to be reported again."""

    occurrence: OccurrenceState
