"""What a bus promises, whichever carries the events: at least once brought, each effect once, nothing lost."""

import asyncio
import json
from contextlib import AsyncExitStack

import pytest

from shared.contracts import ProfileRegistered
from shared.messaging import RabbitBus, Relay, encode
from shared.messaging.bus import Queued
from shared.messaging.envelope import new_event
from tests.conftest import eventually
from tests.integration.messaging.world import TAKER, Way, World, background, changed, firms, registered


async def test_an_event_goes_from_the_outbox_to_its_effect(world: World) -> None:
    async with world.running():
        await world.emit(*map(registered, firms(120)))
        await world.each_once(firms(120))
        await world.outbox_is_empty()
    assert await world.failed() == []


async def test_an_event_of_a_transaction_that_rolls_back_never_happened(world: World) -> None:
    async with world.running():
        with pytest.raises(RuntimeError, match="changed my mind"):
            async with world.sender.work() as work:
                work.emit(registered("never"), sequence=1)
                raise RuntimeError("changed my mind")
        await world.emit(registered("after"))
        await world.each_once(["after"])


async def test_what_a_handler_cannot_take_is_tried_again_and_has_its_effect_once(world: World) -> None:
    world.fails["F0003"] = 4
    async with world.running():
        await world.emit(*map(registered, firms(10)))
        await world.each_once(firms(10))

        async def none_kept() -> bool:
            return not await world.failed()

        await eventually(none_kept)
    assert world.fails["F0003"] == 0


async def test_one_message_that_fails_does_not_hold_up_the_others(world: World) -> None:
    world.fails["F0003"] = 10**6
    bus = world.new_bus()
    async with world.consuming(bus), world.relaying(bus):
        await world.emit(*map(registered, firms(10)))
        await world.each_once([firm for firm in firms(10) if firm != "F0003"])
        [kept] = await eventually(world.failed)
    assert (kept.state, kept.subject, kept.type, kept.attempts) == ("waiting", "F0003", "profile.registered.v1", 1)
    assert kept.error_kind == "RuntimeError"
    assert "138****8000" in kept.error


async def test_a_message_is_dead_after_its_last_try(world: World) -> None:
    world.fails["F0001"] = 10**6
    async with world.running(attempts=3):
        await world.emit(*map(registered, firms(3)))

        async def dead() -> bool:
            return [row.state for row in await world.failed()] == ["dead"]

        await eventually(dead)
        await world.each_once(["F0000", "F0002"])
    [kept] = await world.failed()
    assert kept.attempts == 3
    assert 10**6 - world.fails["F0001"] == 3 + 1  # in its batch, then alone, then two tries more


async def test_an_event_that_comes_twice_has_one_effect(world: World) -> None:
    async with world.sender.work() as work:
        event = new_event(registered("twice"), sequence=1, time=work.now(), traceparent=None)
    async with world.running():
        for _ in range(3):
            await world.put(event.type, encode(event))
        await world.each_once(["twice"])
        await world.outbox_is_empty()
        await world.put(event.type, encode(event))
        await world.emit(registered("after"))
        await world.outbox_is_empty()
        await world.each_once(["twice", "after"])
    assert await world.failed() == []


async def test_an_older_event_that_comes_later_arrives_and_the_taker_decides(world: World) -> None:
    async with world.running():
        await world.emit(registered("firm", version=2, name="新名"))
        await world.each_once(["firm"])
        await world.emit(registered("firm", version=1, name="旧名"))
        await world.each_once(["firm", "firm"])
    assert await world.copies() == {"firm": 2}


async def test_an_event_with_nowhere_to_go_stays_in_the_outbox_and_the_rest_flows(world: World) -> None:
    async with world.running():
        await world.emit(*map(registered, firms(5)), changed("nowhere"), *map(registered, firms(5, "G")))
        await world.each_once(firms(5) + firms(5, "G"))

        async def one_is_refused() -> bool:
            return [row.last_error is not None for row in await world.outbox()] == [True]

        await eventually(one_is_refused)
    [kept] = await world.outbox()
    assert kept.type == "profile.changed.v1"
    assert kept.type in kept.last_error
    assert kept.attempts >= 1


UNREADABLE = [
    b"\xff\xfe no JSON at all",
    b"[]",
    b'{"specversion": "1.0"}',
]


