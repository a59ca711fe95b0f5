"""What was accepted has its effects, each once, whatever breaks meanwhile; and nobody is refused on old news.

Each test lasts `CHAOS_SECONDS` at least, under the load of `CHAOS_FIRMS`; `CHAOS_SEED` is another chance.
"""

import asyncio
import itertools

import pytest

from services.cli.catalogue import SERVICES
from shared.messaging.rabbitmq import CONFIRM_TIMEOUT
from tests.chaos import faults
from tests.chaos.detour import detour
from tests.chaos.load import LEAP_DAY, TWICE
from tests.chaos.town import CONNECTIONS, SECONDS
from tests.conftest import eventually

pytestmark = pytest.mark.timeout(300 + 10 * SECONDS)

RATED = "profile.rated.v1"
"""The event that only the next version knows."""

ROUNDS = max(1, int(SECONDS / 8))
"""How often a fault comes back."""


async def test_services_that_are_killed_at_random_moments_lose_nothing_and_do_nothing_twice(town):
    async with town.under_load("services killed", mails_twice=ROUNDS * CONNECTIONS):
        await faults.kill_each(map(town.process, SERVICES), ROUNDS, SECONDS, town.chance)


async def test_a_broker_that_is_cut_off_or_silent_in_the_middle_of_confirms_loses_nothing(town):
    async with town.under_load("broker cut off and silent"):
        for number in range(2 * ROUNDS):
            await asyncio.sleep(town.chance.uniform(0, 1))
            await faults.stall(town.relay, town.chance.uniform(0.2, 1), cut=number % 2 == 0)
        if ROUNDS > 1:
            await faults.stall(town.relay, 1.2 * CONFIRM_TIMEOUT, cut=False)


async def test_a_cluster_goes_on_without_any_one_node_waits_in_the_minority_and_comes_back_from_nothing(town):
    async with town.under_load("nodes of the broker killed"):
        for node in town.cluster.nodes if ROUNDS > 1 else town.cluster.nodes[:1]:
            await faults.lose_nodes(town.cluster, node, down=1)
        for majority in list(itertools.combinations(town.cluster.nodes, 2))[:ROUNDS]:
            await faults.lose_nodes(town.cluster, *majority, down=1)
        await faults.lose_nodes(town.cluster, down=1)


async def test_a_database_that_crashes_or_has_no_connection_left_loses_nothing(town):
    async with town.under_load("database crashed and out of connections", mails_twice=2 * ROUNDS * CONNECTIONS) as it:
        for _ in range(ROUNDS):
            await asyncio.sleep(town.chance.uniform(0, 1))
            await faults.restart(town.postgres, down=town.chance.uniform(0, 1))
            await asyncio.sleep(town.chance.uniform(0, 1))
            async with faults.out_of_connections(town.postgres):
                await asyncio.sleep(2)
    says_the_truth(it)


async def test_while_the_disk_of_the_outbox_is_full_all_that_cannot_be_done_is_put_off_and_nothing_is_half_done(town):
    async with town.under_load("disk full") as it:
        for _ in range(ROUNDS):
            async with faults.full_disk(it.databases):
                await asyncio.sleep(2)
    says_the_truth(it)
    assert it.client.ledger.put_off_with(503), "no request met the full disk"


def says_the_truth(it):
    """Whoever was put off was told that it is for now: never that the platform has failed."""
    tries = it.client.ledger.tries()
    assert not {status for status in tries if status.startswith("5")} - {"503"}, tries
    assert {problem["type"] for problem in it.client.ledger.put_off_with(503)} <= {"/problems/unavailable"}


async def test_events_that_come_late_in_any_order_and_twice_have_one_effect(town):
    async with town.under_load("events late, disordered and doubled"):
        amqp = f"amqp://guest:guest@127.0.0.1:{town.cluster.nodes[0].port}"
        async with detour(amqp, SECONDS / 2, town.chance) as it:
            await asyncio.sleep(SECONDS)
    assert it.carried > 0


async def test_over_a_midnight_that_is_lived_through_twice_nobody_fresh_is_refused_and_nobody_swept_twice(town):
    async with town.under_load("clock steps over 30 April", midnight=TWICE):
        pass


async def test_over_29_february_who_applied_keeps_the_title_and_who_did_not_loses_it_once(town):
    async with town.under_load("clock steps over 29 February", midnight=LEAP_DAY):
        pass


async def test_two_versions_at_once_understand_each_other_and_what_the_old_cannot_read_waits_for_the_new(town):
    profile, notifier = town.process("profile"), town.process("notifier")
    newer_profile, newer_notifier = town.next_version(profile, port=profile.port), town.next_version(notifier)
    await asyncio.to_thread(profile.stop)
    await begin(newer_profile)
    async with town.under_load("two versions at once", also={"updated": [("notifier", RATED)]}) as it:
        await asyncio.sleep(SECONDS / 3)
        await begin(newer_notifier)
        await it.load
        await asyncio.to_thread(notifier.stop)
        await eventually(lambda: replayed(it, newer_notifier.url))
    for newer, older in ((newer_profile, profile), (newer_notifier, notifier)):
        assert await asyncio.to_thread(newer.stop) == 0
        await begin(older)


async def begin(process):
    process.start()
    await asyncio.to_thread(process.wait_until_ready)


async def replayed(it, url):
    """Let the operator replay what the old notifier could not read; whether all of it has arrived."""
    failed = await it.databases["notifier"].fetchval("SELECT count(*) FROM failed_messages")
    if failed:
        headers = await it.client.headers("operator")
        unreadable = {"error_kind": "Unreadable"}
        await it.client.http.post(f"{url}/api/v1/operations/notifier/failed/replay", json=unreadable, headers=headers)
    rated = await it.databases["notifier"].fetchval("SELECT count(*) FROM heard_events WHERE type = $1", RATED)
    return not failed and rated == it.client.ledger.accepted("updated")
