"""What goes wrong."""

import asyncio
import random
import signal
from collections.abc import Iterable

from tests.infrastructure.platform import Process


async def kill_each(processes: Iterable[Process], times: int, within: float, chance: random.Random) -> None:
    """Kill each process so many times at random moments, all within so many seconds, and start it again each time."""

    async def again_and_again(process: Process, moments: list[float]) -> None:
        began = asyncio.get_running_loop().time()
        for moment in moments:
            await asyncio.sleep(began + moment - asyncio.get_running_loop().time())
            await asyncio.to_thread(process.stop, signal.SIGKILL)
            process.start()
            await asyncio.to_thread(process.wait_until_ready)

    async with asyncio.TaskGroup() as group:
        for process in processes:
            group.create_task(again_and_again(process, sorted(chance.uniform(0, within) for _ in range(times))))
