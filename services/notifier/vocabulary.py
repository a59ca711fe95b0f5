"""The words of the notifier: states, kinds, and why a message was not sent."""

from enum import StrEnum

from shared.regulation import Duty


class ObligationState(StrEnum):
    """`met`: the firm did what it owed; `moved`: it is owed by another date; `ended`: nothing is owed any more."""

    OPEN = "open"
    MET = "met"
    MOVED = "moved"
    ENDED = "ended"


class MessageState(StrEnum):
    """What became of a message, and of the mail that carries it.

    `sending`: claimed by a connection until its lease ends; `sent`: the server took it; `delivered`, `bounced`: a
    delivery report says so; `failed`: refused for good or too often; `suppressed`: it does not go out.
    """

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    FAILED = "failed"
    SUPPRESSED = "suppressed"


class Reason(StrEnum):
    """Why a message waits, was suppressed or failed."""

    MET = "met"
    MOVED = "moved"
    ENDED = "ended"
    SUPERSEDED = "superseded"
    TOO_OLD = "too_old"
    QUIET_HOURS = "quiet_hours"
    NO_ADDRESS = "no_address"
    NOT_ALLOW_LISTED = "not_allow_listed"
    ADDRESS_DEAD = "address_dead"
    SAME_ADDRESS = "same_address"
    UNSUBSCRIBED = "unsubscribed"
    REFUSED = "refused"
    GIVEN_UP = "given_up"
    UNSENDABLE = "unsendable"


class CaseKind(StrEnum):
    """What an event belongs to: a change report, a change that officers recorded, a review application, a title, …"""

    CHANGE_REPORT = "change_report"
    OCCURRENCE = "occurrence"
    REVIEW = "review"
    CERTIFICATION = "certification"
    ANNUAL_UPDATE = "annual_update"
    DELEGATION = "delegation"


class Order(StrEnum):
    """Which end of a timeline comes first."""

    OLDEST = "oldest"
    NEWEST = "newest"


class Audience(StrEnum):
    """Who is written to: a firm's contact (联系人), or the officers of an authority (审核部门)."""

    FIRM = "firm"
    OFFICERS = "officers"


class Delivery(StrEnum):
    """When an officer's mail comes: each as it arises, or all of them once each working day (每日汇总)."""

    AT_ONCE = "at_once"
    DAILY = "daily"


class Kind(StrEnum):
    """What a message tells; the name of its template."""

    UPDATE_DUE = "update_due"
    CHANGE_REPORT_DUE = "change_report_due"
    REVIEW_WINDOW = "review_window"
    RETURNED_CASE_DUE = "returned_case_due"
    ELIGIBILITY_REVOKED = "eligibility_revoked"
    ELIGIBILITY_RESTORED = "eligibility_restored"
    CERTIFICATION_GRANTED = "certification_granted"
    CERTIFICATION_EXTENDED = "certification_extended"
    CERTIFICATION_RESCHEDULED = "certification_rescheduled"
    CERTIFICATION_CANCELLED = "certification_cancelled"
    CERTIFICATION_EXPIRED = "certification_expired"
    UPDATE_RECEIVED = "update_received"
    CHANGE_SUBMITTED = "change_submitted"
    CHANGE_RETURNED = "change_returned"
    CHANGE_RESUBMITTED = "change_resubmitted"
    CHANGE_SANCTIONED = "change_sanctioned"
    OCCURRENCE_RECORDED = "occurrence_recorded"
    OCCURRENCE_DISMISSED = "occurrence_dismissed"
    CHANGE_DECIDED = "change_decided"
    REVIEW_SUBMITTED = "review_submitted"
    REVIEW_REFUSED = "review_refused"
    REVIEW_CHECK_ORDERED = "review_check_ordered"
    REVIEW_RETURNED = "review_returned"
    REVIEW_RESUBMITTED = "review_resubmitted"
    REVIEW_ADVANCED = "review_advanced"
    REVIEW_NOTICED = "review_noticed"
    REVIEW_OBJECTED = "review_objected"
    REVIEW_DECIDED = "review_decided"
    DELEGATION_GRANTED = "delegation_granted"
    DELEGATION_ENDED = "delegation_ended"
    FIRM_UNREACHED = "firm_unreached"
    FIRM_UNANSWERED = "firm_unanswered"


REMINDERS: dict[Duty, Kind] = {
    Duty.UPDATE: Kind.UPDATE_DUE,
    Duty.CHANGE_REPORT: Kind.CHANGE_REPORT_DUE,
    Duty.REVIEW: Kind.REVIEW_WINDOW,
    Duty.RETURNED_CASE: Kind.RETURNED_CASE_DUE,
}
"""The kind of message that reminds of a duty."""

TO_OFFICERS: dict[Kind, Duty | None] = {
    **{kind: duty for duty, kind in REMINDERS.items()},
    Kind.CHANGE_SUBMITTED: Duty.CHANGE_REPORT,
    Kind.CHANGE_RESUBMITTED: Duty.CHANGE_REPORT,
    Kind.REVIEW_SUBMITTED: Duty.REVIEW,
    Kind.REVIEW_RESUBMITTED: Duty.REVIEW,
    Kind.REVIEW_OBJECTED: Duty.REVIEW,
    Kind.FIRM_UNREACHED: None,
    Kind.FIRM_UNANSWERED: None,
}
"""What officers are told of, and so can subscribe to, with the duty that it belongs to; None: to whichever."""

REMINDING = frozenset(REMINDERS.values())
"""The kinds that remind; to officers each is a list of firms."""

START = "start"
"""The stage at which a duty arises: a change is detected, a review window opens."""

OVERDUE = "overdue"
"""The last stage of a duty: its date is over, and it is not met."""


class FollowUpKind(StrEnum):
    """Why officers must reach a firm by other means: its mail does not arrive, or did not help.

    `bad_address`: there is nobody, so that nothing more is sent to it. `undelivered`: a mail was refused for another
    reason, or for days; others may arrive.
    """

    BAD_ADDRESS = "bad_address"
    UNDELIVERED = "undelivered"
    UNANSWERED = "unanswered"


class FollowUpState(StrEnum):
    """What became of it: the duty was met, moved or ended, the address changed, or an officer dealt with it."""

    OPEN = "open"
    MET = "met"
    MOVED = "moved"
    ENDED = "ended"
    READDRESSED = "readdressed"
    RESOLVED = "resolved"


class Level(StrEnum):
    """Whose list a firm is on that must be reached by other means."""

    AUTHORITY = "authority"
    BUREAU = "bureau"


FOLLOW_UPS: dict[FollowUpKind, Kind] = {
    FollowUpKind.BAD_ADDRESS: Kind.FIRM_UNREACHED,
    FollowUpKind.UNDELIVERED: Kind.FIRM_UNREACHED,
    FollowUpKind.UNANSWERED: Kind.FIRM_UNANSWERED,
}
"""The kind of message that tells officers of it."""
