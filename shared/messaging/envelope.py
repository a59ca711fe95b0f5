"""The envelope of an event: CloudEvents 1.0, JSON, structured mode."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Generic, TypeVar
from uuid import UUID

import uuid_utils.compat as uuid7s
from pydantic import AwareDatetime, BaseModel, ConfigDict, JsonValue, StringConstraints, ValidationError

from shared.contracts import EVENT_TYPES, Fact
from shared.runtime.acting import Actor

CONTENT_TYPE = "application/cloudevents+json"
UNKNOWN_ROLE = "unknown"

VERSIONS = range(1 << 31)
"""What databases keep as the version of an aggregate."""

D = TypeVar("D", bound=Fact)
D_co = TypeVar("D_co", bound=Fact, covariant=True)


class Unreadable(ValueError):
    """What arrived is no event that this program knows; trying again cannot help.

    It has a `type` where that alone is what this version does not know: a newer one may.
    """

    def __init__(self, why: str, type_: str | None = None) -> None:
        super().__init__(why)
        self.type = type_


@dataclass(frozen=True, slots=True)
class Event(Generic[D_co]):
    """One fact. `sequence` is the version of the aggregate it tells of; `time` the business instant it happened.

    `actor` is who did it, or caused it; None in events of a time when that was not told.
    """

    id: UUID
    type: str
    source: str
    subject: str
    time: datetime
    sequence: int
    traceparent: str | None
    data: D_co
    actor: Actor | None = None


# PostgreSQL keeps no NUL, and a failed message is kept with its type and subject.
_Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]


class _Wire(BaseModel):
    model_config = ConfigDict(extra="ignore")

    specversion: str
    id: UUID
    source: str
    type: _Text
    subject: _Text
    time: AwareDatetime
    sequence: str
    dataschema: str | None = None
    datacontenttype: str = "application/json"
    traceparent: str | None = None
    actor: _Text | None = None
    actorname: _Text | None = None
    actorrole: _Text | None = None
    data: JsonValue

    def who(self) -> Actor | None:
        if self.actor is None:
            return None
        return Actor(self.actor, self.actorname or self.actor, self.actorrole or UNKNOWN_ROLE)


def new_event(
    data: D, *, sequence: int, time: datetime, traceparent: str | None, actor: Actor | None = None
) -> Event[D]:
    """An event about to be written to the outbox, with a fresh UUIDv7 that sorts by the time it was made."""
    return Event(
        id=uuid7s.uuid7(),
        type=data.type,
        source=f"/services/{data.producer}",
        subject=data.subject,
        time=time,
        sequence=sequence,
        traceparent=traceparent,
        data=data,
        actor=actor,
    )


def encode(event: Event[Fact]) -> bytes:
    """The event as it travels."""
    wire = _Wire.model_construct(
        specversion="1.0",
        id=event.id,
        source=event.source,
        type=event.type,
        subject=event.subject,
        time=event.time,
        sequence=str(event.sequence),
        dataschema=f"/schemas/{event.type}",
        datacontenttype="application/json",
        traceparent=event.traceparent,
        actor=event.actor.subject if event.actor else None,
        actorname=event.actor.name if event.actor else None,
        actorrole=event.actor.role if event.actor else None,
        data=event.data.model_dump(mode="json"),
    )
    return wire.model_dump_json(exclude_none=True).encode()


def decode(body: bytes) -> Event[Fact]:
    """The event in `body`. Raises `Unreadable` naming what is wrong."""
    try:
        wire = _Wire.model_validate_json(body)
        sequence = int(wire.sequence)
    except ValidationError as error:
        raise Unreadable(f"not an event: {_defects(error)}") from error
    except ValueError as error:
        raise Unreadable(f"not an event: sequence {wire.sequence!r} is no number") from error
    if sequence not in VERSIONS:
        raise Unreadable(f"not an event: sequence {wire.sequence} is no version")
    if wire.specversion != "1.0":
        raise Unreadable(f"CloudEvents {wire.specversion!r} is not known here")
    if (model := EVENT_TYPES.get(wire.type)) is None:
        raise Unreadable(f"{wire.type} is not known here", wire.type)
    try:
        data = model.model_validate(wire.data)
    except ValidationError as error:
        raise Unreadable(f"{wire.type}: {_defects(error)}") from error
    return Event(wire.id, wire.type, wire.source, wire.subject, wire.time, sequence, wire.traceparent, data, wire.who())


def _defects(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, defect['loc'])) or 'body'}: {defect['msg']}" for defect in error.errors())
