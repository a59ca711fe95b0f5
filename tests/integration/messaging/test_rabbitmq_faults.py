"""What may happen to a broker: killed, cut, tidied up by somebody."""

import asyncio
from urllib.parse import urlsplit

import aio_pika

from shared.messaging import RabbitBus
from shared.messaging.rabbitmq import CONNECT_TIMEOUT
from tests.conftest import eventually
from tests.infrastructure.brokers import Broker
from tests.infrastructure.relay import TcpRelay
from tests.integration.messaging.world import World, firms, registered


async def test_a_broker_killed_in_the_middle_loses_nothing_it_confirmed(rabbit_world: World, broker: Broker) -> None:
    world = rabbit_world
    publishing, taking = world.new_bus(), world.new_bus()
    async with world.relaying(publishing):
        await world.emit(*map(registered, firms(100)))
        await world.outbox_is_empty()
        world.hold_after(30)
        async with world.consuming(taking):
            await world.held()
            await asyncio.to_thread(broker.stop)
            world.gate.set()
            await world.emit(*map(registered, firms(100, "G")))
            assert not await publishing.connected()
            assert len(await world.outbox()) == 100
            await asyncio.to_thread(broker.start)
            await world.each_once(firms(100) + firms(100, "G"), within=60)
            await world.outbox_is_empty()
            assert await publishing.connected()
    assert await world.failed() == []


async def test_connections_that_are_cut_come_back(rabbit_world: World, broker: Broker) -> None:
    world = rabbit_world
    publishing, taking = world.new_bus(), world.new_bus()
    async with world.relaying(publishing), world.consuming(taking):
        await world.emit(*map(registered, firms(50)))
        await world.each_once(firms(50))
        await asyncio.to_thread(broker.close_connections)
        await world.emit(*map(registered, firms(50, "G")))
        await world.each_once(firms(50) + firms(50, "G"))


async def test_that_a_broker_is_silent_is_said_before_a_connection_would_be_given_up(vhost: str) -> None:
    address = urlsplit(vhost)
    relay = TcpRelay(str(address.hostname), address.port or 5672)
    bus = RabbitBus(vhost.replace(address.netloc, address.netloc.replace(str(address.port), str(relay.port))))
    try:
        relay.stall()
        async with asyncio.timeout(CONNECT_TIMEOUT / 2):
            assert not await bus.connected()
        relay.resume()
        await eventually(bus.connected)
    finally:
        await bus.close()
        relay.shutdown()


async def test_a_queue_that_somebody_deleted_is_declared_again(
    rabbit_world: World, vhost: str, queue_prefix: str
) -> None:
    world = rabbit_world
    publishing, taking = world.new_bus(), world.new_bus()
    async with world.relaying(publishing):
        await world.emit(registered("before"))
        await world.outbox_is_empty()
        await _delete_queue(vhost, f"{queue_prefix}.changes")
        await world.emit(*map(registered, firms(20)))
        await world.outbox_is_empty()
        async with world.consuming(taking):
            await world.each_once(firms(20))


async def test_a_consumer_whose_queue_somebody_deleted_takes_from_the_new_one(
    rabbit_world: World, vhost: str, queue_prefix: str
) -> None:
    world = rabbit_world
    publishing, taking = world.new_bus(), world.new_bus()
    async with world.relaying(publishing), world.consuming(taking):
        await world.emit(registered("before"))
        await world.each_once(["before"])
        await _delete_queue(vhost, f"{queue_prefix}.changes")
        await world.emit(*map(registered, firms(20)))
        await world.each_once(["before", *firms(20)])


async def test_an_event_waits_for_a_consumer_that_never_ran_before(rabbit_world: World) -> None:
    world = rabbit_world
    async with world.relaying(world.new_bus()):
        await world.emit(registered("early"))
        await world.outbox_is_empty()
    async with world.consuming(world.new_bus()):
        await world.each_once(["early"])


async def _delete_queue(url: str, name: str) -> None:
    async with await aio_pika.connect(url, timeout=10) as connection:
        channel = await connection.channel()
        await channel.queue_delete(name)
