"""Mail goes out once: from several notifiers at a time, and from notifiers that are killed while they send it.

`CHAOS_MAILS` go out while there are `CHAOS_KILLS`, `CHAOS_ALIVE` while there are none; `CHAOS_SEED` is another chance.
`make chaos` is 5,000 mails with 50 kills, and 2,000 without.
"""

import asyncio
import math
import os
import random
import signal
from collections import Counter
from dataclasses import dataclass, field

import pytest

from tests.chaos.conftest import CONNECTIONS, Replicas
from tests.conftest import USED
from tests.infrastructure.platform import Process

MAILS = int(os.environ.get("CHAOS_MAILS", "600"))
KILLS = int(os.environ.get("CHAOS_KILLS", "6"))
SEED = int(os.environ.get("CHAOS_SEED", "1"))
ALIVE = int(os.environ.get("CHAOS_ALIVE", "200"))
"""Mails that two notifiers send together, and then four, while nobody is killed."""

TOGETHER = 2
"""Notifiers that send together while they are killed."""

pytestmark = pytest.mark.timeout(300 + 30 * KILLS + ALIVE)


@dataclass
class Report:
    """What became of the mails; `in_the_window` are those that the server had taken when their sender was killed,
    and that were not marked yet, a number for each kill.
    """

    mails: int
    in_the_window: list[int] = field(default_factory=list)
    lost: int = 0
    doubles: int = 0

    def __str__(self) -> str:
        return (
            f"{self.mails} mails, {len(self.in_the_window)} kills: {self.lost} lost, {self.doubles} sent twice, "
            f"{sum(self.in_the_window)} of them between the server's acceptance and the mark (seed {SEED})"
        )


async def test_of_mails_whose_senders_are_killed_none_is_lost_and_only_those_in_the_one_window_come_twice(replicas):
    report, chance = Report(MAILS), random.Random(SEED)
    rounds = math.ceil(KILLS / TOGETHER)
    async with replicas(TOGETHER) as it:
        for number in range(rounds):
            portion = MAILS * (number + 1) // rounds - MAILS * number // rounds
            since = len(it.ledger.taken)
            await it.start()
            killing = [
                kill(it, process, chance.randrange(portion), chance.uniform(0, 0.05)) for process in it.processes
            ]
            await asyncio.gather(it.tell(portion), *killing)
            window = Counter(entry.port for entry in await it.unmarked(since))
            report.in_the_window += [window[port] for port in it.ports.values()]
        await it.start()
        await it.drained()
        await it.stop()
    taken = Counter((entry.recipient, entry.message_id) for entry in it.ledger.taken)
    recipients = {recipient for recipient, _ in taken}
    report.lost = len({firm.email for firm in it.told} - recipients)
    report.doubles = taken.total() - len(taken)
    USED["mail while notifiers are killed"] = str(report)
    assert report.lost == 0
    assert len(taken) == len(recipients), "somebody got two mails that do not bear the same Message-ID"
    assert report.doubles == sum(report.in_the_window), str(report)
    assert max(report.in_the_window) <= CONNECTIONS, str(report)


async def kill(it: Replicas, process: Process, after: int, jitter: float) -> None:
    """Kill a notifier a moment after it has sent so many mails, or when nothing is left that it could claim."""
    goal = it.taken_over(process) + after
    while it.taken_over(process) < goal and not await it.everything_is_claimed():
        await asyncio.sleep(0.01)
    await asyncio.sleep(jitter)
    await asyncio.to_thread(process.stop, signal.SIGKILL)


async def test_of_two_and_of_four_notifiers_that_send_at_once_no_mail_comes_twice(replicas):
    async with replicas(4) as it:
        for more in (it.processes[:2], it.processes[2:]):
            await it.start(*more)
            await it.tell(ALIVE)
            await it.drained()
        await it.stop()
        shares = " + ".join(str(it.taken_over(process)) for process in it.processes)
    USED["mail of two notifiers, then of four"] = f"{ALIVE} + {ALIVE} mails, by each {shares}"
    assert Counter(entry.recipient for entry in it.ledger.taken) == {firm.email: 1 for firm in it.told}
