"""`peiyu run`: the whole platform in one process, behind the gateway's routes."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, ExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr
from rich.console import Console
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from services.cli.catalogue import SERVICES, builder, settings_class
from services.cli.local import local_mail, local_postgres
from services.cli.routes import service_for
from services.cli.sample import load_sample
from services.cli.serve import being_stopped_is_no_failure
from services.login.main import build as build_login
from services.login.settings import LoginSettings
from services.portal.main import build as build_portal
from services.portal.settings import PortalSettings
from shared.messaging import EmbeddedBus
from shared.runtime.clock import ShiftedClock
from shared.runtime.logs import configure_logs
from shared.runtime.migrations import migrate
from shared.runtime.service import all_is_loaded
from shared.runtime.tracing import export_spans
from shared.web.app import dev_clock, metrics
from shared.web.assembly import Service, Surroundings
from shared.web.problems import NotFound

MARK = ".peiyu"
CLOCK = "clock"
SWEEP_INTERVAL = 0.5


class CannotRun(Exception):
    """The platform cannot be started here"""


class Gateway:
    """One ASGI application over the services, by the same routes as the gateway's."""

    def __init__(self, services: Mapping[str, ASGIApp], own: ASGIApp) -> None:
        self._services = services
        self._own = own

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = service_for(scope["path"]) if scope["type"] == "http" else None
        await (self._services[name] if name else self._own)(scope, receive, send)


def run_platform(*, port: int, data_dir: Path, at: datetime | None, sample: bool, fresh: bool) -> None:
    """Run until SIGINT or SIGTERM. Raises `CannotRun`."""
    console = Console(stderr=True)
    folder = data_dir.resolve()
    listening = _listen(port)
    _prepare(folder, fresh=fresh)
    configure_logs("run", "WARNING", "console")
    with ExitStack() as stack:
        stack.callback(listening.close)
        console.print("peiyu: starting PostgreSQL …")
        urls = stack.enter_context(local_postgres(folder / "postgres", SERVICES))
        asyncio.run(_serve(console, listening, port, folder, urls, at, sample=sample))


def _listen(port: int) -> socket.socket:
    listening = socket.socket(proto=socket.IPPROTO_TCP)  # asyncio sends at once only on what says so
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
    except OSError as error:
        listening.close()
        raise CannotRun(f"Port {port} is taken; choose another with --port (make run PORT=…)") from error
    return listening


def _prepare(folder: Path, *, fresh: bool) -> None:
    mark = folder / MARK
    if folder.exists() and any(folder.iterdir()) and not mark.exists():
        raise CannotRun(f"{folder} holds something else; choose another folder with --data-dir")
    if fresh and folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    mark.touch()


async def _serve(
    console: Console,
    listening: socket.socket,
    port: int,
    folder: Path,
    urls: Mapping[str, str],
    at: datetime | None,
    *,
    sample: bool,
) -> None:
    for name in SERVICES:
        await migrate(name, urls[name])
    clock = ShiftedClock(folder / CLOCK)
    if at is not None:
        clock.move(at)
    base = f"http://127.0.0.1:{port}"
    async with local_mail(folder / "mail") as smtp_port:
        own: dict[str, dict[str, object]] = {
            "changes": {"attachments_url": str(folder / "attachments")},
            "notifier": {"smtp_host": "127.0.0.1", "smtp_port": smtp_port, "smtp_tls": "none", "portal_url": base},
        }
        services = build_services(base, urls, clock, own, env="development")
        await _serve_with(console, listening, base, folder, services, clock, sample=sample)


async def _serve_with(
    console: Console,
    listening: socket.socket,
    base: str,
    folder: Path,
    services: Mapping[str, Service],
    clock: ShiftedClock,
    *,
    sample: bool,
) -> None:
    login = build_login(
        LoginSettings(
            issuer=f"{base}/login",
            key_file=folder / "login.key",
            environment="development",
            redirect_uris=(f"{base}/session/callback",),
            logout_uris=(f"{base}/",),
        )
    )
    portal = build_portal(
        PortalSettings(public_url=base, api_url=base, issuer=f"{base}/login", environment="development")
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for app in (login, portal, *(service.app for service in services.values())):
                await stack.enter_async_context(app.router.lifespan_context(app))
            if sample:
                await load_sample({name: service.backend for name, service in services.items()}, folder, console)
            _welcome(console, base, folder, clock)
            yield

    apps: dict[str, ASGIApp] = {
        "login": login,
        "portal": portal,
        **{name: service.app for name, service in services.items()},
    }
    server = uvicorn.Server(
        uvicorn.Config(
            Gateway(apps, _own_pages(services, clock, lifespan)),
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=10,
            lifespan="on",
        )
    )
    export_spans("platform")
    being_stopped_is_no_failure()
    all_is_loaded()
    await server.serve([listening])
    if not server.started:
        raise CannotRun("The platform could not be started; what went wrong stands above")


def build_services(
    base: str,
    urls: Mapping[str, str],
    clock: ShiftedClock,
    own: Mapping[str, Mapping[str, object]],
    **common: object,
) -> dict[str, Service]:
    """Every service by name, around one bus and one clock; `common` settings are all services', `own` those of each."""
    around = Surroundings(EmbeddedBus(), clock)
    return {
        name: builder(name)(
            settings_class(name)(
                database_url=SecretStr(urls[name]),
                auth_issuer=f"{base}/login",
                sweep_interval=SWEEP_INTERVAL,
                **common,  # type: ignore[arg-type]
                **own.get(name, {}),  # type: ignore[arg-type]
            ),
            around,
        )
        for name in SERVICES
    }


def _own_pages(
    services: Mapping[str, Service],
    clock: ShiftedClock,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]],
) -> FastAPI:
    async def openapi(request: Request) -> JSONResponse:
        service = services.get(request.path_params["service"])
        return JSONResponse(service.app.openapi()) if service else await missing(request, None)

    async def healthz(_: Request) -> JSONResponse:
        return JSONResponse({"status": "ok", "now": clock.now().isoformat()})

    async def missing(request: Request, _: object) -> JSONResponse:
        problem = NotFound()
        return JSONResponse(problem.document(request.url.path), problem.status, media_type="application/problem+json")

    app = FastAPI(openapi_url=None, lifespan=lifespan, exception_handlers={404: missing})
    app.add_route("/openapi/{service}.json", openapi)
    app.add_route("/healthz", healthz)
    app.include_router(dev_clock(clock))
    app.include_router(metrics("platform"))
    return app


def _welcome(console: Console, base: str, folder: Path, clock: ShiftedClock) -> None:
    console.print(f"""
[bold]培育 peiyu[/bold] is running at [bold]{base}[/bold]   ({clock.now():%Y-%m-%d %H:%M} UTC)

  accounts (get a token with: peiyu token --as ACCOUNT)
    bureau             an officer of the city bureau (市工信局)
    officer:XM-SM      an officer of an authority: XM-SM XM-HC XM-HL XM-JM XM-TA XM-XA XM-HJ
    operator           who runs the services
    firm:CREDIT_CODE   a firm's legal-person account (法人账号)
    person:CREDIT_CODE a natural person bound to a firm (自然人账号)
    person, pending    one bound to no firm; one that waits for approval

  mail               {folder / "mail"} (Maildir; nothing is sent on)
  the whole story    peiyu tour --url {base}
  stop               Ctrl-C
""")
