"""A collector of spans: takes OTLP over HTTP and keeps what comes, as a test looks at it."""

import gzip
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True)
class Seen:
    """A span that arrived. Times are nanoseconds since 1970; `parent` is None for the first of a trace."""

    service: str
    name: str
    kind: str
    trace: str
    id: str
    parent: str | None
    links: tuple[str, ...]
    start: int
    end: int
    attributes: Mapping[str, Any]
    failed: bool


class Collector:
    """Listens on a free port of loopback until `shutdown`; `spans` are those that came so far."""

    def __init__(self) -> None:
        self.spans: list[Seen] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = b"".join(self._chunks())
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                collector.spans += read(body)
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.end_headers()

            def _chunks(self) -> Iterator[bytes]:
                if "Content-Length" in self.headers:
                    yield self.rfile.read(int(self.headers["Content-Length"]))
                    return
                while size := int(self.rfile.readline(), 16):
                    yield self.rfile.read(size)
                    self.rfile.readline()

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    @property
    def environment(self) -> dict[str, str]:
        """What makes a process send its spans here, at once."""
        return {
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{self.port}",
            "OTEL_BSP_SCHEDULE_DELAY": "200",
        }

    def of(self, trace: str) -> list[Seen]:
        """What came of one trace, in the order of beginning."""
        return sorted((span for span in list(self.spans) if span.trace == trace), key=lambda span: span.start)

    def shutdown(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def read(body: bytes) -> Iterator[Seen]:
    """The spans of one request."""
    for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
        service = _values(resource.resource.attributes)["service.name"]
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield Seen(
                    service=service,
                    name=span.name,
                    kind=type(span).SpanKind.Name(span.kind).removeprefix("SPAN_KIND_").lower(),
                    trace=span.trace_id.hex(),
                    id=span.span_id.hex(),
                    parent=span.parent_span_id.hex() or None,
                    links=tuple(link.trace_id.hex() for link in span.links),
                    start=span.start_time_unix_nano,
                    end=span.end_time_unix_nano,
                    attributes=_values(span.attributes),
                    failed=span.status.code == type(span.status).STATUS_CODE_ERROR,
                )


def _values(attributes: Iterable[Any]) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in attributes}