async def test_what_nobody_can_read_is_dead_at_once_and_the_rest_flows(world: World) -> None:
    async with world.sender.work() as work:
        good = json.loads(encode(new_event(registered("good"), sequence=1, time=work.now(), traceparent=None)))
    bodies = [
        *UNREADABLE,
        *(
            json.dumps(good | defect).encode()
            for defect in (
                {"type": "profile.unheard_of.v1"},
                {"type": "profile.registered.v2"},
                {"type": "profile\0.registered.v1"},
                {"subject": "nul\0"},
                {"specversion": "0.3\0"},
                {"sequence": "first"},
                {"data": {"credit_code": "F0001"}},
                {"type": "eligibility.revoked.v1"},
            )
        ),
    ]
    async with world.running():
        for body in bodies:
            await world.put(ProfileRegistered.type, body)
        await world.emit(*map(registered, firms(5)))
        await world.each_once(firms(5))
        await world.outbox_is_empty()

        async def all_dead() -> bool:
            return [row.state for row in await world.failed()] == ["dead"] * len(bodies)

        await eventually(all_dead)
    assert sorted(bytes(row.body) for row in await world.failed()) == sorted(bodies)
    assert {row.error_kind for row in await world.failed()} == {"Unreadable"}


async def test_an_event_that_its_taker_has_no_handler_for_is_dead_at_once(world: World) -> None:
    async with world.sender.work() as work:
        event = new_event(changed("unhandled"), sequence=1, time=work.now(), traceparent=None)
    async with world.running():
        await world.put(ProfileRegistered.type, encode(event))
        await world.emit(registered("good"))
        await world.each_once(["good"])
        [kept] = await eventually(world.failed)
    assert (kept.state, kept.subject) == ("dead", "unhandled")
    assert kept.event_id == event.id


@pytest.mark.parametrize(
    "poison",
    [registered("poison", name="a\0b"), registered("poison", version=2**40)],
    ids=["text that PostgreSQL cannot keep", "a number that is too large"],
)
async def test_data_that_the_database_refuses_harms_no_other_message(world: World, poison: ProfileRegistered) -> None:
    async with world.running(attempts=2):
        await world.emit(registered("before"), poison, registered("after"))
        await world.each_once(["before", "after"])

        async def dead() -> bool:
            return [row.state for row in await world.failed()] == ["dead"]

        await eventually(dead)


async def test_a_consumer_that_stops_in_the_middle_loses_and_repeats_nothing(world: World) -> None:
    everyone = firms(300)
    bus = world.new_bus()
    async with world.relaying(bus, batch=20):
        await world.emit(*map(registered, everyone))
        for _ in range(3):
            world.hold_after(35)
            async with world.consuming(bus):
                await world.held()
                world.gate.set()
        assert 100 < len(await world.effects()) < 300
        async with world.consuming(bus):
            await world.each_once(everyone)
            await world.outbox_is_empty()


async def test_a_crash_in_the_middle_loses_and_repeats_nothing(world: World) -> None:
    everyone = firms(300)
    await world.emit(*map(registered, everyone))
    for _ in range(3):
        world.hold_after(45)
        bus = world.new_bus()
        crashing = [
            asyncio.ensure_future(bus.consume(world.consumer(), asyncio.Event())),
            asyncio.ensure_future(Relay("profile", world.sender.database, bus, batch=20).run(asyncio.Event())),
        ]
        await world.held()
        for task in crashing:
            task.cancel()
        await asyncio.wait(crashing)
    assert 0 < len(await world.effects()) < 300
    world.gate.set()
    bus = world.new_bus()
    async with world.consuming(bus), world.relaying(bus):
        await world.each_once(everyone)
        await world.outbox_is_empty()


async def test_what_is_brought_again_after_its_effect_has_no_second_one(world: World) -> None:
    consumer = world.consumer(lost_confirmations=2)
    bus = world.new_bus()
    async with world.consuming(bus, consumer), world.relaying(bus):
        await world.emit(*map(registered, firms(30)))
        await world.each_once(firms(30))
        await world.outbox_is_empty()

        async def brought_again() -> bool:
            return len(consumer.deliveries) > 2

        await eventually(brought_again)
    assert sum(consumer.deliveries) > 30
    await world.each_once(firms(30))


