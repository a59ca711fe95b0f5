"""Copies are compared with their owners to the field, and brought in line while everything goes on."""

import asyncio
from itertools import chain
from types import SimpleNamespace

import asyncpg
import pytest

from services.cli.catalogue import SERVICES
from services.cli.databases import _with_backends
from services.cli.repair import copies
from services.cli.repair.copies import Chosen
from services.cli.serve import settings_class
from services.cli.simulation.world import open_world
from shared.messaging.copies import Pair
from tests.integration.repair.city import lived

KEYS = {
    ("profile", "reviews", "profiles"): ("profile_copies", "credit_code"),
    ("profile", "changes", "profiles"): ("firms", "credit_code"),
    ("profile", "notifier", "profiles"): ("firms", "credit_code"),
    ("profile", "reviews", "extensions"): ("deadline_extensions", "extension_id"),
    ("profile", "notifier", "extensions"): ("deadline_extensions", "id"),
    ("profile", "changes", "delegations"): ("delegated_persons", "delegation_id"),
    ("profile", "reviews", "delegations"): ("delegated_persons", "delegation_id"),
    ("profile", "notifier", "delegations"): ("delegated_persons", "delegation_id"),
    ("reviews", "profile", "titles"): ("held_titles", "certification_id"),
    ("reviews", "changes", "titles"): ("held_titles", "certification_id"),
    ("reviews", "notifier", "titles"): ("certifications", "id"),
    ("reviews", "notifier", "applications"): ("applications", "id"),
    ("changes", "notifier", "reports"): ("reports", "id"),
    ("changes", "notifier", "occurrences"): ("occurrences", "id"),
}
WRONG = {
    "profiles": "name = name || '（旧）'",
    "extensions": "due = due - 7",
    "delegations": "until = '2020-01-01'",
    "titles": "valid_to = valid_to + 1",
    "applications": "outcome = CASE WHEN outcome IS NULL THEN 'approved' END",
    "reports": "due = due + 1",
    "occurrences": "evidence = ''",
}
CHANGED = {"profiles": "name", "extensions": "due", "delegations": "until", "titles": "valid_to"} | {
    "applications": "outcome", "reports": "due", "occurrences": "evidence",
}  # fmt: skip
FOLLOWED = {("reviews", "profile", "titles"): ("owed_updates",)}
"""What follows from a copy and goes with it where it is lost."""

every_copy = pytest.mark.parametrize("copy", sorted(KEYS), ids="-".join)


@pytest.fixture(scope="module")
def urls(database_url):
    """The databases of a city that lived through a spring."""
    found = {service: database_url(service) for service in SERVICES}

    async def live():
        async with open_world(found, "xiamen-2023") as world:
            await lived(world)

    asyncio.run(live())
    return found


def settings(urls):
    return {
        service: settings_class(service)(env="test", database_url=url, auth_issuer="nobody")
        for service, url in urls.items()
    }


async def execute(url, *statements):
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        return [await connection.fetch(statement) for statement in statements]
    finally:
        await connection.close()


@pytest.fixture
async def it(urls, peiyu):
    async def command(*arguments, **environment):
        return await peiyu(urls, *arguments, **environment)

    async def reconcile(copy=None, *, settle=0):
        which = (copy[0], "--to", copy[1], "--what", copy[2]) if copy else ()
        done = await command("reconcile", *which, "--settle", settle, "--json")
        assert done.code == (1 if any(each["differing"] for each in done.json["copies"]) else 0)
        return done.json["copies"]

    async def resync(copy, *more):
        which = (copy[0], "--to", copy[1], "--what", copy[2])
        done = await command("events", "resync", *which, "--by", "陈晓", "--json", *more)
        return done.code, done.json["copies"][0]

    async def told():
        """Everything that is told to firms, officers or other services, and what is recorded as heard."""
        counts = (
            "SELECT (SELECT count(*) FROM messages), (SELECT count(*) FROM heard_events), (SELECT count(*) FROM outbox)"
        )
        others = [execute(urls[each], "SELECT count(*) FROM outbox") for each in SERVICES[:3]]
        return str(await asyncio.gather(execute(urls["notifier"], counts), *others))

    def on(copy, *statements):
        return execute(urls[copy[1]], *statements)

    async def with_pair(copy, do):
        async def with_backends(backends):
            (named,) = Chosen(*copy).pairs(backends)
            return await do(named)

        return await _with_backends(settings({service: urls[service] for service in copy[:2]}), with_backends)

    running = SimpleNamespace(urls=urls, peiyu=command, reconcile=reconcile, resync=resync, told=told)
    running.on, running.with_pair = on, with_pair
    return running


