"""The bus between processes: RabbitMQ 3.10 to 4.x.

Topology: a durable topic exchange `peiyu.events`, one durable quorum queue `peiyu.<service>` per consuming service,
bound to what it handles; replicas compete on it. What may change later (length limits, delivery limits) belongs in
policies, because the arguments of a queue can not be changed. A bus that may not declare it looks that it is there, and
is unavailable while a part is missing.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange, AbstractIncomingMessage
from aio_pika.exceptions import AMQPError, ChannelInvalidStateError, PublishError

from shared.contracts.subscriptions import SUBSCRIPTIONS
from shared.messaging.bus import BusUnavailable, Outgoing, Queued, Undeliverable
from shared.messaging.consumer import Consumer, pause_while_down
from shared.messaging.envelope import CONTENT_TYPE
from shared.runtime.database import database_is_down
from shared.runtime.logs import logger

LOST = (AMQPError, ChannelInvalidStateError, OSError, TimeoutError, asyncio.InvalidStateError)
CONFIRM_TIMEOUT = 15.0
CONNECT_TIMEOUT = 10.0
LOOK_TIMEOUT = 1.0
"""The longest that a probe waits: one that waited for a connection to be given up would itself be given up."""
HEARTBEAT = 15
REDECLARE_AFTER = 1.0
LONGEST_WAIT = 5.0
LOOK_AGAIN = 0.1


class RabbitBus:
    """Events over RabbitMQ, published with confirms, raising what has nowhere to go."""

    def __init__(
        self,
        url: str,
        *,
        exchange: str = "peiyu.events",
        queue_prefix: str = "peiyu",
        batch: int = 200,
        linger: float = 0.005,
        declares: bool = True,
    ) -> None:
        self._url = url
        self._passive = not declares
        self._exchange_name = exchange
        self._queue_prefix = queue_prefix
        self._batch = batch
        self._linger = linger
        self._publishing: tuple[AbstractConnection, AbstractChannel, AbstractExchange] | None = None
        self._connecting = asyncio.Lock()
        self._looking: asyncio.Task[bool] | None = None
        self._log = logger(__name__)

    async def publish(self, events: Sequence[Outgoing]) -> list[Undeliverable | None]:
        try:
            return await self._publish(events)
        except LOST as error:
            await self._forget()
            raise BusUnavailable(f"RabbitMQ: {type(error).__name__} {error}") from error

    async def _publish(self, events: Sequence[Outgoing]) -> list[Undeliverable | None]:
        async with asyncio.timeout(CONNECT_TIMEOUT):
            channel, exchange = await self._channel()
        async with asyncio.timeout(CONFIRM_TIMEOUT):
            results = list(await asyncio.gather(*(self._publish_one(exchange, event) for event in events)))
        if returned := [place for place, result in enumerate(results) if result is not None]:
            # A queue may have been deleted since this connection declared it. The broker needs a moment to tell its
            # consumers: to those of a quorum queue that is declared again at once it says and brings nothing more.
            await asyncio.sleep(REDECLARE_AFTER)
            async with asyncio.timeout(CONFIRM_TIMEOUT):
                await self._declare(channel)
                again = await asyncio.gather(*(self._publish_one(exchange, events[place]) for place in returned))
            for place, result in zip(returned, again, strict=True):
                results[place] = result
        return results

    async def _publish_one(self, exchange: AbstractExchange, event: Outgoing) -> Undeliverable | None:
        message = aio_pika.Message(
            event.body,
            content_type=CONTENT_TYPE,
            message_id=str(event.id),
            type=event.type,
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        )
        try:
            await exchange.publish(message, routing_key=event.type, mandatory=True)
        except PublishError:
            return Undeliverable(f"no queue takes {event.type}")
        return None

    async def _channel(self) -> tuple[AbstractChannel, AbstractExchange]:
        async with self._connecting:
            if self._publishing is None or self._publishing[0].is_closed:
                connection = await self._connect()
                try:
                    channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
                    self._publishing = (connection, channel, await self._declare(channel))
                except BaseException:
                    await connection.close()
                    raise
            return self._publishing[1:]

    async def _connect(self) -> AbstractConnection:
        return await aio_pika.connect(self._url, timeout=CONNECT_TIMEOUT, heartbeat=HEARTBEAT)

    async def _declare(self, channel: AbstractChannel) -> AbstractExchange:
        """The whole topology, declared or found to be there, so that nothing is lost before a consumer first runs."""
        exchange = await channel.declare_exchange(
            self._exchange_name, aio_pika.ExchangeType.TOPIC, durable=True, passive=self._passive
        )
        for service, types in SUBSCRIPTIONS.items():
            queue = await channel.declare_queue(
                f"{self._queue_prefix}.{service}",
                durable=True,
                passive=self._passive,
                arguments={"x-queue-type": "quorum"},
            )
            for type_ in () if self._passive else sorted(types):
                await queue.bind(exchange, routing_key=type_)
        return exchange

    async def _forget(self) -> None:
        if self._publishing is not None:
            connection, self._publishing = self._publishing[0], None
            with suppress(*LOST):
                await connection.close()

    async def consume(self, consumer: Consumer, stopping: asyncio.Event) -> None:
        wait = 0.1
        while not stopping.is_set():
            try:
                await self._consume_until_lost(consumer, stopping)
                wait = 0.1
            except LOST as error:
                self._log.warning("connection lost", consumer=consumer.name, wait=wait, error=str(error))
                with suppress(TimeoutError):
                    await asyncio.wait_for(stopping.wait(), wait)
                wait = min(wait * 2, LONGEST_WAIT)

    async def _consume_until_lost(self, consumer: Consumer, stopping: asyncio.Event) -> None:
        connection = await self._connect()
        try:
            channel = await connection.channel(publisher_confirms=False)
            await self._declare(channel)
            await channel.set_qos(prefetch_count=self._batch * 2)
            queue = await channel.declare_queue(f"{self._queue_prefix}.{consumer.name}", passive=True)
            arrived: asyncio.Queue[AbstractIncomingMessage | None] = asyncio.Queue()
            lost = asyncio.Event()

            def end(*_: object) -> None:
                lost.set()
                arrived.put_nowait(None)

            channel.close_callbacks.add(end)
            # The broker says so when the queue was deleted; the next connection declares it again.
            (await channel.get_underlay_channel()).on_consumer_cancel_callbacks.add(end)
            connection.close_callbacks.add(end)
            tag = await queue.consume(arrived.put)
            at_rest = asyncio.Event()
            beside = [
                asyncio.ensure_future(self._stop_consuming(queue, tag, stopping, end)),
                asyncio.ensure_future(self._watch_it_catch_up(channel, consumer, arrived, at_rest)),
            ]
            try:
                while not (lost.is_set() or stopping.is_set()):
                    at_rest.set()
                    batch = await self._collect(arrived)
                    at_rest.clear()
                    if batch:
                        await self._hand_over(consumer, batch, lost)
            finally:
                for task in beside:
                    task.cancel()
                    with suppress(asyncio.CancelledError, *LOST):
                        await task
            if lost.is_set() and not stopping.is_set():
                raise ConnectionError("the channel was closed")
        finally:
            with suppress(*LOST):
                await connection.close()

    @staticmethod
    async def _stop_consuming(
        queue: aio_pika.abc.AbstractQueue, tag: str, stopping: asyncio.Event, end: Callable[[], None]
    ) -> None:
        await stopping.wait()
        with suppress(*LOST):
            await queue.cancel(tag)
        end()

    async def _watch_it_catch_up(
        self,
        channel: AbstractChannel,
        consumer: Consumer,
        arrived: asyncio.Queue[AbstractIncomingMessage | None],
        at_rest: asyncio.Event,
    ) -> None:
        """Tell the consumer once nothing waits in its queue and it has nothing in hand, at two looks in a row."""
        quiet = 0
        while quiet < 2 and not consumer.caught_up.is_set():
            queue = await channel.declare_queue(f"{self._queue_prefix}.{consumer.name}", passive=True)
            nothing = queue.declaration_result.message_count == 0 and arrived.empty() and at_rest.is_set()
            quiet = quiet + 1 if nothing else 0
            await asyncio.sleep(LOOK_AGAIN)
        consumer.caught_up.set()

    async def _collect(self, arrived: asyncio.Queue[AbstractIncomingMessage | None]) -> list[AbstractIncomingMessage]:
        """What has arrived, up to the batch's size, waiting a few milliseconds for more once there is one."""
        if (first := await arrived.get()) is None:
            return []
        batch = [first]
        with suppress(TimeoutError):
            async with asyncio.timeout(self._linger):
                while len(batch) < self._batch:
                    message = arrived.get_nowait() if not arrived.empty() else await arrived.get()
                    if message is None:
                        break
                    batch.append(message)
        return batch

    async def _hand_over(self, consumer: Consumer, batch: list[AbstractIncomingMessage], lost: asyncio.Event) -> None:
        wait = 0.2
        while not lost.is_set():
            try:
                await consumer.receive([message.body for message in batch])
            except Exception as error:
                if not database_is_down(error):
                    raise
                wait = await pause_while_down(error, wait)
            else:
                await batch[-1].ack(multiple=True)
                return

    async def declare(self) -> None:
        """Declare the topology, or look that it is there. Raises `BusUnavailable`."""
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT):
                await self._channel()
        except LOST as error:
            raise BusUnavailable(f"RabbitMQ: {type(error).__name__} {error}") from error

    async def connected(self) -> bool:
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        await asyncio.wait([self._looking], timeout=LOOK_TIMEOUT)
        return self._looking.done() and self._looking.result()

    async def _look(self) -> bool:
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT):
                channel, _ = await self._channel()
                return not channel.is_closed
        except LOST:
            return False

    async def queued(self, consumer: str) -> Queued | None:
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT):
                await self._channel()
                connection = self._publishing[0] if self._publishing else await self._connect()
                asking = await connection.channel(publisher_confirms=False)
                try:
                    found = await asking.declare_queue(f"{self._queue_prefix}.{consumer}", passive=True)
                finally:
                    await asking.close()
        except LOST:
            return None
        told = found.declaration_result
        return Queued(told.message_count or 0, told.consumer_count or 0)

    async def close(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
        await self._forget()
