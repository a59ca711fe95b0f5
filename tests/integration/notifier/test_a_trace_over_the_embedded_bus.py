"""In one process too, over the embedded bus, a trace leads from the request to the mail."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from services.notifier.delivery import Deliverer
from shared.messaging import EmbeddedBus
from shared.runtime.tracing import keep_spans
from tests.integration.notifier.conftest import instant
from tests.integration.profile.conftest import FIRM, registration, submission

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture
def kept():
    exporter = InMemorySpanExporter()
    end = keep_spans("platform", SimpleSpanProcessor(exporter))
    yield exporter.get_finished_spans
    end()


async def test_a_request_and_the_mail_that_it_caused_are_one_trace(start_service, notifier, authorization, mail, kept):
    bus, stopping = EmbeddedBus(), asyncio.Event()
    async with AsyncExitStack() as stack:
        telling = await stack.enter_async_context(notifier(bus=bus))
        profile, *others = [
            await stack.enter_async_context(start_service(name, bus=bus)) for name in ("profile", "changes", "reviews")
        ]
        for each in (telling, profile, *others):
            each.clock.move(instant("2026-04-20T10:00"))
        consumers = [each.service.consumer for each in (telling, profile, *others)]
        taking = [asyncio.create_task(bus.consume(each, stopping)) for each in consumers]
        await asyncio.gather(*(each.caught_up.wait() for each in consumers))
        for path, body, trace in (("", registration(), "1" * 32), (f"/{FIRM}/updates", submission(), TRACE)):
            headers = authorization(f"firm:{FIRM}") if path else authorization("bureau")
            headers |= {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
            answer = await profile.http.post(f"/api/v1/enterprises{path}", json=body, headers=headers)
            assert answer.status_code == 201, answer.text
            assert await profile.service.relay.relay_batch() == 1
        await Deliverer(telling.backend, telling.service.settings).round()
        stopping.set()
        await asyncio.gather(*taking)
    assert len(mail.messages) == 1
    spans = {span.context.span_id: span for span in kept() if f"{span.context.trace_id:032x}" == TRACE}
    (sent,) = [span for span in spans.values() if span.name == "send mail"]
    way = [sent]
    while (above := way[-1].parent.span_id) in spans:
        way.append(spans[above])
    assert [span.name for span in way] == [
        "send mail",
        "write mail",
        "transaction",
        "process peiyu.notifier",
        "transaction",
        "POST /api/v1/enterprises/{credit_code}/updates",
    ]
    assert {"publish peiyu.events", "process peiyu.changes", "process peiyu.reviews"} <= {
        s.name for s in spans.values()
    }
