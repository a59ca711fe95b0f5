"""Assembles the stand-in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from services.login.api import login_routes
from services.login.settings import LoginSettings
from shared.web import app as web


class NotForProduction(Exception):
    """The login stand-in asks for no password and never runs in production."""


def create_app(settings: LoginSettings) -> FastAPI:
    """The application of the stand-in. Raises `NotForProduction`, and `UnusableKeyFile` for a wrong key file."""
    if settings.environment == "production":
        raise NotForProduction(
            "services/login lets anybody in as anybody and does not start when PEIYU_ENV is production (or not set). "
            "Give the services a real OIDC provider in PEIYU_AUTH_ISSUER, or set PEIYU_ENV=development."
        )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield

    async def ready() -> dict[str, bool]:
        return {}

    return web.create_app("login", [login_routes(settings)], lifespan=lifespan, ready=ready)


def build(settings: LoginSettings | None = None) -> FastAPI:
    """The application with settings of the environment; ends the process with a message where it must not run."""
    try:
        return create_app(settings or LoginSettings())
    except NotForProduction as error:
        raise SystemExit(str(error)) from error
