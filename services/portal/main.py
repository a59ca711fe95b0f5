"""The portal, assembled."""

import importlib
import pkgutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from urllib.parse import quote

import httpx
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.portal import login, pages
from services.portal.api import LoginNeeded, NotThere, Refused, Silent
from services.portal.csrf import Csrf
from services.portal.forms import typed
from services.portal.rendering import Pages
from services.portal.session import Sessions
from services.portal.settings import PortalSettings
from services.portal.visit import FirmNotChosen, NoFirm, login_path, visit
from shared.runtime.logs import logger
from shared.runtime.tracing import traceparent
from shared.web.app import health, problem_response
from shared.web.middleware import Traces
from shared.web.problems import NotFound

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; form-action 'self' {login}; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def build(settings: PortalSettings, transport: httpx.AsyncBaseTransport | None = None) -> FastAPI:
    """The portal; `transport` reaches the platform in another way than by HTTP."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with client:
            yield

    client = httpx.AsyncClient(
        base_url=settings.api_url,
        timeout=settings.api_timeout,
        transport=transport,
        event_hooks={"request": [_in_its_trace]},
        # an idle connection is given up before the server does so (5 s), which would lose the request under way
        limits=httpx.Limits(max_connections=200, max_keepalive_connections=50, keepalive_expiry=2),
    )
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, lifespan=lifespan)
    app.state.settings = settings
    app.state.client = client
    app.state.pages = Pages()
    app.state.login = login.login_system(settings)
    app.include_router(health("portal", _always_ready))
    app.include_router(login.router)
    for module in pkgutil.iter_modules(pages.__path__, f"{pages.__name__}."):
        app.include_router(importlib.import_module(module.name).router)
    app.mount("/static", StaticFiles(packages=[("services.portal", "static")]))
    for kind, handler in HANDLERS.items():
        app.add_exception_handler(kind, handler)
    # the outermost stands last
    app.add_middleware(Failing)
    app.add_middleware(Csrf, settings=settings)
    app.add_middleware(Sessions, settings=settings)
    app.add_middleware(Careful, settings=settings)
    app.add_middleware(GZipMiddleware, minimum_size=1000)
    app.add_middleware(Traces, service="portal")
    return app


async def _in_its_trace(request: httpx.Request) -> None:
    """What the portal asks for is part of what it was asked for."""
    if (here := traceparent.get()) is not None:
        request.headers["traceparent"] = here


async def _always_ready() -> dict[str, bool]:
    """The portal has no part of its own that could be missing; what a service does not answer a page says."""
    return {}


class Careful:
    """Middleware: what browsers must keep to on every page; pages are nobody's to keep, files are for ever."""

    def __init__(self, app: ASGIApp, settings: PortalSettings) -> None:
        self._app = app
        origin = "/".join(settings.issuer.split("/")[:3])
        headers = {name: value.format(login=origin) for name, value in HEADERS.items()}
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        for_ever = scope["path"].startswith("/static/") and b"v=" in scope["query_string"]
        kept = b"public, max-age=31536000, immutable" if for_ever else b"no-store"

        async def add(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *self._headers, (b"cache-control", kept)]
            await send(message)

        await self._app(scope, receive, add)


class Failing:
    """Middleware: what nobody deals with is logged, and answered by a page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            if scope["type"] != "http" or started:
                raise
            request = Request(scope, receive)
            logger(__name__).error("page failed", path=request.url.path, exc_info=error)
            await visit(request).page("errors/failed.html", 500)(scope, receive, send)


async def _login_needed(request: Request, _: Exception) -> Response:
    """To the login and back; what was being filed stays on a page that goes on with it after a new login."""
    here = visit(request)
    if request.method in ("GET", "HEAD"):
        return here.go(login_path(here.here))
    form = await request.form()
    return here.page("session/expired.html", 401, kept=typed(form), raw=form, action=request.url.path)


async def _no_firm(request: Request, _: Exception) -> Response:
    return visit(request).page("session/no_firm.html", 403)


async def _not_chosen(request: Request, _: Exception) -> Response:
    here = visit(request)
    return here.go(f"/session/firm?back={quote(here.here, safe='')}")


async def _not_there(request: Request, _: Exception) -> Response:
    if "text/html" not in request.headers.get("Accept", "text/html"):
        return problem_response(request, NotFound())
    return visit(request).page("errors/not_found.html", 404)


async def _silent(request: Request, error: Exception) -> Response:
    """A service does not answer: what was typed stays, to be sent again."""
    logger(__name__).warning("platform does not answer", path=request.url.path, error=str(error))
    form = await request.form() if request.method == "POST" else None
    answer: HTMLResponse = visit(request).page("errors/silent.html", 503, raw=form, action=request.url.path)
    answer.headers["Retry-After"] = "5"
    return answer


async def _refused(request: Request, error: Exception) -> Response:
    """A refusal that no page of its own deals with."""
    assert isinstance(error, Refused)
    about = str(error.problem.get("type") or "")
    return visit(request).form_page(
        "errors/refused.html", error, {}, about=about if about.startswith("/problems/") else ""
    )


HANDLERS: dict[int | type[Exception], Callable[[Request, Exception], Awaitable[Response]]] = {
    LoginNeeded: _login_needed,
    NoFirm: _no_firm,
    FirmNotChosen: _not_chosen,
    NotThere: _not_there,
    404: _not_there,
    RequestValidationError: _not_there,  # an address that no page has
    Silent: _silent,
    Refused: _refused,
}
