"""The W3C trace context that joins what one request caused, across services, messages and logs; and its spans.

The context always travels. Spans are kept where OTEL_EXPORTER_OTLP_ENDPOINT, or OTEL_EXPORTER_OTLP_TRACES_ENDPOINT,
names a collector that takes OTLP over HTTP; OpenTelemetry's other variables hold as well, OTEL_TRACES_SAMPLER among
them. Elsewhere its SDK is not even loaded.

Names and attributes follow OpenTelemetry's conventions. No attribute has personal data, and of an error only its kind
is told: what libraries say of errors has values of the rows and requests at fault.
"""

import os
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar, Token
from typing import Any, Self

from opentelemetry.trace import (
    INVALID_SPAN,
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    Tracer,
    set_span_in_context,
)

TRACEPARENT = re.compile(r"^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$")
ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
MOST_LINKS = 1000
"""As many as a batch has messages; 128 where OpenTelemetry is not told."""

Attributes = Mapping[str, str | int | float]

traceparent: ContextVar[str | None] = ContextVar("traceparent", default=None)
_in_parts: ContextVar[bool] = ContextVar("in_parts", default=True)
_tracer: Tracer | None = None


def continued(incoming: str | None) -> str:
    """A new span in the trace that `incoming` names, or in a new trace where it names none."""
    match = TRACEPARENT.match(incoming or "")
    trace = match[1] if match and match[1].strip("0") else secrets.token_hex(16)
    return f"00-{trace}-{secrets.token_hex(8)}-{match[3] if match else '01'}"


def trace_id(value: str) -> str:
    """The trace's id, by which logs are joined."""
    return value.split("-")[1]


def within(incoming: str | None) -> str:
    """Where the work that `incoming` asks for belongs: to the span at hand if that is of its trace, else to itself."""
    here = traceparent.get()
    if incoming is None or TRACEPARENT.match(incoming) is None:
        return continued(None)
    return here if here is not None and trace_id(here) == trace_id(incoming) else incoming


class Spanned:
    """A block of work that belongs to `context`, and its span where spans are kept; `in_parts` if these have theirs."""

    __slots__ = ("_in_parts", "_restore", "_span", "context")

    def __init__(self, span: Span, context: str, *, in_parts: bool = True) -> None:
        self._span = span
        self._in_parts = in_parts
        self._restore: tuple[Token[str | None], Token[bool]] | None = None
        self.context = context

    def tell(self, attributes: Attributes, name: str | None = None) -> None:
        """Say what is known only now."""
        self._span.set_attributes(attributes)
        if name is not None:
            self._span.update_name(name)

    def failed(self, kind: str) -> None:
        """Say that it did not succeed."""
        self._span.set_attribute("error.type", kind)
        self._span.set_status(StatusCode.ERROR)

    def forget(self) -> None:
        """Keep no span: there was nothing to do."""
        self._span = INVALID_SPAN  # what is not ended is not exported

    def __enter__(self) -> Self:
        self._restore = traceparent.set(self.context), _in_parts.set(self._in_parts)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        assert self._restore is not None
        traceparent.reset(self._restore[0])
        _in_parts.reset(self._restore[1])
        if kind is not None:
            self.failed(kind.__name__)
        self._span.end()


NOWHERE: AbstractContextManager[Spanned] = nullcontext(Spanned(INVALID_SPAN, ""))
"""The span of what nobody looks at."""


def beginning(
    name: str,
    kind: SpanKind = SpanKind.INTERNAL,
    incoming: str | None = None,
    links: Iterable[str] = (),
    attributes: Attributes | None = None,
    *,
    in_parts: bool = True,
) -> Spanned:
    """Work that begins here, in the trace that `incoming` names or in a new one; `links` are other traces it is for."""
    if _tracer is None:
        return Spanned(INVALID_SPAN, continued(incoming), in_parts=in_parts)
    parent = _context(incoming)
    span = _tracer.start_span(
        name,
        set_span_in_context(NonRecordingSpan(parent)) if parent else None,
        kind,
        attributes,
        [Link(context) for context in map(_context, links) if context],
    )
    own = span.get_span_context()
    context = f"00-{own.trace_id:032x}-{own.span_id:016x}-{own.trace_flags:02x}"
    return Spanned(span, context, in_parts=in_parts)


def part(
    name: str, kind: SpanKind = SpanKind.INTERNAL, attributes: Attributes | None = None
) -> AbstractContextManager[Spanned]:
    """A part of the work at hand. What is done on nobody's behalf has none."""
    here = traceparent.get()
    known = _tracer is not None and here is not None and _in_parts.get()
    return NOWHERE if not known else beginning(name, kind, here, (), attributes)


def batch(
    name: str, kind: SpanKind, contexts: Callable[[], Iterable[str | None]], attributes: Attributes
) -> AbstractContextManager[Spanned]:
    """Work on many messages at once, each of which has its context or none.

    It is one span: in the trace of the first message that is traced, with a link to one span of each other trace.
    """
    if _tracer is None:
        return NOWHERE
    traced = {trace_id(context): context for context in contexts() if context and _is_traced(context)}
    first, *others = traced.values() or (None,)
    return beginning(name, kind, first, [each for each in others if each], attributes)


def export_spans(service: str) -> None:
    """Keep spans from now on, if the environment names a collector, and send them until the process ends."""
    if any(os.environ.get(each) for each in ENDPOINTS):
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        keep_spans(service, BatchSpanProcessor(OTLPSpanExporter()))


def keep_spans(service: str, processor: Any) -> Callable[[], None]:
    """Hand spans to `processor`, a span processor of OpenTelemetry's SDK; what is returned ends it."""
    global _tracer  # noqa: PLW0603 - a process has one
    from importlib.metadata import version

    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import SpanLimits, TracerProvider

    own = {"service.namespace": "peiyu", "service.name": service, "service.version": version("peiyu")}
    provider = TracerProvider(
        resource=Resource.create({**own, "service.instance.id": secrets.token_hex(8)}),
        span_limits=SpanLimits(max_links=MOST_LINKS),
    )
    provider.add_span_processor(processor)
    _tracer = provider.get_tracer("peiyu")

    def end() -> None:
        global _tracer  # noqa: PLW0603
        _tracer = None
        provider.shutdown()

    return end


def _is_traced(context: str) -> bool:
    match = TRACEPARENT.match(context)
    return match is not None and bool(int(match[3], 16) & TraceFlags.SAMPLED)


def _context(value: str | None) -> SpanContext | None:
    match = TRACEPARENT.match(value or "")
    if match is None:
        return None
    context = SpanContext(
        int(match[1], 16), int(match[2], 16), is_remote=True, trace_flags=TraceFlags(int(match[3], 16))
    )
    return context if context.is_valid else None