async def test_replicas_share_the_work_and_each_effect_happens_once(world: World) -> None:
    everyone = firms(200)
    there: set[str] = set()
    both = asyncio.Event()

    async def until_both_work(replica: str) -> None:
        there.add(replica)
        if len(there) == 2:
            both.set()
        await asyncio.wait_for(both.wait(), 20)

    world.before = until_both_work
    other = world.new_taker()
    bus = world.new_bus()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(other.database.close)
        await stack.enter_async_context(world.consuming(bus, world.consumer("one")))
        await stack.enter_async_context(world.consuming(bus, world.consumer("two", other)))
        await stack.enter_async_context(world.relaying(bus, batch=20))
        await stack.enter_async_context(world.relaying(bus, batch=20))
        await world.emit(*map(registered, everyone))
        await world.each_once(everyone)
    assert set(await world.effects_by_replica()) == {"one", "two"}


async def test_replicas_that_get_the_same_events_have_each_effect_once(world: World) -> None:
    async with world.sender.work() as work:
        bodies = [
            encode(new_event(registered(firm), sequence=1, time=work.now(), traceparent=None)) for firm in firms(40)
        ]
    one, two = world.consumer("one"), world.consumer("two")
    await asyncio.gather(one.receive(bodies), two.receive(bodies[::-1]), one.receive(bodies[20:] + bodies[:20]))
    await world.each_once(firms(40))


async def test_while_its_database_is_down_a_consumer_waits_and_loses_nothing(world: World) -> None:
    way = Way(world.taker_url)
    await way.open()
    backend = world.new_taker(way.url)
    consumer = world.consumer(backend=backend)
    bus = world.new_bus()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(way.close)
        stack.push_async_callback(backend.database.close)
        await stack.enter_async_context(world.consuming(bus, consumer))
        await stack.enter_async_context(world.relaying(bus))
        await world.emit(*map(registered, firms(30)))
        await world.each_once(firms(30))
        await way.close()
        before = len(consumer.deliveries)
        await world.emit(*map(registered, firms(50, "G")))

        async def tried_twice() -> bool:
            return len(consumer.deliveries) >= before + 2

        await eventually(tried_twice)
        assert len(await world.effects()) == 30
        await way.open()
        await world.each_once(firms(30) + firms(50, "G"))
    assert await world.failed() == []


async def test_a_consumer_whose_database_is_down_can_be_stopped(world: World) -> None:
    way = Way(world.taker_url)
    await way.open()
    backend = world.new_taker(way.url)
    await way.close()
    consumer = world.consumer(backend=backend)
    bus = world.new_bus()
    async with world.relaying(bus):
        async with background(lambda stopping: bus.consume(consumer, stopping)):
            await world.emit(*map(registered, firms(10)))

            async def tried() -> bool:
                return bool(consumer.deliveries)

            await eventually(tried)
        async with world.consuming(bus):
            await world.each_once(firms(10))
    await backend.database.close()


async def test_a_bus_says_whether_events_flow(world: World) -> None:
    async with world.running() as bus:
        assert await bus.connected()


async def test_what_waits_for_a_consumer_is_told_where_the_bus_keeps_it(rabbit_world: World) -> None:
    bus = rabbit_world.new_bus()
    async with rabbit_world.relaying(bus):
        await rabbit_world.emit(*map(registered, firms(7)))
        await rabbit_world.outbox_is_empty()

    async def seven() -> bool:
        return await bus.queued(TAKER) == Queued(events=7, takers=0)

    await eventually(seven)
    async with rabbit_world.consuming(bus):
        await rabbit_world.each_once(firms(7))
        assert await bus.queued(TAKER) == Queued(events=0, takers=1)
    assert await bus.queued("nobody") is None
    assert await bus.queued(TAKER) is not None


async def test_the_embedded_bus_keeps_nothing_itself(embedded_world: World) -> None:
    assert await embedded_world.new_bus().queued(TAKER) is None


async def test_a_broker_that_does_not_answer_tells_nothing() -> None:
    bus = RabbitBus("amqp://guest:guest@127.0.0.1:1/")
    assert await bus.queued(TAKER) is None
