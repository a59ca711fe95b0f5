"""The ground under every event."""

import re
from collections.abc import Callable
from datetime import date
from typing import ClassVar, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict

EVENT_NAME = re.compile(r"^[a-z]+\.[a-z_]+\.v[1-9][0-9]*$")


class Part(BaseModel):
    """A piece of an event. Unknown fields are ignored, so that a producer may add some."""

    model_config = ConfigDict(frozen=True, extra="ignore", from_attributes=True)


class Fact(Part):
    """The data of one event. `subject` says what it is about."""

    type: ClassVar[str]
    producer: ClassVar[str]

    @property
    def subject(self) -> str:
        raise NotImplementedError


class EventData(Fact):
    """The data of one event about the firm `credit_code` (统一社会信用代码), which is the event's subject."""

    credit_code: str

    @property
    def subject(self) -> str:
        return self.credit_code


EVENT_TYPES: dict[str, type[Fact]] = {}
"""Event type, such as `profile.updated.v1`, to the model of its data."""

Data = TypeVar("Data", bound=Fact)


def event(type_: str) -> Callable[[type[Data]], type[Data]]:
    """Register a model as the data of the event type `type_`; its producer is the module's own name."""
    if not EVENT_NAME.match(type_):
        raise ValueError(f"{type_} is not of the form noun.past_tense.vN")

    def register(model: type[Data]) -> type[Data]:
        if type_ in EVENT_TYPES:
            raise ValueError(f"{type_} is defined twice")
        model.type = type_
        model.producer = model.__module__.rpartition(".")[2]
        EVENT_TYPES[type_] = model
        return model

    return register


class Citation(Part):
    """What a decision rests on: the rule, the document and its article, and one sentence in Chinese and English."""

    rule: str
    document: str
    article: str
    text: str
    text_en: str


class Contact(Part):
    """The firm's contact person (联系人). Personal data: masked in logs and for other readers."""

    name: str
    mobile: str
    email: str
    language: str = "zh-CN"


class Shortcoming(Part):
    """One thing to be corrected: `field` is a JSON Pointer into the form, `text` what is wrong there."""

    field: str
    text: str


class Correction(Part):
    """A case given back to its firm (退回补正): all that is to be corrected, and by when it is resubmitted.

    `returned_by` is the office that gave it back, authority or bureau; the case goes back to it.
    """

    defects: tuple[Shortcoming, ...]
    due: date
    returned_by: str
    returned_at: AwareDatetime
    citation: Citation
