"""Who takes which events.

Every service declares the whole topology at its start, so that an event published before its consumer first ran
already waits in the consumer's queue.
"""

from collections.abc import Mapping
from types import MappingProxyType

SUBSCRIPTIONS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "profile": frozenset(
            {
                "certification.granted.v1",
                "certification.extended.v1",
                "certification.cancelled.v1",
                "certification.expired.v1",
                "certification.rescheduled.v1",
                "change.decided.v1",
                "profile.freshness_requested.v1",
            }
        ),
        "changes": frozenset(
            {
                "profile.registered.v1",
                "profile.updated.v1",
                "profile.changed.v1",
                "delegation.granted.v1",
                "delegation.ended.v1",
                "certification.granted.v1",
                "certification.extended.v1",
                "certification.cancelled.v1",
                "certification.expired.v1",
            }
        ),
        "reviews": frozenset(
            {
                "profile.registered.v1",
                "profile.updated.v1",
                "profile.changed.v1",
                "delegation.granted.v1",
                "delegation.ended.v1",
                "profile.freshness_reported.v1",
                "deadline.extended.v1",
                "deadline.extension_withdrawn.v1",
                "change.decided.v1",
                "change.sanctioned.v1",
            }
        ),
        "notifier": frozenset(
            {
                "profile.registered.v1",
                "profile.updated.v1",
                "profile.changed.v1",
                "deadline.extended.v1",
                "deadline.extension_withdrawn.v1",
                "delegation.granted.v1",
                "delegation.ended.v1",
                "change.drafted.v1",
                "change.discarded.v1",
                "change.submitted.v1",
                "change.withdrawn.v1",
                "change.returned.v1",
                "change.resubmitted.v1",
                "change.opinion_given.v1",
                "change.decided.v1",
                "change.sanctioned.v1",
                "occurrence.recorded.v1",
                "occurrence.closed.v1",
                "occurrence.reopened.v1",
                "certification.granted.v1",
                "certification.extended.v1",
                "certification.cancelled.v1",
                "certification.expired.v1",
                "certification.rescheduled.v1",
                "eligibility.revoked.v1",
                "eligibility.restored.v1",
                "review.submitted.v1",
                "review.refused.v1",
                "review.on_site_check_ordered.v1",
                "review.on_site_check_recorded.v1",
                "review.returned.v1",
                "review.resubmitted.v1",
                "review.advanced.v1",
                "review.noticed.v1",
                "review.objected.v1",
                "review.objection_settled.v1",
                "review.decided.v1",
            }
        ),
    }
)
"""Consuming service to the event types that it handles."""
