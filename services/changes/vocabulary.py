"""The words of the changes service, as they are stored and answered."""

from enum import StrEnum


class Status(StrEnum):
    """Where a report stands (办理状态)."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    OPINION_GIVEN = "opinion_given"
    REFERRED = "referred"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"


class Act(StrEnum):
    """What can be done to a report."""

    EDIT = "edit"
    DISCARD = "discard"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    RETURN = "return"
    RESUBMIT = "resubmit"
    GIVE_OPINION = "give_opinion"
    DECIDE = "decide"
    RECORD_ANSWER = "record_answer"
