"""Copies beside their owners: which there are, where they differ, and how they are brought in line."""

import asyncio
import importlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import typer

from services.cli.catalogue import SERVICES
from services.cli.repair.failed import Backends, operator
from services.cli.repair.output import print_json, print_table
from shared.messaging import Backend, operating
from shared.messaging.copies import PAGE, Difference, Pair
from shared.runtime.acting import acting
from shared.runtime.database import lost_a_race
from shared.runtime.logs import masked

MOST_NAMED = 10_000
TOGETHER = 200
RACES = 5
LOOK_AGAIN = 0.5
TELL_EVERY = 50
OF_A_DIFFERENCE = ("owner", "keeper", "what", "key", "kind", "fields")


class NoSuchCopy(Exception):
    """No service keeps a copy like that"""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which copies: of an owner, at a keeper, of a kind of things; None for all."""

    owner: str | None = None
    keeper: str | None = None
    of: str | None = None

    def services(self) -> list[str]:
        """The services whose databases are needed. Raises `NoSuchCopy`, naming those that there are."""
        names = [name for name in every_copy() if self._has(*name)]
        if not names:
            known = "; ".join(f"{owner} → {keeper}: {of}" for owner, keeper, of in every_copy())
            raise NoSuchCopy(f"There is no such copy. There are {known}")
        return [service for service in SERVICES if any(service in (owner, keeper) for owner, keeper, _ in names)]

    def pairs(self, backends: Mapping[str, Backend]) -> Iterator["Named"]:
        for (owner, keeper, of), (owned, copy) in every_copy().items():
            if self._has(owner, keeper, of):
                yield Named(owner, keeper, of, Pair(backends[owner], owned, backends[keeper], copy))

    def _has(self, owner: str, keeper: str, of: str) -> bool:
        return self.owner in (None, owner) and self.keeper in (None, keeper) and self.of in (None, of)


@dataclass(frozen=True, slots=True)
class Named:
    """A copy beside its owner, with their names."""

    owner: str
    keeper: str
    of: str
    pair: Pair

    def __str__(self) -> str:
        return f"{self.owner} → {self.keeper}: {self.of}"

    @property
    def command(self) -> str:
        """What brings the copy in line."""
        return f"peiyu events resync {self.owner} --to {self.keeper} --what {self.of}"


def every_copy() -> dict[tuple[str, str, str], tuple[Any, Any]]:
    """Owner, keeper and what is copied, of every copy that a service keeps."""
    modules = {service: importlib.import_module(f"services.{service}.copies") for service in SERVICES}
    owners = {owned.of: (service, owned) for service, module in modules.items() for owned in module.OWNED}
    return {
        (owners[copy.of][0], keeper, copy.of): (owners[copy.of][1], copy)
        for keeper, module in modules.items()
        for copy in module.COPIES
    }


@dataclass
class Compared:
    """What was found of a copy. Of `differing` things at most `MOST_NAMED` are named.

    `outbox` events wait with the owner, `failed` messages with the keeper: what they tell may be what differs.
    """

    of: Named
    compared: int = 0
    differing: int = 0
    differences: list[Difference] = field(default_factory=list)
    outbox: int = 0
    failed: int = 0

    def view(self) -> dict[str, Any]:
        return {
            "owner": self.of.owner,
            "keeper": self.of.keeper,
            "what": self.of.of,
            "compared": self.compared,
            "differing": self.differing,
            "outbox": self.outbox,
            "failed": self.failed,
            "differences": [
                {
                    "key": str(each.key),
                    "kind": each.kind,
                    "owner_version": each.owner_version,
                    "copy_version": each.copy_version,
                    "fields": {
                        name: {"owner": _shown(sides[0]), "copy": _shown(sides[1])}
                        for name, sides in each.fields.items()
                    },
                }
                for each in self.differences
            ],
        }


def _shown(value: str | None) -> str | None:
    return None if value is None else masked(value)


async def reconcile(backends: Backends, chosen: Chosen, settle: float, *, as_json: bool) -> bool:
    """Compare copies with their owners and print what differs; whether nothing does.

    What differs is looked at again for `settle` seconds: news that was on its way is no difference.
    """
    found = [await _compare(named, settle) for named in chosen.pairs(backends)]
    if as_json:
        print_json({"copies": [each.view() for each in found]})
    else:
        _tell(found)
    return not any(each.differing for each in found)


async def _compare(named: Named, settle: float) -> Compared:
    found = Compared(named)
    async for page in named.pair.pages():
        found.compared += page.owned
        found.differing += len(page.differences)
        found.differences += page.differences[: MOST_NAMED - len(found.differences)]
    named_all = found.differing == len(found.differences)
    loop = asyncio.get_running_loop()
    end = loop.time() + settle
    while found.differences and named_all and loop.time() < end:
        await asyncio.sleep(LOOK_AGAIN)
        keys = [each.key for each in found.differences]
        found.differences = [
            each for start in range(0, len(keys), PAGE) for each in await named.pair.again(keys[start : start + PAGE])
        ]
        found.differing = len(found.differences)
    if found.differing:
        async with named.pair.owner.work() as work:
            found.outbox = (await operating.outbox(work.session)).events
        async with named.pair.keeper.work() as work:
            failed = await operating.failed(work.session, named.keeper)
        found.failed = failed["waiting"] + failed["dead"]
    return found


def _tell(found: Sequence[Compared]) -> None:
    rows = []
    for each in found:
        typer.echo(f"{each.of}: {each.compared} compared, {each.differing} differ")
        for difference in (view := each.view())["differences"]:
            told = (f"{name}: {sides['owner']} | {sides['copy']}" for name, sides in difference["fields"].items())
            rows.append({**view, **difference, "fields": "\n".join(told)})
    if not rows:
        return
    print_table(rows, OF_A_DIFFERENCE)
    for each in found:
        for line in _advice(each):
            typer.echo(f"{each.of}: {line}")


def _advice(found: Compared) -> Iterator[str]:
    """What is to be done about a copy that differs."""
    kinds = {difference.kind for difference in found.differences}
    if found.outbox and found.differing:
        yield f"{found.outbox} events wait in the outbox of {found.of.owner}; they may tell of it"
    if found.failed:
        yield f"{found.failed} messages failed at {found.of.keeper}; replay them first"
    if kinds & {"missing", "differs"}:
        yield f"brought in line by: {found.of.command}"
    if "newer" in kinds:
        yield (
            "where the copy is newer, its owner was restored and has lost what the copy tells: note it, "
            f"then let the owner's word hold by: {found.of.command} --owner-restored"
        )
    if "unknown" in kinds:
        yield "what only the copy knows stays until its owner has it again"


@dataclass
class Resynced:
    """What became of a copy: how many things it took; some may be newer than their owner, some unknown to it."""

    of: Named
    compared: int = 0
    taken: int = 0
    newer: int = 0
    unknown: list[str] = field(default_factory=list)
    at: Any = None

    def view(self) -> dict[str, Any]:
        return {
            "owner": self.of.owner,
            "keeper": self.of.keeper,
            "what": self.of.of,
            "compared": self.compared,
            "taken": self.taken,
            "newer": self.newer,
            "unknown": self.unknown,
        }


async def resync(
    backends: Backends,
    chosen: Chosen,
    by: str,
    *,
    after: str | None = None,
    everything: bool = False,
    owner_restored: bool = False,
    as_json: bool = False,
) -> bool:
    """Bring copies in line with their owners, page by page; whether they are.

    With `everything` the keeper takes all states, not only those that differ.
    """
    done = []
    for named in chosen.pairs(backends):
        result = Resynced(named)
        done.append(result)
        try:
            with acting(operator(by, "events.resync")):
                await _resync(result, after, everything=everything, owner_restored=owner_restored)
        except BaseException:
            if result.at is not None:
                typer.echo(f"{named}: broken off; go on with: {named.command} --after {result.at}", err=True)
            raise
        if not as_json:
            _tell_resynced(result)
    if as_json:
        print_json({"copies": [each.view() for each in done]})
    return not any(each.newer or each.unknown for each in done)


async def _resync(result: Resynced, after: str | None, *, everything: bool, owner_restored: bool) -> None:
    pair, pages = result.of.pair, 0
    async for page in pair.pages(_key(pair, after)):
        newer = [each for each in page.differences if each.kind == "newer"]
        if newer and owner_restored:
            await pair.outrank(newer)
            newer = []
        left = {each.key for each in newer}
        unknown = {each.key for each in page.differences if each.kind == "unknown"}
        keys = await pair.keys(result.at or _key(pair, after), page.upto) if everything else []
        keys = sorted({*keys, *(each.key for each in page.differences)} - left)
        for start in range(0, len(keys), TOGETHER):
            result.taken += await _take(pair, keys[start : start + TOGETHER])
        if unknown:
            result.unknown += [str(each.key) for each in await pair.again(sorted(unknown))][:MOST_NAMED]
        result.compared += page.owned
        result.newer += len(left)
        result.at = page.upto
        pages += 1
        if pages % TELL_EVERY == 0:
            typer.echo(f"{result.of}: {result.compared} compared, {result.taken} taken, at {result.at}", err=True)


async def _take(pair: Pair, keys: Sequence[Any]) -> int:
    """Let the keeper take states, again where it met the services that go on meanwhile."""
    for race in range(RACES):
        try:
            return await pair.take(keys)
        except Exception as error:
            if not lost_a_race(error) or race == RACES - 1:
                raise
            await asyncio.sleep(0.01 * 2**race)
    raise AssertionError


def _key(pair: Pair, text: str | None) -> Any:
    if text is None:
        return None
    return UUID(text) if pair.owned.key.type.python_type is UUID else text


def _tell_resynced(result: Resynced) -> None:
    typer.echo(f"{result.of}: {result.compared} compared, {result.taken} taken")
    if result.newer:
        typer.echo(
            f"{result.of}: {result.newer} are newer than their owner, which was restored, then; see peiyu reconcile, "
            "and let the owner's word hold by --owner-restored"
        )
    if result.unknown:
        typer.echo(
            f"{result.of}: unknown to the owner, and left as they are: {', '.join(result.unknown[:10])}"
            + (f" and {len(result.unknown) - 10} more" if len(result.unknown) > 10 else "")
        )
