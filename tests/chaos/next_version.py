"""The next version of the services, made of this one: `python -m tests.chaos.next_version serve SERVICE`.

It tells more than this one knows: an event of a new type after every annual update, and a new field in every event
and in every profile that one carries. Its notifier hears the new events.
"""

import json

from services.cli.main import app
from services.notifier.handlers import handlers, take_in
from services.notifier.handlers.notes import notes
from services.notifier.handlers.profiles import profile_changed
from shared.contracts import EventData, ProfileState, ProfileUpdated
from shared.contracts.base import event
from shared.contracts.subscriptions import SUBSCRIPTIONS
from shared.messaging import consumer, rabbitmq, work

RATED = "profile.rated.v1"

consumer.SUBSCRIPTIONS = rabbitmq.SUBSCRIPTIONS = {**SUBSCRIPTIONS, "notifier": SUBSCRIPTIONS["notifier"] | {RATED}}


@event(RATED)
class ProfileRated(EventData):
    """A firm that updated was given a rating."""

    profile: ProfileState
    rating: str


notes(ProfileRated)(profile_changed)
handlers.together(ProfileRated)(take_in)

_emit, _encode = work.Work.emit, work.encode


def _emit_more(self, data, *, sequence):
    _emit(self, data, sequence=sequence)
    if isinstance(data, ProfileUpdated):
        _emit(self, ProfileRated(credit_code=data.credit_code, profile=data.profile, rating="A"), sequence=sequence)


def _encode_more(told):
    wire = json.loads(_encode(told))
    wire |= {"severity": "normal", "data": wire["data"] | {"channel": "counter"}}
    if "profile" in wire["data"]:
        wire["data"]["profile"]["rating"] = {"grade": "A", "since": 2026}
    return json.dumps(wire, ensure_ascii=False).encode()


work.Work.emit = _emit_more
work.encode = _encode_more

if __name__ == "__main__":
    app()
