"""How fast committed events leave the outbox, confirmed by the broker, beside a bare batched loop and FastStream's."""

import argparse
import asyncio
from contextlib import ExitStack

from benchmarks.contenders import MODULES
from benchmarks.measured.places import fill_outbox, places, queued
from benchmarks.measured.processes import Contender
from benchmarks.measured.turns import Goal, Measured, show
from benchmarks.measured.updates import events

GOAL = Goal(than="bare", at_least=0.9)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=5000)
    parser.add_argument("--runs", type=int, default=5, help="of each, in turns")
    told = parser.parse_args()
    figures: dict[str, list[float]] = {name: [] for name in MODULES}
    memory: dict[str, float] = {}
    with places(list(MODULES)) as there, ExitStack() as stack:
        contenders = {
            name: stack.enter_context(Contender(module, *there[name].arguments)) for name, module in MODULES.items()
        }
        for turn in range(told.runs):
            for name, contender in contenders.items():
                asyncio.run(fill_outbox(there[name], events(told.events, turn + 1), faststream=name == "FastStream"))
                taken = contender.do("relay")
                if (arrived := asyncio.run(queued(there[name]))) != told.events:
                    raise SystemExit(f"{name} brought {arrived:,} of {told.events:,} events")
                figures[name].append(told.events / taken.seconds)
                memory[name] = taken.memory
    show(Measured("relay", f"relay of {told.events:,} committed events", "events/s", figures, GOAL, memory))


if __name__ == "__main__":
    main()
