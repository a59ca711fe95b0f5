"""The words of the reviews service, as they are stored and answered."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from shared.regulation import Step

PLATFORM = "platform"
"""Who acts where the rule itself does, and no person."""


class CertificationStatus(StrEnum):
    """A title's stored state; what it reads as on a day is `Standing`."""

    VALID = "valid"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Eligibility(StrEnum):
    """The right to the review (复核资格)."""

    HELD = "held"
    REVOKED = "revoked"


class EligibilityAct(StrEnum):
    """What became of the right to the review."""

    REVOKED = "revoked"
    RESTORED = "restored"


class Standing(StrEnum):
    """What a title reads as at an instant."""

    VALID = "valid"
    UNDER_REVIEW = "under_review"
    AWAITING_REVIEW = "awaiting_review"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class DutyStatus(StrEnum):
    """One annual update. `asked`: past its deadline, the profile's owner was asked; `lapsed`: the title ended first.

    `forgiven`: it was missed, and an officer gave back what that had cost.
    """

    OPEN = "open"
    ASKED = "asked"
    MET = "met"
    MISSED = "missed"
    FORGIVEN = "forgiven"
    LAPSED = "lapsed"


class ReviewStatus(StrEnum):
    """A review application (复核申请)."""

    CHECKING = "checking"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    AUTHORITY_PASSED = "authority_passed"
    RECOMMENDED = "recommended"
    IN_PUBLIC_NOTICE = "in_public_notice"
    APPROVED = "approved"
    REJECTED = "rejected"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    STOPPED = "stopped"


OPEN_REVIEWS = (
    ReviewStatus.CHECKING,
    ReviewStatus.SUBMITTED,
    ReviewStatus.RETURNED,
    ReviewStatus.AUTHORITY_PASSED,
    ReviewStatus.RECOMMENDED,
    ReviewStatus.IN_PUBLIC_NOTICE,
)


OFFICE: Mapping[str, Step] = MappingProxyType(
    {
        ReviewStatus.SUBMITTED: Step.AUTHORITY,
        ReviewStatus.AUTHORITY_PASSED: Step.BUREAU,
        ReviewStatus.RECOMMENDED: Step.MINISTRY,
    }
)
"""Who has an application in that state in hand."""

TO_REVIEW = (ReviewStatus.SUBMITTED, ReviewStatus.AUTHORITY_PASSED)
"""The states in which an office here has an application in hand, against its clock."""


class Act(StrEnum):
    """What is done to an application, by the firm, an officer or the platform; so it stands in its history."""

    APPLY = "applied"
    ACCEPT = "checked"
    REFUSE = "refused"
    ORDER_CHECK = "on_site_check_ordered"
    RECORD_CHECK = "on_site_check_recorded"
    RETURN = "returned"
    RESUBMIT = "resubmitted"
    LAPSE = "lapsed"
    DECIDE_AS_AUTHORITY = "authority_decision"
    DECIDE_AS_BUREAU = "bureau_decision"
    RECORD_MINISTRY = "ministry_decision"
    OBJECT = "objected"
    SETTLE_OBJECTION = "objection_settled"
    END_NOTICE = "notice_ended"
    ASSIGN = "assigned"
    WITHDRAW = "withdrawn"
    STOP = "stopped"


class ReviewOutcome(StrEnum):
    """What an officer decides at a step."""

    PASSED = "passed"
    RECOMMENDED = "recommended"
    APPROVED = "approved"
    REJECTED = "rejected"


DECIDED_IN_CHINESE: Mapping[ReviewOutcome, str] = MappingProxyType(
    {
        ReviewOutcome.PASSED: "通过，转市工信局审核",
        ReviewOutcome.RECOMMENDED: "推荐至工信部",
        ReviewOutcome.APPROVED: "同意通过复核",
        ReviewOutcome.REJECTED: "不予通过复核",
    }
)


class CheckResult(StrEnum):
    """What an on-site check (实地抽查) found: the application as filed, or something else."""

    CONFORMS = "conforms"
    DEVIATES = "deviates"


class BulkAct(StrEnum):
    """What can be done to many applications at once."""

    RETURN = "return"
    AUTHORITY_DECISION = "authority_decision"
    BUREAU_DECISION = "bureau_decision"
    MINISTRY_DECISION = "ministry_decision"
    ASSIGNMENT = "assignment"


class ImportStatus(StrEnum):
    """`refused`: rows were bad and nothing was kept; `failed`: the file could not be read as a list.

    `checked`: it is known what it would do, and it waits to be started or discarded.
    """

    QUEUED = "queued"
    RUNNING = "running"
    CHECKED = "checked"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    DISCARDED = "discarded"