def test_every_copy_of_an_event_s_state_can_be_compared():
    assert set(copies.every_copy()) == set(KEYS)


async def test_after_a_spring_no_copy_differs(it):
    for each in await it.reconcile():
        assert (each["differing"], each["compared"] > 0) == (0, True), each


@every_copy
@pytest.mark.parametrize("version", ["version - 1", "version"], ids=["older", "of-the-same-version"])
async def test_what_differs_is_named_and_brought_in_line_and_nobody_is_told(it, copy, version):
    table, key = KEYS[copy]
    standing = "standing <> 'ended'" if copy[2] == "reports" else "true"
    some = f"SELECT {key} FROM {table} WHERE {standing} ORDER BY {key} LIMIT 3"
    before = await it.told()
    (changed,) = await it.on(
        copy, f"UPDATE {table} SET {WRONG[copy[2]]}, version = {version} WHERE {key} IN ({some}) RETURNING {key}"
    )
    (found,) = await it.reconcile(copy)
    assert {each["key"] for each in found["differences"]} == {str(row[0]) for row in changed}
    assert {each["kind"] for each in found["differences"]} == {"differs"}
    assert set(chain.from_iterable(each["fields"] for each in found["differences"])) == {CHANGED[copy[2]]}
    code, done = await it.resync(copy)
    assert (code, done["compared"], done["taken"]) == (0, found["compared"], len(changed))
    assert (await it.resync(copy))[1]["taken"] == 0
    assert await it.told() == before


@pytest.mark.parametrize(
    "copy", [copy for copy in sorted(KEYS) if copy[1] != "notifier" or copy[2] != "profiles"], ids="-".join
)
async def test_a_lost_copy_is_built_anew(it, copy):
    before = await it.told()
    rows = " WHERE standing <> 'ended'" if copy[2] == "reports" else ""
    await it.on(copy, *(f"DELETE FROM {each}{rows}" for each in (*FOLLOWED.get(copy, ()), KEYS[copy][0])))
    (found,) = await it.reconcile(copy)
    assert {each["kind"] for each in found["differences"]} == {"missing"}
    assert found["differing"] == found["compared"]
    code, done = await it.resync(copy)
    assert (code, done["taken"]) == (0, found["compared"])
    assert await it.told() == before


async def test_a_copy_that_is_newer_than_its_restored_owner_follows_it_only_when_told_so(it):
    copy = ("profile", "reviews", "profiles")
    await it.on(copy, "UPDATE profile_copies SET name = '丢失', version = version + 5 WHERE credit_code < '91350203ZZ'")
    (found,) = await it.reconcile(copy)
    assert {each["kind"] for each in found["differences"]} == {"newer"}
    told = (await it.peiyu("reconcile", "profile", "--to", "reviews", "--settle", 0)).told
    assert "--owner-restored" in told
    code, done = await it.resync(copy)
    assert (code, done["taken"], done["newer"]) == (1, 0, found["differing"])
    code, done = await it.resync(copy, "--owner-restored")
    assert (code, done["taken"], done["newer"]) == (0, found["differing"], 0)
    lost = "SELECT count(*) FROM profile_copies WHERE name = '丢失'"
    assert (await it.on(copy, lost))[0][0][0] == 0
    acts = "SELECT DISTINCT act, actor_name FROM audit_pending WHERE kind = 'enterprise' AND act LIKE 'events.%'"
    assert [tuple(row) for row in (await execute(it.urls["profile"], acts))[0]] == [("events.resync", "陈晓")]


async def test_what_only_the_copy_knows_is_named_and_left(it):
    copy = ("reviews", "changes", "titles")
    unknown = "'01a00000-0000-7000-8000-000000000001'"
    await it.on(
        copy,
        f"INSERT INTO held_titles SELECT {unknown}, credit_code, 1, title, status, valid_to FROM held_titles LIMIT 1",
    )
    (found,) = await it.reconcile(copy)
    (difference,) = found["differences"]
    assert (difference["key"], difference["kind"]) == (unknown.strip("'"), "unknown")
    code, done = await it.resync(copy)
    assert (code, done["unknown"]) == (1, [unknown.strip("'")])
    await it.on(copy, f"DELETE FROM held_titles WHERE certification_id = {unknown}")


