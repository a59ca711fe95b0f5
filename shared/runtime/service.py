"""The life of a service: its background work from start to a graceful, bounded stop."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress

from prometheus_client import Counter, Gauge, Histogram

from shared.runtime.acting import PLATFORM, Act, acting
from shared.runtime.database import database_is_down, lost_a_race, what_was_said
from shared.runtime.logs import logger
from shared.runtime.tracing import beginning

Background = Callable[[asyncio.Event], Awaitable[None]]
"""A loop that runs until the event is set, finishing what it has in hand."""

FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
DURATION = Histogram(
    "peiyu_sweep_duration_seconds",
    "Time of one step of a sweep: a page of what fell due, or a look that found nothing",
    ["sweep"],
    buckets=(0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10, 60),
)
FOUND = Counter("peiyu_sweep_found_total", "Things that had fallen due and were dealt with", ["sweep"])
LOOKED = Gauge("peiyu_sweep_last_look_timestamp_seconds", "When a sweep last looked without failing", ["sweep"])


def all_is_loaded() -> None:
    """What a process has by now it keeps: the collector of cycles passes it over from here on.

    It took a fifth of the time in which mail is written.
    """
    gc.collect()
    gc.freeze()


class Sweep:
    """Looks again and again for what fell due, and lets `step` deal with a page of it.

    `step` takes one transaction's worth and returns how many things it found; 0 ends the round. What it finds must
    be chosen by state and date, never by "since the last look", so that replicas may sweep side by side and a
    stopped service catches up.
    """

    def __init__(self, name: str, step: Callable[[], Awaitable[int]], interval: float) -> None:
        self.name = name
        self._step = step
        self._interval = interval

    async def round(self) -> int:
        """Sweep until nothing is due; how much was found."""
        total = 0
        with acting(Act(self.name, PLATFORM)):
            while found := await self._look():
                total += found
        return total

    async def run(self, stopping: asyncio.Event) -> None:
        log = logger(__name__, sweep=self.name)
        while not stopping.is_set():
            try:
                while await self._look() and not stopping.is_set():
                    pass
            except Exception as error:
                if not database_is_down(error) and not lost_a_race(error):
                    raise
                log.warning("sweep waits", error=what_was_said(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), self._interval)

    async def _look(self) -> int:
        """One step, in a trace of its own if there was something to do, which is known at its end."""
        with DURATION.labels(self.name).time(), beginning(f"sweep {self.name}", in_parts=False) as span:
            found = await self._step()
            if not found:
                span.forget()
        FOUND.labels(self.name).inc(found)
        LOOKED.labels(self.name).set_to_current_time()
        return found


async def _kept_running(name: str, background: Background, stopping: asyncio.Event) -> None:
    """A loop that fails is logged and started again, later each time; a failure is never silent and never final."""
    log = logger(__name__, background=name)
    loop = asyncio.get_running_loop()
    wait = FIRST_WAIT
    while not stopping.is_set():
        started = loop.time()
        try:
            with acting(Act(name, PLATFORM)):
                await background(stopping)
        except Exception as error:
            wait = FIRST_WAIT if loop.time() - started > LONGEST_WAIT else min(wait * 2, LONGEST_WAIT)
            if database_is_down(error):
                log.warning("database down, background work waits", wait=wait, error=what_was_said(error))
            else:
                log.exception("background work failed, starts again", wait=wait)
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), wait)


@asynccontextmanager
async def running(name: str, backgrounds: Sequence[tuple[str, Background]], stop_timeout: float) -> AsyncIterator[None]:
    """Run the loops for the length of the block, then stop them: they finish what they have in hand.

    What is not done after `stop_timeout` seconds is cut off; its transaction rolls back and its messages are
    delivered again.
    """
    stopping = asyncio.Event()
    tasks = [
        asyncio.create_task(_kept_running(label, background, stopping), name=f"{name}:{label}")
        for label, background in backgrounds
    ]
    try:
        yield
    finally:
        stopping.set()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=stop_timeout)
            for task in late:
                logger(__name__).error("cut off at stop", task=task.get_name())
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
