"""What crosses a service boundary: the events, one module per producing service.

An event is one fact in the past tense, versioned in its type, and carries the state that its consumers need, so that
nobody calls back for detail. A kept sample of every event stands in `samples/`; consumers ignore unknown fields, and
a changed meaning gets a new version beside the old one.
"""

from shared.contracts.base import EVENT_TYPES, Citation, Contact, EventData
from shared.contracts.changes import (
    ChangeDecided,
    ChangeDiscarded,
    ChangeDrafted,
    ChangeOpinionGiven,
    ChangeReportState,
    ChangeSubmitted,
    ChangeType,
    ChangeWithdrawn,
    TitleDecision,
    TitleOutcome,
)
from shared.contracts.profile import (
    FreshnessReported,
    ProfileChanged,
    ProfileRegistered,
    ProfileState,
    ProfileUpdated,
    YearUpdate,
)
from shared.contracts.reviews import (
    CertificationCancelled,
    CertificationExpired,
    CertificationExtended,
    CertificationGranted,
    CertificationRescheduled,
    CertificationState,
    DutyState,
    EligibilityRestored,
    EligibilityRevoked,
    FailedCondition,
    FreshnessRequested,
    ReviewAdvanced,
    ReviewDecided,
    ReviewRefused,
    ReviewState,
    ReviewSubmitted,
)

__all__ = [
    "EVENT_TYPES",
    "CertificationCancelled",
    "CertificationExpired",
    "CertificationExtended",
    "CertificationGranted",
    "CertificationRescheduled",
    "CertificationState",
    "ChangeDecided",
    "ChangeDiscarded",
    "ChangeDrafted",
    "ChangeOpinionGiven",
    "ChangeReportState",
    "ChangeSubmitted",
    "ChangeType",
    "ChangeWithdrawn",
    "Citation",
    "Contact",
    "DutyState",
    "EligibilityRestored",
    "EligibilityRevoked",
    "EventData",
    "FailedCondition",
    "FreshnessReported",
    "FreshnessRequested",
    "ProfileChanged",
    "ProfileRegistered",
    "ProfileState",
    "ProfileUpdated",
    "ReviewAdvanced",
    "ReviewDecided",
    "ReviewRefused",
    "ReviewState",
    "ReviewSubmitted",
    "TitleDecision",
    "TitleOutcome",
    "YearUpdate",
]
