"""Tables of the notifier."""

from services.notifier.models.base import Base
from services.notifier.models.copies import (
    Application,
    Certification,
    DeadlineExtension,
    Firm,
    HeardEvent,
    Occurrence,
    Report,
)
from services.notifier.models.mailing import CalendarEntry, DeliveryReport, Mail, Message, Subscription
from services.notifier.models.obligations import FollowUp, Obligation

__all__ = [
    "Application",
    "Base",
    "CalendarEntry",
    "Certification",
    "DeadlineExtension",
    "DeliveryReport",
    "Firm",
    "FollowUp",
    "HeardEvent",
    "Mail",
    "Message",
    "Obligation",
    "Occurrence",
    "Report",
    "Subscription",
]
