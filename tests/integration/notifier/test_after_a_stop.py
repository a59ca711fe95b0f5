"""What happened while the notifier was stopped is heard before anybody is reminded."""

import asyncio
from contextlib import AsyncExitStack
from uuid import uuid4

from shared.messaging import Outgoing, RabbitBus
from shared.messaging.envelope import decode
from tests.conftest import eventually
from tests.integration.notifier.conftest import Firm


async def test_who_updated_while_the_notifier_was_stopped_is_not_reminded_of_it(notifier, broker):
    late, *timely = [Firm() for _ in range(61)]
    vhost = await asyncio.to_thread(broker.new_vhost)
    async with AsyncExitStack() as stack:
        bus = RabbitBus(vhost, exchange=f"events-{uuid4()}", batch=4)
        stack.push_async_callback(bus.close)
        it = await stack.enter_async_context(notifier("2026-04-22T10:00", bus=bus, sweep_interval=0.05))
        await it.hear(*(told for firm in (late, *timely) for told in (firm.registered(), firm.granted())))
        it.move("2026-04-30T10:00")
        updates = [it.event(firm.updated("2026-04-29T10:00")) for firm in timely]
        await bus.publish([Outgoing(event.id, event.type, body) for body in updates for event in (decode(body),)])
        async with it.app.router.lifespan_context(it.app):

            async def everything_is_sent():
                return await it.rows("SELECT count(*) FROM messages WHERE audience = 'firm' AND state = 'sent'") == [
                    (61,)
                ]

            await eventually(everything_is_sent)
        reminded = await it.rows(
            "SELECT credit_code, stage FROM messages WHERE kind = 'update_due' AND audience = 'firm' AND state = 'sent'"
        )
        assert reminded == [(late.code, "0")]
