"""One service as its own process."""

import importlib
import os
import signal
from typing import TypeVar

import uvicorn
from fastapi import FastAPI
from pydantic import ValidationError

from services.cli.catalogue import builder, settings_class
from shared.regulation import RulesError
from shared.runtime.logs import configure_logs
from shared.runtime.service import all_is_loaded
from shared.runtime.settings import ServiceSettings, Settings
from shared.runtime.tracing import export_spans
from shared.web.assembly import NoBus

S = TypeVar("S", bound=Settings)
ADDRESSES = {"database_url": ("postgresql+asyncpg://",), "amqp_url": ("amqp://", "amqps://")}
"""How what is told as an address begins; otherwise its library fails later, and does not say of which setting."""


class CannotServe(Exception):
    """The service cannot be started as its environment says"""


def service_settings(service: str) -> ServiceSettings:
    """A service's settings from the environment. Raises `CannotServe`."""
    return read_settings(settings_class(service))


def read_settings(kind: type[S]) -> S:
    """Settings from the environment. Raises `CannotServe` naming every variable that is wrong."""
    try:
        settings = kind()
    except ValidationError as error:
        raise CannotServe(
            "\n".join(
                f"{kind.prefix}{'.'.join(map(str, defect['loc'])).upper()}: {defect['msg']}"
                for defect in error.errors()
            )
        ) from error
    defects = [
        f"{kind.prefix}{name.upper()}: begins with {' or '.join(schemes)}"
        for name, schemes in ADDRESSES.items()
        if (given := getattr(settings, name, None)) is not None and not given.get_secret_value().startswith(schemes)
    ]
    if defects:
        raise CannotServe("\n".join(defects))
    return settings


def being_stopped_is_no_failure() -> None:
    """End with status 0 when asked to stop, not by the signal: uvicorn passes it on once it has stopped."""
    for asked in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked, signal.SIG_IGN)


def serve_service(service: str) -> None:
    """Serve until SIGTERM or SIGINT; then stop consuming, finish what is in hand, close."""
    if service in ("login", "portal"):
        app, host, port, stop_timeout = _without_database(service)
    else:
        settings = service_settings(service)
        configure_logs(service, settings.log_level, settings.log_format)
        try:
            app = builder(service)(settings).app
        except (NoBus, RulesError) as error:
            raise CannotServe(str(error)) from error
        host, port, stop_timeout = settings.host, settings.port, settings.stop_timeout
    export_spans(service)
    being_stopped_is_no_failure()
    all_is_loaded()
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=int(stop_timeout),
        lifespan="on",
    )


def _without_database(service: str) -> tuple[FastAPI, str, int, float]:
    """The portal or the login stand-in, which keep nothing and consume nothing."""
    configure_logs(service, os.environ.get("PEIYU_LOG_LEVEL", "INFO"), os.environ.get("PEIYU_LOG_FORMAT", "json"))
    try:
        settings = settings_class(service)()
        app = importlib.import_module(f"services.{service}.main").build(settings)
    except ValueError as error:
        raise CannotServe(str(error)) from error
    return app, settings.host, settings.port, 5
