"""What an event is on a firm's timeline: a sentence in Chinese and English, the case it belongs to, and why.

Case and why are read off the state that every event carries; a sentence is written per event type. Pure functions.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.notifier.timeline.reasons import case_of, why
from services.notifier.timeline.sentences import SENTENCES
from services.notifier.vocabulary import CaseKind
from shared.contracts import EventData
from shared.regulation import Regulation

__all__ = ["SENTENCES", "Told", "told"]


@dataclass(frozen=True, slots=True)
class Told:
    """An event as the timeline shows it. `why` holds `citation`, `nominal_due`, `due` and `inputs`."""

    case_kind: CaseKind | None
    case_id: UUID | None
    certification_id: UUID | None
    text: str
    text_en: str
    why: dict[str, Any]


def told(data: EventData, regulation: Regulation) -> Told:
    """What the timeline shows of an event; one whose type has no sentence is called by its type."""
    kind, case_id, certification_id = case_of(data)
    sentence = SENTENCES.get(type(data))
    text, text_en = sentence(data, regulation) if sentence else (data.type, data.type)
    return Told(kind, case_id, certification_id, text, text_en, why(data, regulation))
