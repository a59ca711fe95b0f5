"""A detour between exchange and queues: every event comes late, in another order, and twice."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractExchange, AbstractIncomingMessage, AbstractQueue

from shared.contracts.subscriptions import SUBSCRIPTIONS
from tests.conftest import eventually


class Detour:
    """Takes what is published for a service and brings it to the service's queue twice, each at a random moment."""

    def __init__(self, channel: AbstractChannel, longest: float, chance: random.Random) -> None:
        self.carried = 0
        self._channel = channel
        self._longest = longest
        self._chance = chance
        self._under_way: set[asyncio.Task[None]] = set()

    async def open(self, service: str, exchange: AbstractExchange) -> AbstractQueue:
        """Lead the events of a service away; the queue in which they come here."""
        detour = await self._channel.declare_queue(f"detour.{service}", durable=True)
        queue = await self._channel.get_queue(f"peiyu.{service}")
        for type_ in SUBSCRIPTIONS[service]:
            await detour.bind(exchange, type_)
            await queue.unbind(exchange, type_)

        async def take(message: AbstractIncomingMessage) -> None:
            task = asyncio.create_task(self._carry(message, queue.name))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

        await detour.consume(take)
        return detour

    async def close(self, service: str, exchange: AbstractExchange, detour: AbstractQueue) -> None:
        """Let the events of a service go straight again, and bring what is under way."""
        queue = await self._channel.get_queue(f"peiyu.{service}")
        for type_ in SUBSCRIPTIONS[service]:
            await queue.bind(exchange, type_)
            await detour.unbind(exchange, type_)

        async def nothing_waits() -> bool:
            there = await self._channel.declare_queue(detour.name, passive=True)
            return there.declaration_result.message_count == 0 and not self._under_way

        await eventually(nothing_waits, within=60)
        await detour.delete(if_unused=False)

    async def _carry(self, message: AbstractIncomingMessage, queue: str) -> None:
        copy = aio_pika.Message(
            message.body,
            content_type=message.content_type,
            message_id=message.message_id,
            type=message.type,
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        )
        first, second = sorted(self._chance.uniform(0, self._longest) for _ in range(2))
        await asyncio.sleep(first)
        await self._channel.default_exchange.publish(copy, queue)
        await asyncio.sleep(second - first)
        await self._channel.default_exchange.publish(copy, queue)
        await message.ack()
        self.carried += 1


@asynccontextmanager
async def detour(amqp_url: str, longest: float, chance: random.Random) -> AsyncIterator[Detour]:
    """Let every event for every service make a detour of so many seconds at most, for the length of the block."""
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        exchange = await channel.get_exchange("peiyu.events")
        it = Detour(channel, longest, chance)
        opened = {service: await it.open(service, exchange) for service in SUBSCRIPTIONS}
        try:
            yield it
        finally:
            for service, queue in opened.items():
                await it.close(service, exchange, queue)
