"""Who is doing what: known wherever an effect is written or told, without every command passing it on.

A request's caller acts in it. A handler acts for whoever caused the event that it takes; a sweep and other background
work act for the platform.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: the subject of the account at its provider, the name it shows, its role."""

    subject: str
    name: str
    role: str


PLATFORM = Actor("platform", "platform", "platform")
"""What nobody asked for: a date that passed, a retry, a list that is worked on."""


@dataclass(frozen=True, slots=True)
class Act:
    """Something that is being done: a request's operation, an event's type, or a sweep, and who does it.

    `traceparent` is set where it is another than that of the work in hand.
    """

    name: str
    actor: Actor
    traceparent: str | None = None


OWN_ACCORD = Act("platform", PLATFORM)
NOBODYS: Mapping[str, Act] = MappingProxyType({})

_act: ContextVar[Act] = ContextVar("act", default=OWN_ACCORD)
_acts_by_firm: ContextVar[Mapping[str, Act]] = ContextVar("acts_by_firm", default=NOBODYS)


@contextmanager
def acting(act: Act, by_firm: Mapping[str, Act] = NOBODYS) -> Iterator[None]:
    """What is done within the block is `act`; what is done to a firm in `by_firm` (by credit code) is that act."""
    act_token, firms_token = _act.set(act), _acts_by_firm.set(by_firm)
    try:
        yield
    finally:
        _acts_by_firm.reset(firms_token)
        _act.reset(act_token)


def act_from_here(act: Act) -> None:
    """Whatever else is done by this task, until the `acting` block around it ends, is `act`."""
    _act.set(act)


def present_act() -> Act:
    """What is being done now."""
    return _act.get()


def acts_by_firm() -> Mapping[str, Act]:
    """What is being done to single firms now, by credit code."""
    return _acts_by_firm.get()


def act_on(credit_code: str) -> Act:
    """What is being done now to this firm."""
    return _acts_by_firm.get().get(credit_code) or _act.get()
