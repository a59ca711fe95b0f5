"""ASGI middleware: the body limit, and one trace and one log line per request."""

import asyncio

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.runtime.acting import PLATFORM, Act, acting
from shared.runtime.logs import logger
from shared.runtime.tracing import continued, trace_id, traceparent
from shared.web.problems import BodyTooLarge

QUIET = {"/healthz", "/readyz", "/metrics"}


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
    """Continues the caller's trace, answers with its id as `X-Request-Id`, and logs the request.

    What is done before its caller is known, and by requests that have none, is the platform's.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        current = continued(Headers(scope=scope).get("traceparent"))
        token = traceparent.set(current)
        loop = asyncio.get_running_loop()
        started = loop.time()
        status = 500

        async def traced(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = trace_id(current)
            await send(message)

        try:
            with acting(Act("request", PLATFORM)):
                await self._app(scope, receive, traced)
        finally:
            if scope["path"] not in QUIET:
                logger(__name__).info(
                    "request",
                    method=scope["method"],
                    path=scope["path"],
                    status=status,
                    milliseconds=round((loop.time() - started) * 1000, 1),
                )
            structlog.contextvars.unbind_contextvars("caller")
            traceparent.reset(token)
