"""A database is restored to an earlier state, as docs/operations.md says, and nobody is told anything twice."""

import asyncio

import asyncpg
import pytest

from services.cli.catalogue import SERVICES
from services.cli.simulation.world import open_world
from services.cli.tour.forms import contact
from tests.integration.repair.city import OFFICER, City, lived

BY = ("--by", "陈晓")


async def fetch(url, sql):
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        return [tuple(row) for row in await connection.fetch(sql)]
    finally:
        await connection.close()


async def mailed(urls):
    """What was told to whom, with how often."""
    return await fetch(
        urls["notifier"], "SELECT kind, mailbox, about, count(*) FROM messages GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    )


async def goes_on(city: City):
    """What happens between the backup and the loss of the database."""
    for code in city.codes[5:8]:
        await city.update(code)
    newcomer = await city.firm()
    await city.world.quiet()
    firm = await city.ask(OFFICER, "GET", f"/enterprises/{city.codes[8]}")
    moved = contact(city.codes[8]) | {"email": "new@firm.example"}
    await city.ask(
        OFFICER, "PUT", f"/enterprises/{city.codes[8]}/contact", moved, **{"If-Match": f'"{firm["version"]}"'}
    )
    await city.world.quiet()
    return newcomer


@pytest.fixture
async def urls(database_url_async):
    return {service: await database_url_async(service) for service in SERVICES}


async def test_what_was_restored_what_it_copies_and_its_copies_agree_and_nothing_is_mailed_twice(
    urls, postgres, peiyu, tmp_path
):
    lost = "profile"
    backup = tmp_path / "profile.dump"
    async with open_world(urls, "xiamen-2023") as world:
        city = await lived(world)
        await city.update(city.codes[4])  # in the backup it waits in the outbox
        await asyncio.to_thread(postgres.dump, urls[lost], backup)
        await world.quiet()
        newcomer = await goes_on(city)
    before = await mailed(urls)
    await asyncio.to_thread(postgres.restore, urls[lost], backup)

    found = await peiyu(urls, "reconcile", "--settle", 0, "--json")
    kinds = {
        (each["owner"], each["keeper"], one["kind"]) for each in found.json["copies"] for one in each["differences"]
    }
    assert kinds == {
        ("reviews", "profile", "missing"),
        *(("profile", keeper, kind) for keeper in ("reviews", "notifier") for kind in ("newer", "unknown")),
        ("profile", "changes", "unknown"),
    }
    lost_updates = {
        each["key"]
        for copy in found.json["copies"]
        for each in copy["differences"]
        if copy["keeper"] == "reviews" and "updates" in each["fields"]
    }
    assert lost_updates == set(city.codes[5:8])

    assert (await peiyu(urls, "events", "resync", "all", "--to", lost, *BY)).code == 0
    done = await peiyu(urls, "events", "resync", lost, "--to", "all", "--owner-restored", *BY)
    assert (done.code, done.wrong) == (0, "")
    async with open_world(urls, "xiamen-2023") as world:
        again = City(world)
        again.at("2026-05-06T11:00")
        await world.quiet()
        assert (await peiyu(urls, "reconcile", "--settle", 0)).code == 0
        assert await mailed(urls) == before
        assert await world.failed() == []

        for code in lost_updates:
            await again.update(code)
        firm = await again.ask(OFFICER, "GET", f"/enterprises/{newcomer}")
        assert firm["contact"] is None
        await again.enter(newcomer, firm["name"])
        await world.quiet()
        assert (await peiyu(urls, "reconcile", "--settle", 0)).code == 0
        again_told = {row[:3] for row in await mailed(urls)} - {row[:3] for row in before}
        assert {row[0] for row in again_told} == {"update_received"}
        assert {row[1].removeprefix("firm:") for row in again_told} == lost_updates
