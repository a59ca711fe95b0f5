"""Spans: of one trace across what is handed on, one for a batch, none where nobody collects them."""

import subprocess
import sys

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from shared.messaging.spans import publishing
from shared.runtime.service import Sweep
from shared.runtime.tracing import batch, beginning, keep_spans, part, trace_id, traceparent, within

OUTSIDE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
OTHER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
NOT_TRACED = "00-0af7651916cd43dd8448eb211c80319d-b7ad6b7169203331-00"


@pytest.fixture
def kept():
    exporter = InMemorySpanExporter()
    end = keep_spans("test", SimpleSpanProcessor(exporter))
    yield lambda: {span.name: span for span in exporter.get_finished_spans()}
    end()


def ids(span):
    return f"{span.context.trace_id:032x}", f"{span.context.span_id:016x}"


def test_work_is_part_of_the_trace_that_asked_for_it(kept):
    with beginning("request", SpanKind.SERVER, OUTSIDE) as request:
        assert traceparent.get() == request.context
        with part("transaction"):
            inner = traceparent.get()
        assert traceparent.get() == request.context
    assert traceparent.get() is None
    spans = kept()
    assert f"{spans['request'].parent.span_id:016x}" == "00f067aa0ba902b7"
    assert spans["transaction"].parent.span_id == spans["request"].context.span_id
    assert ids(spans["transaction"]) == tuple(inner.split("-")[1:3])
    assert {ids(span)[0] for span in spans.values()} == {trace_id(OUTSIDE)}


def test_a_batch_is_one_span_in_the_first_trace_with_a_link_to_each_other_one(kept):
    with batch("process", SpanKind.CONSUMER, lambda: [None, NOT_TRACED, OUTSIDE, OTHER, OUTSIDE], {"n": 5}) as span:
        assert trace_id(span.context) == trace_id(OUTSIDE)
        assert within(OUTSIDE) == span.context
        assert within(OTHER) == OTHER
        assert trace_id(within(None)) not in {trace_id(OUTSIDE), trace_id(OTHER)}
    (link,) = kept()["process"].links
    assert f"{link.context.trace_id:032x}" == trace_id(OTHER)


def test_what_nobody_traces_leaves_no_span(kept):
    with beginning("request", SpanKind.SERVER, NOT_TRACED) as request:
        assert request.context.endswith("-00")
        with part("transaction"):
            assert trace_id(traceparent.get()) == trace_id(NOT_TRACED)
    assert kept() == {}


def test_of_an_error_only_its_kind_is_told(kept):
    with pytest.raises(ValueError, match="13959201234"), beginning("request"):
        raise ValueError("no such contact: 林海燕 13959201234")
    span = kept()["request"]
    assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, None)
    assert (dict(span.attributes), list(span.events)) == ({"error.type": "ValueError"}, [])


async def test_a_sweep_that_finds_nothing_leaves_no_span(kept):
    found = [2, 0]
    traces = []

    async def step():
        traces.append(traceparent.get())
        return found.pop(0)

    await Sweep("reminders", step, 1).round()
    assert len(traces) == 2
    assert list(kept()) == ["sweep reminders"]
    assert ids(kept()["sweep reminders"])[1] in traces[0]


def test_the_trace_of_an_event_that_waits_is_read_from_its_bytes(kept):
    quoted = rb'{"subject":"\"traceparent\":\"00-11111111111111111111111111111111-1111111111111111-01\"","data":{}}'
    with publishing([quoted, b'{"traceparent":"%s","data":{}}' % OUTSIDE.encode()]) as span:
        assert trace_id(span.context) == trace_id(OUTSIDE)


def test_without_a_collector_contexts_travel_and_nothing_is_loaded():
    code = (
        "import sys; from shared.runtime.tracing import *\n"
        "export_spans('test')\n"
        "with beginning('request') as request, part('transaction'):\n"
        "    assert traceparent.get() == request.context\n"
        "with part('nothing'):\n"
        "    assert traceparent.get() is None\n"
        "import services.cli.serve\n"
        "assert not [name for name in sys.modules if name.startswith(('opentelemetry.sdk', 'google.protobuf'))]\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={"PATH": "/usr/bin"})
