"""Subscriptions as they are answered."""

from datetime import datetime
from uuid import UUID

from services.notifier.views.base import View
from services.notifier.vocabulary import Delivery, Kind
from shared.regulation import Duty


class SubscriptionView(View):
    """What an officer is told by mail: of an authority, or, where that is the bureau, of the whole city.

    `duties` and `kinds` are null for all. One that has ended has `ended_at`.
    """

    id: UUID
    version: int
    authority: str
    subscriber: str
    name: str
    email: str
    language: str
    duties: list[Duty] | None
    kinds: list[Kind] | None
    delivery: Delivery
    created_at: datetime
    ended_at: datetime | None
