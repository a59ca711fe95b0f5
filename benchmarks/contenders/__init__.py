"""The same work done three ways: as peiyu does it, bare, and with FastStream; each by a process of its own."""

import asyncio
import time
from collections.abc import Awaitable, Callable

EXCHANGE, QUEUE = "peiyu.events", "peiyu.reviews"
ROUTE = "profile.updated.v1"
MODULES = {"peiyu": "peiyu", "bare": "bare", "FastStream": "faststreams"}
"""Each contender's here."""


async def at_a_rate(count: int, rate: float, do: Callable[[int], Awaitable[None]]) -> None:
    """Do something for each of 0 … count - 1, ten at once at most, `rate` times a second or as fast as can be (0)."""
    numbers, begun = iter(range(count)), time.perf_counter()

    async def work() -> None:
        for number in numbers:
            if rate and (early := begun + number / rate - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            await do(number)

    await asyncio.gather(*(work() for _ in range(10)))
