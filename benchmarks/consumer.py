"""How fast updates of profiles become effects in the reviews' copies, beside one transaction a message and FastStream.

Each effect is an inbox row, the copy, the firm's title held, its duty met, and the record of it.
"""

import argparse
import asyncio
from contextlib import ExitStack

from benchmarks.measured.databases import UNRECORDED, execute
from benchmarks.measured.places import DUTIES, REOPEN, TITLES, fill_queue, places, taken
from benchmarks.measured.processes import Contender
from benchmarks.measured.turns import Goal, Measured, show
from benchmarks.measured.updates import codes, events

GOAL = Goal(than="bare", at_least=2.5)
CONTENDERS = {
    "peiyu": ("peiyu", "consume"),
    "bare": ("bare", "consume"),
    "bare, one by one": ("bare", "consume_serially"),
    "FastStream": ("faststreams", "consume"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=5000)
    parser.add_argument("--firms", type=int, default=0, help="that have a title; at least those whose updates come")
    parser.add_argument("--of", nargs="+", choices=CONTENDERS, default=list(CONTENDERS), help="which to measure")
    parser.add_argument("--runs", type=int, default=5, help="of each, in turns")
    told = parser.parse_args()
    figures: dict[str, list[float]] = {name: [] for name in told.of}
    memory: dict[str, float] = {}
    with places(told.of) as there, ExitStack() as stack:
        processes = {}
        for name in told.of:
            processes[name] = stack.enter_context(Contender(CONTENDERS[name][0], *there[name].arguments))
            firms = list(codes(max(told.firms, told.events)))
            asyncio.run(execute(there[name].reviews, UNRECORDED, (TITLES, firms), DUTIES))
        for turn in range(told.runs):
            for name in told.of:
                asyncio.run(execute(there[name].reviews, REOPEN, "VACUUM ANALYZE"))
                asyncio.run(fill_queue(there[name], events(told.events, turn + 1)))
                took = processes[name].do(CONTENDERS[name][1], count=told.events)
                if (effects := asyncio.run(taken(there[name], turn + 1))) != told.events:
                    raise SystemExit(f"{name} had {effects:,} effects of {told.events:,}")
                figures[name].append(told.events / took.seconds)
                memory[name] = took.memory
    title = f"{told.events:,} updates of profiles into the reviews' copies"
    if told.firms:
        title += f", {told.firms:,} firms"
    show(Measured(f"consumer-{told.firms}" if told.firms else "consumer", title, "events/s", figures, GOAL, memory))


if __name__ == "__main__":
    main()
