"""The words of the profile service, as they are stored and answered."""

from enum import StrEnum


class UpdateStanding(StrEnum):
    """How a firm stands with a year's update: submitted in time, submitted late, or not yet, or never."""

    UPDATED = "updated"
    LATE = "late"
    NOT_UPDATED = "not_updated"


class DelegationStatus(StrEnum):
    """A delegation (授权): asked for by a person, granted or refused by the firm, ended by either."""

    REQUESTED = "requested"
    GRANTED = "granted"
    REFUSED = "refused"
    ENDED = "ended"
