"""From a transaction in one process to its effect in another's: how many updates a second, and how late each is.

One process tells of annual updates, a transaction each, and relays them; another takes them into the reviews' copies.
"""

import argparse
import asyncio
import time
from collections.abc import Sequence
from contextlib import ExitStack
from statistics import median, quantiles
from uuid import UUID

from benchmarks.contenders import MODULES
from benchmarks.measured.databases import UNRECORDED, connected, execute
from benchmarks.measured.places import DUTIES, REOPEN, TITLES, Place, empty_queues, places, taken
from benchmarks.measured.processes import Contender
from benchmarks.measured.turns import Goal, Measured, show
from benchmarks.measured.updates import codes
from shared.runtime.clock import real_now

SUSTAINED = Goal(than="bare", at_least=1.3)
LAG = Goal(than="bare", at_most=2)
LOOK = 0.002
"""Seconds between two looks at how many effects there are."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=5000)
    parser.add_argument("--seconds", type=float, default=10, help="at half of what the bare one sustains")
    parser.add_argument("--runs", type=int, default=5, help="of each, in turns")
    told = parser.parse_args()
    sustained: dict[str, list[float]] = {name: [] for name in MODULES}
    lags: dict[str, list[float]] = {name: [] for name in MODULES}
    memory: dict[str, float] = {}
    with places(list(MODULES)) as there, ExitStack() as stack:
        pairs = {}
        for name, module in MODULES.items():
            asyncio.run(execute(there[name].reviews, UNRECORDED, (TITLES, list(codes(told.events))), DUTIES))
            pairs[name] = [stack.enter_context(Contender(module, *there[name].arguments)) for _ in range(2)]
        for version in range(1, told.runs + 2):
            for name, (owner, keeper) in pairs.items():
                seconds, memory[name] = _run(there[name], owner, keeper, told.events, version)
                if version > 1:  # the first turn is for statements to be planned and kept
                    sustained[name].append(told.events / seconds)
        rate = median(sustained["bare"]) / 2
        count = min(told.events, int(rate * told.seconds))
        for version in range(told.runs + 2, 2 * told.runs + 2):
            for name, (owner, keeper) in pairs.items():
                lags[name].append(_lag(there[name], owner, keeper, count, version, rate))
    title = f"{told.events:,} updates, from their transaction to their effect, two processes"
    show(Measured("end-to-end", title, "updates/s", sustained, SUSTAINED, memory))
    show(Measured("lag", f"nearly the latest (p99) of {count:,} at {rate:,.0f} a second", "ms", lags, LAG))


def _run(place: Place, owner: Contender, keeper: Contender, count: int, version: int) -> tuple[float, float]:
    """Seconds from the first update to the last effect, and the memory of who has them."""
    asyncio.run(_prepare(place))
    _begin(keeper, count)
    owner.begin("emit", count=count, version=version, rate=0)
    kept, told = keeper.end(), owner.end()
    if (effects := asyncio.run(taken(place, version))) != count:
        raise SystemExit(f"{effects:,} effects of {count:,}")
    return kept.ended - told.begun, kept.memory


def _begin(keeper: Contender, count: int) -> None:
    keeper.begin("consume", count=count)
    time.sleep(1)  # until it is connected


async def _prepare(place: Place) -> None:
    await empty_queues(place)
    await execute(place.reviews, REOPEN, "TRUNCATE inbox", "VACUUM ANALYZE")


def _lag(place: Place, owner: Contender, keeper: Contender, count: int, version: int, rate: float) -> float:
    """The lag in milliseconds that one update in a hundred exceeds: the nth effect is taken to be of the nth update."""
    asyncio.run(_prepare(place))
    _begin(keeper, count)
    owner.begin("emit", count=count, version=version, rate=rate)
    seen, emitted = asyncio.run(_watch(place, count))
    keeper.end()
    owner.end()
    late, at = [], iter(seen)
    when, done = next(at)
    for number, begun in enumerate(emitted, 1):
        while done < number:
            when, done = next(at)
        late.append(when - begun)
    return quantiles(late, n=100)[-1]


async def _watch(place: Place, count: int) -> tuple[Sequence[tuple[float, int]], Sequence[int]]:
    """How many effects there were at which instant, and when each update was told of, in milliseconds since 1970."""
    async with connected(place.reviews) as connection:
        seen: list[tuple[float, int]] = [(0, 0)]
        while seen[-1][1] < count:
            await asyncio.sleep(LOOK)
            done = await connection.fetchval("SELECT count(*) FROM inbox")
            seen.append((real_now().timestamp() * 1000, done))
        ids: list[UUID] = [row["event_id"] for row in await connection.fetch("SELECT event_id FROM inbox")]
    return seen, sorted(id_.int >> 80 for id_ in ids)  # UUIDv7 begins with its milliseconds


if __name__ == "__main__":
    main()
