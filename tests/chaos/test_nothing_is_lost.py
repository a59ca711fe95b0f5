"""What was accepted has its effects, each once, whatever dies meanwhile; and nobody is refused on old news.

Each test lasts `CHAOS_SECONDS` at least, under the load of `CHAOS_FIRMS`; `CHAOS_SEED` is another chance.
"""

import pytest

from tests.chaos import faults
from tests.chaos.town import SECONDS

pytestmark = pytest.mark.timeout(300 + 10 * SECONDS)

KILLS = max(1, int(SECONDS / 8))


async def test_without_any_fault_the_ledger_balances(town):
    async with town.under_load("no fault"):
        pass


async def test_services_that_are_killed_at_random_moments_lose_nothing_and_do_nothing_twice(town):
    async with town.under_load("services killed"):
        services = [process for process in town.platform.processes if process.service != "login"]
        await faults.kill_each(services, KILLS, SECONDS, town.chance)
