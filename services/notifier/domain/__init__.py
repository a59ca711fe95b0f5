"""What a firm owes, and when it is reminded of it. Pure: copies, dates and the regulation in, decisions out."""

from services.notifier.domain.calendars import Entry, Told, entry_uid, to_tell
from services.notifier.domain.contacts import second_address
from services.notifier.domain.escalating import Rung, next_rung, reached, rungs
from services.notifier.domain.hours import Quiet, sendable_from
from services.notifier.domain.meeting import applied_for, closed_as, updated_in_time
from services.notifier.domain.owing import (
    LOOK_AGAIN,
    Key,
    Owed,
    changes_owed,
    corrections_owed,
    is_moving,
    reviews_owed,
    updates_owed,
)
from services.notifier.domain.recency import recent
from services.notifier.domain.staging import Choice, Stage, after, choose, gone, plan, stages
from services.notifier.domain.subscribing import wanting

__all__ = [
    "LOOK_AGAIN",
    "Choice",
    "Entry",
    "Key",
    "Owed",
    "Quiet",
    "Rung",
    "Stage",
    "Told",
    "after",
    "applied_for",
    "changes_owed",
    "choose",
    "closed_as",
    "corrections_owed",
    "entry_uid",
    "gone",
    "is_moving",
    "next_rung",
    "plan",
    "reached",
    "recent",
    "reviews_owed",
    "rungs",
    "second_address",
    "sendable_from",
    "stages",
    "to_tell",
    "updated_in_time",
    "updates_owed",
    "wanting",
]
