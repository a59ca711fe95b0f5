"""What each event means here: a copy that is brought up to date, and what is to be told.

The events of a transaction are noted one by one, by the table `NOTES`, and have their effect together.
"""

from collections.abc import Sequence
from typing import Any

from services.notifier.commands.taking_in import Batch, keep_extensions, settle
from services.notifier.handlers import changes, profiles, reviews, titles  # noqa: F401 - they fill the table
from services.notifier.handlers.notes import NOTES
from shared.contracts import DeadlineExtended, DeadlineExtensionWithdrawn
from shared.messaging import Event, Handlers, Work

handlers = Handlers("notifier")


@handlers.together(*NOTES)
async def take_in(work: Work, events: Sequence[Event[Any]]) -> None:
    """Let all events of a transaction have their effect."""
    batch = Batch(work)
    for event in events:
        batch.hear(event)
        NOTES[type(event.data)](batch, event)
    await settle(batch)


@handlers.together(DeadlineExtended, DeadlineExtensionWithdrawn)
async def take_extensions(work: Work, events: Sequence[Event[DeadlineExtended | DeadlineExtensionWithdrawn]]) -> None:
    """A notice moved a deadline, or does so no longer: nobody is reminded of the old date while the titles follow."""
    await keep_extensions(work, [event.data.extension for event in events])
