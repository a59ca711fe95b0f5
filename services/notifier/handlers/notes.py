"""The table of what notes which event, and what every note says in the same way."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from services.notifier.commands.taking_in import Batch
from shared.contracts import Citation, EventData
from shared.messaging import Event
from shared.regulation import Basis, shanghai_date

Note = Callable[[Batch, Event[Any]], None]
NOTES: dict[type[EventData], Note] = {}


def notes(*models: type[EventData]) -> Callable[[Note], Note]:
    """Register what notes the events whose data are `models`."""

    def register(note: Note) -> Note:
        NOTES.update(dict.fromkeys(models, note))
        return note

    return register


def cited(basis: Basis | Citation) -> dict[str, Any]:
    """The article as a mail keeps it."""
    return Citation.model_validate(basis).model_dump()


def day(instant: datetime) -> str:
    """The Shanghai date of an instant, as a mail keeps it."""
    return shanghai_date(instant).isoformat()