async def test_a_withdrawn_report_that_the_copy_still_has_open_is_ended(it):
    copy = ("changes", "notifier", "reports")
    ((withdrawn,),) = await execute(it.urls["changes"], "SELECT id FROM reports WHERE status = 'withdrawn'")
    this = f"WHERE id = '{withdrawn[0]}'"
    await it.on(copy, f"UPDATE reports SET standing = 'open', version = version - 1 {this}")
    (found,) = await it.reconcile(copy)
    assert [each["kind"] for each in found["differences"]] == ["unknown"]
    assert await it.resync(copy) == (0, found_of(found) | {"taken": 1, "newer": 0, "unknown": []})
    ((kept,),) = await it.on(copy, f"SELECT standing FROM reports {this}")
    assert kept[0] == "ended"


def found_of(found):
    return {name: found[name] for name in ("owner", "keeper", "what", "compared")}


async def test_news_on_its_way_is_no_difference(it):
    copy = ("profile", "reviews", "profiles")

    async def late(named):
        await it.on(copy, "UPDATE profile_copies SET name = name || '（旧）'")
        comparing = asyncio.ensure_future(copies._compare(named, 60))
        await asyncio.sleep(0)
        await it.on(copy, "UPDATE profile_copies SET name = replace(name, '（旧）', '')")
        return await comparing

    assert (await it.with_pair(copy, late)).differing == 0


async def test_an_old_snapshot_never_replaces_what_is_newer(it):
    copy = ("profile", "reviews", "profiles")

    async def overtaken(named):
        pair: Pair = named.pair
        (key, *_) = await pair.keys(None, None)
        async with pair.owner.work() as work:
            states = await pair.owned.states(work, [key])
        newer = f"WHERE credit_code = '{key}'"
        await it.on(copy, f"UPDATE profile_copies SET name = 'newer', version = version + 1 {newer}")
        async with pair.keeper.work() as work:
            await pair.copy.take(work, states)
        (kept,) = await it.on(copy, f"SELECT name FROM profile_copies {newer}")
        await it.on(copy, f"UPDATE profile_copies SET version = version - 1 {newer}")
        return kept[0][0]

    assert await it.with_pair(copy, overtaken) == "newer"
    assert (await it.resync(copy))[0] == 0


async def test_what_was_broken_off_goes_on_after_the_key_that_was_reached(it):
    copy = ("profile", "reviews", "profiles")
    await it.on(copy, "UPDATE profile_copies SET name = name || '（旧）'")
    (found,) = await it.reconcile(copy)
    keys = [each["key"] for each in found["differences"]]
    code, done = await it.resync(copy, "--after", keys[3])
    assert (code, done["compared"], done["taken"]) == (0, len(keys) - 4, len(keys) - 4)
    (found,) = await it.reconcile(copy)
    assert [each["key"] for each in found["differences"]] == keys[:4]
    await it.resync(copy)


async def test_pages_see_everything_once_whatever_their_size(it):
    copy = ("reviews", "notifier", "titles")

    async def by_pages(named):
        found = {}
        for size in (1, 7, 1000):
            pages = [page async for page in named.pair.pages(size=size)]
            found[size] = sum(page.owned for page in pages), sum(len(page.differences) for page in pages)
        return found

    await it.on(
        copy, "UPDATE certifications SET valid_to = valid_to + 1 WHERE id IN (SELECT id FROM certifications LIMIT 5)"
    )
    found = await it.with_pair(copy, by_pages)
    assert len(set(found.values())) == 1
    assert found[7][1] == 5
    await it.resync(copy)


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        (("resync", "notifier", "--to", "reviews", "--by", "陈晓"), "There is no such copy"),
        (("resync", "profile", "--to", "reviews", "--what", "titles", "--by", "陈晓"), "profile → reviews: profiles"),
        (("resync", "profile", "--to", "reviews"), "--by"),
        (("resync", "profile", "--to", "all", "--after", "9", "--by", "陈晓"), "--after"),
    ],
)
async def test_a_copy_that_there_is_not_is_refused_with_those_that_there_are(it, arguments, wrong):
    done = await it.peiyu("events", *arguments)
    assert done.code != 0
    assert wrong in done.wrong
