"""The words of the changes service, as they are stored and answered."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from shared.regulation import Step


class Status(StrEnum):
    """Where a report stands (办理状态)."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    OPINION_GIVEN = "opinion_given"
    REFERRED = "referred"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


ENDED = (Status.DECIDED, Status.WITHDRAWN)
"""The states that nothing follows."""


class Act(StrEnum):
    """What can be done to a report."""

    EDIT = "edit"
    DISCARD = "discard"
    ATTACH = "attach"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    RETURN = "return"
    RESUBMIT = "resubmit"
    GIVE_OPINION = "give_opinion"
    DECIDE = "decide"
    RECORD_ANSWER = "record_answer"
    ASSIGN = "assign"
    SANCTION = "sanction"
    ANSWER_SANCTION = "answer_sanction"


class OccurrenceState(StrEnum):
    """A change that officers saw before its firm reported it. `overdue` is computed: open, and its time is over."""

    OPEN = "open"
    OVERDUE = "overdue"
    REPORTED = "reported"
    DISMISSED = "dismissed"
    SANCTIONED = "sanctioned"


class OccurrenceAct(StrEnum):
    """What officers can do to an occurrence."""

    DISMISS = "dismiss"
    SANCTION = "sanction"
    ANSWER_SANCTION = "answer_sanction"


OFFICE: Mapping[Status, Step] = MappingProxyType(
    {
        Status.SUBMITTED: Step.AUTHORITY,
        Status.OPINION_GIVEN: Step.BUREAU,
        Status.REFERRED: Step.MINISTRY,
    }
)
"""Who has a report in that state in hand; where nobody is named it lies with the firm, or is done."""

MADE = (Status.SUBMITTED, Status.RETURNED, Status.OPINION_GIVEN, Status.REFERRED, Status.DECIDED)
"""The states of a report that was made and stands."""

TO_REVIEW = (Status.SUBMITTED, Status.OPINION_GIVEN)
"""The states in which an office here has a report in hand, against its clock."""
