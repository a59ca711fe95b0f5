"""What the shipped definitions let each service do at the broker, and what the broker refuses."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel
from aiormq.exceptions import AMQPError, ChannelAccessRefused

from shared.contracts import EVENT_TYPES
from shared.contracts.subscriptions import SUBSCRIPTIONS
from shared.messaging import BusUnavailable, Outgoing, RabbitBus
from tests.infrastructure.brokers import Broker

SHIPPED = Path(__file__).parents[3] / "deploy" / "rabbitmq" / "definitions.json"
PASSWORD = "of the test"
EXCHANGE = "peiyu.events"
PRODUCED = {data.producer: type_ for type_, data in EVENT_TYPES.items()}
UrlOf = Callable[[str], str]


@pytest.fixture(scope="module")
def url_of(broker: Broker) -> UrlOf:
    """`url_of("reviews")` is that user's way to a virtual host with the shipped permissions and policies."""
    address = urlsplit(broker.new_vhost())
    vhost = address.path.lstrip("/")
    definitions = json.loads(SHIPPED.read_text(encoding="utf-8"))
    del definitions["vhosts"]
    users = [
        {"name": f"{vhost}-{each['user']}", "password": PASSWORD, "tags": []} for each in definitions["permissions"]
    ]
    for entry in (entry for entries in definitions.values() for entry in entries):
        entry["vhost"] = vhost
        if "user" in entry:
            entry["user"] = f"{vhost}-{entry['user']}"
    broker.define({"users": users, **definitions})

    def url(user: str) -> str:
        return f"amqp://{vhost}-{user}:{PASSWORD.replace(' ', '%20')}@{address.hostname}:{address.port}/{vhost}"

    return url


@pytest.fixture(scope="module")
def declared(url_of: UrlOf) -> UrlOf:
    """`url_of` once the topology is there."""

    async def declare() -> None:
        bus = RabbitBus(url_of("topology"))
        await bus.declare()
        await bus.close()

    asyncio.run(declare())
    return url_of


@asynccontextmanager
async def channel_of(url: str) -> AsyncIterator[AbstractChannel]:
    async with await aio_pika.connect(url) as connection, connection.channel(on_return_raises=True) as channel:
        yield channel


async def ignore(_: object) -> None:
    """What a consumer does whose messages do not matter."""


def event(type_: str) -> Outgoing:
    return Outgoing(uuid.uuid4(), type_, b"{}")


async def test_while_the_topology_is_missing_a_service_waits_for_it(broker: Broker, url_of: UrlOf) -> None:
    bus = RabbitBus(broker.new_vhost(), declares=False)
    with pytest.raises(BusUnavailable, match="NOT_FOUND"):
        await bus.publish([event("profile.updated.v1")])
    assert not await bus.connected()
    await bus.close()


@pytest.mark.parametrize("service", SUBSCRIPTIONS)
async def test_a_service_publishes_what_it_makes_and_takes_what_is_its_own(declared: UrlOf, service: str) -> None:
    bus = RabbitBus(declared(service), declares=False)
    assert await bus.connected()
    if service in PRODUCED:
        assert await bus.publish([event(PRODUCED[service])]) == [None]
    await bus.close()
    async with channel_of(declared(service)) as channel:
        queue = await channel.declare_queue(f"peiyu.{service}", passive=True)
        await queue.consume(ignore)


async def publish_as_another(channel: AbstractChannel) -> None:
    exchange = await channel.get_exchange(EXCHANGE)
    await exchange.publish(aio_pika.Message(b"{}"), routing_key="change.decided.v1")


async def publish_to_a_queue(channel: AbstractChannel) -> None:
    await channel.default_exchange.publish(aio_pika.Message(b"{}"), routing_key="peiyu.changes")


async def take_from_another(channel: AbstractChannel) -> None:
    queue = await channel.get_queue("peiyu.changes")
    await queue.get(fail=False)


async def listen_to_another(channel: AbstractChannel) -> None:
    queue = await channel.get_queue("peiyu.changes")
    await queue.consume(ignore)


async def empty_another(channel: AbstractChannel) -> None:
    await (await channel.get_queue("peiyu.changes")).purge()


async def unbind_another(channel: AbstractChannel) -> None:
    queue = await channel.get_queue("peiyu.changes")
    await queue.unbind(EXCHANGE, "profile.updated.v1")


async def delete_another(channel: AbstractChannel) -> None:
    await channel.queue_delete("peiyu.changes")


async def delete_the_exchange(channel: AbstractChannel) -> None:
    await channel.exchange_delete(EXCHANGE)


async def open_a_queue_to_listen(channel: AbstractChannel) -> None:
    await channel.declare_queue("peiyu.ear", durable=True)


async def hear_everything_in_ones_own_queue(channel: AbstractChannel) -> None:
    queue = await channel.get_queue("peiyu.profile")
    await queue.bind(EXCHANGE, "#")


@pytest.mark.parametrize(
    "deed",
    [
        publish_as_another,
        publish_to_a_queue,
        take_from_another,
        listen_to_another,
        empty_another,
        unbind_another,
        delete_another,
        delete_the_exchange,
        open_a_queue_to_listen,
        hear_everything_in_ones_own_queue,
    ],
    ids=lambda deed: deed.__name__,
)
async def test_a_service_is_refused_what_is_not_its_own(
    declared: UrlOf, deed: Callable[[AbstractChannel], object]
) -> None:
    async with channel_of(declared("profile")) as channel:
        with pytest.raises(ChannelAccessRefused):
            await deed(channel)  # type: ignore[misc]


async def test_a_service_that_makes_no_events_publishes_none(declared: UrlOf) -> None:
    assert "notifier" not in PRODUCED
    async with channel_of(declared("notifier")) as channel:
        with pytest.raises(ChannelAccessRefused):
            await publish_as_another(channel)


async def test_who_declares_the_topology_reads_no_event(declared: UrlOf) -> None:
    async with channel_of(declared("topology")) as channel:
        with pytest.raises(ChannelAccessRefused):
            await take_from_another(channel)


async def test_a_service_reaches_no_other_virtual_host(broker: Broker, declared: UrlOf) -> None:
    elsewhere = urlsplit(broker.new_vhost()).path
    with pytest.raises(AMQPError):
        await aio_pika.connect(urlsplit(declared("profile"))._replace(path=elsewhere).geturl())
