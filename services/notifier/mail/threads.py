"""What a mail belongs to: a firm's duty, a case, a title. Mails of one stand together in a mail program.

A conversation is named by stable ids alone, so that the first mail of it and one years later agree on its name.
"""

import re

from services.notifier.models import Message
from services.notifier.vocabulary import REMINDING, Audience, Kind

UPDATES = (Kind.UPDATE_DUE, Kind.UPDATE_RECEIVED)
REVIEWS = tuple(kind for kind in Kind if kind.startswith("review_"))


def thread(message: Message) -> str:
    """The conversation that a message belongs to, such as `update.91350203MA31F1331W.2026`."""
    return re.sub(r"[^A-Za-z0-9._-]", ".", _thread(message))


def _thread(message: Message) -> str:
    facts, kind = message.facts, Kind(message.kind)
    if message.audience == Audience.OFFICERS and kind in REMINDING:
        return f"{facts['duty']}.{message.about}"
    if kind in UPDATES:
        return f"update.{facts.get('credit_code')}.{facts['year']}"
    if kind in (Kind.FIRM_UNREACHED, Kind.FIRM_UNANSWERED):
        return f"firm.{facts['credit_code'] or message.authority}"
    if (change := facts.get("report_id") or facts.get("occurrence_id")) is not None:
        return f"change.{change}"
    if (title := facts.get("certification_id")) is not None:
        return f"{'review' if kind in REVIEWS or kind == Kind.RETURNED_CASE_DUE else 'title'}.{title}"
    return f"{kind}.{message.about.partition('/')[0]}"
