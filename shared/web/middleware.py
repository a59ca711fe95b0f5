"""ASGI middleware: the body limit; one span, one measurement and one log line per request."""

import asyncio
import re

import structlog
from opentelemetry.trace import SpanKind
from prometheus_client import Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.runtime.acting import PLATFORM, Act, acting
from shared.runtime.logs import logger, masked
from shared.runtime.tracing import beginning, trace_id
from shared.web.problems import BodyTooLarge

QUIET = {"/healthz", "/readyz", "/metrics"}
REQUEST_ID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
NO_ROUTE = "none"
DURATION = Histogram(
    "peiyu_http_request_duration_seconds",
    "Time from a request to the end of its answer, by route template and class of status",
    ["service", "method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


class BodyLimit:
    """Refuses a body over `limit` bytes, declared or streamed, with a 413 problem."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        problem = BodyTooLarge(f"At most {self._limit} bytes are taken")
        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isdigit() or int(declared) > self._limit:
            request = Request(scope)
            response = JSONResponse(
                problem.document(request.url.path), problem.status, media_type="application/problem+json"
            )
            await response(scope, receive, send)
            return
        taken = 0

        async def limited() -> Message:
            nonlocal taken
            message = await receive()
            if message["type"] == "http.request":
                taken += len(message.get("body", b""))
                if taken > self._limit:
                    raise HTTPException(problem.status, problem.detail)  # FastAPI lets this one through
            return message

        await self._app(scope, limited, send)


class Traces:
    """Continues the caller's trace, answers with its id as `X-Request-Id`, measures and logs the request.

    A caller that names no trace but the request, as a gateway does, has that id as the trace's. What is done before
    its caller is known, and by requests that have none, is the platform's.
    """

    def __init__(self, app: ASGIApp, service: str) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"] in QUIET:
            with acting(Act("request", PLATFORM)):
                await self._app(scope, receive, send)
        else:
            await self._traced(scope, receive, send)

    async def _traced(self, scope: Scope, receive: Receive, send: Send) -> None:
        loop = asyncio.get_running_loop()
        started = loop.time()
        status = 500
        routed = scope.setdefault("fastapi", {})  # where the route is noted, in copies of the scope too
        method = scope["method"] if scope["method"] in METHODS else "_OTHER"
        seen = {"http.request.method": method, "url.scheme": scope["scheme"], "url.path": masked(scope["path"])}
        with beginning(method, SpanKind.SERVER, _incoming(Headers(scope=scope)), (), seen) as span:

            async def answered(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                    MutableHeaders(scope=message)["X-Request-Id"] = trace_id(span.context)
                await send(message)

            try:
                with acting(Act("request", PLATFORM)):
                    await self._app(scope, receive, answered)
            finally:
                took = loop.time() - started
                # A route itself has its path without the prefixes of the routers around it.
                found = routed.get("effective_route_context") or scope.get("route")
                route = str(getattr(found, "path", NO_ROUTE))
                span.tell({"http.route": route, "http.response.status_code": status}, f"{method} {route}")
                if status >= 500:
                    span.failed(str(status))
                DURATION.labels(self._service, method, route, f"{status // 100}xx").observe(took)
                logger(__name__).info(
                    "request",
                    method=scope["method"],
                    path=scope["path"],
                    status=status,
                    milliseconds=round(took * 1000, 1),
                )
                structlog.contextvars.unbind_contextvars("caller")


def _incoming(headers: Headers) -> str | None:
    """The trace that a request is part of: the one it names, else the one that its id makes."""
    told = headers.get("traceparent")
    if told is None and REQUEST_ID.match(request := headers.get("x-request-id", "")):
        return f"00-{request.replace('-', '')}-{request.replace('-', '')[:16]}-01"
    return told
