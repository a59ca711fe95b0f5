"""Messages that services could not take: seen, replayed, discarded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.cli.repair.output import print_json, print_table
from shared.messaging import Backend, operating
from shared.messaging.operating import Alike, Chosen
from shared.messaging.tables import FailedState
from shared.runtime.acting import Act, Actor, acting
from shared.web.caller import Role
from shared.web.operations.failed import FailedDetail, FailedGroup, FailedView

OF_A_GROUP = ("service", "type", "error_kind", "error", "count", "waiting", "dead", "oldest", "newest")
OF_A_MESSAGE = ("service", "event_id", "type", "subject", "state", "error", "attempts", "first_failed_at")
PAGE = 500

Backends = Mapping[str, Backend]


class NothingChosen(Exception):
    """There is no such failed message; it may have been taken meanwhile"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which failed messages: by their ids, or all that are of a type, a kind of error, or both; or all."""

    event_ids: tuple[UUID, ...] = ()
    type: str | None = None
    error_kind: str | None = None

    def has(self, group: Alike) -> bool:
        return self.type in (None, group.type) and self.error_kind in (None, group.error_kind)


def operator(name: str, act: str) -> Act:
    """What an operator does at the command line, as it is recorded."""
    return Act(act, Actor(f"cli:{name}", name, Role.OPERATOR))


async def list_groups(backends: Backends, wanted: Wanted, *, as_json: bool) -> None:
    """Print what failed alike, the most frequent first."""
    rows = []
    for service, backend in backends.items():
        async with backend.work() as work:
            found = await operating.groups(work.session, service)
        rows += [
            {"service": service, **FailedGroup.model_validate(each).model_dump()} for each in found if wanted.has(each)
        ]
    print_json(rows) if as_json else print_table(rows, OF_A_GROUP)


async def list_each(backends: Backends, wanted: Wanted, state: FailedState | None, *, as_json: bool) -> None:
    """Print the messages themselves, each service's newest first."""
    rows = [
        {"service": service, **view.model_dump()}
        for service, backend in backends.items()
        for view in await _messages(backend, wanted, state)
    ]
    print_json(rows) if as_json else print_table(rows, OF_A_MESSAGE)


async def _messages(backend: Backend, wanted: Wanted, state: FailedState | None) -> list[FailedView]:
    found: list[FailedView] = []
    before: UUID | None = None
    while True:
        async with backend.work() as work:
            page = await operating.messages(
                work.session, backend.name, chosen=None, state=state, before=before, limit=PAGE
            )
        found += [
            FailedView.model_validate(each)
            for each in page
            if wanted.type in (None, each.type) and wanted.error_kind in (None, each.error_kind)
        ]
        if len(page) < PAGE:
            return found
        before = page[-1].event_id


async def show(backends: Backends, event_id: UUID) -> None:
    """Print a failed message with what it carries, of each service that keeps it. Raises `NothingChosen`."""
    found: list[dict[str, Any]] = []
    for service, backend in backends.items():
        async with backend.work() as work:
            if (message := await operating.message(work.session, service, event_id)) is not None:
                found.append({"service": service, **FailedDetail.whole(message).model_dump(mode="json")})
    if not found:
        raise NothingChosen(f"No service here keeps a failed message {event_id}")
    print_json(found)


async def act(backends: Backends, wanted: Wanted, by: str, reason: str | None) -> dict[str, Sequence[UUID]]:
    """Replay messages, or discard them for a `reason`; which ones, by service. Raises `NothingChosen`."""
    changed: dict[str, Sequence[UUID]] = {}
    with acting(operator(by, "events.replay" if reason is None else "events.discard")):
        for service, backend in backends.items():
            async with backend.work() as work:
                session = work.session
                choices = (
                    [Chosen(wanted.event_ids)]
                    if wanted.event_ids
                    else [
                        Chosen(type=each.type, error_kind=each.error_kind)
                        for each in await operating.groups(session, service)
                        if wanted.has(each)
                    ]
                )
                ids: list[UUID] = []
                for chosen in choices:
                    if reason is None:
                        ids += await operating.replay(session, service, chosen, by)
                    else:
                        ids += await operating.discard(session, service, chosen, by, reason)
            if ids:
                changed[service] = ids
    if not changed:
        raise NothingChosen(str(NothingChosen.__doc__))
    return changed
