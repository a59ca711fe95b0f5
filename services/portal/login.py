"""Logging in at the unified login (统一登录) and back, out at both ends, choosing a firm, choosing a language."""

import asyncio
from typing import Annotated
from urllib.parse import urlsplit

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.starlette_client import OAuth, StarletteOAuth2App
from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from services.portal.api import NotThere, Silent
from services.portal.delegated import take_over
from services.portal.language import LANGUAGES
from services.portal.settings import PortalSettings
from services.portal.visit import LoggedIn, NoFirm, Visit, Visiting, log_in

router = APIRouter(include_in_schema=False)
YEAR = 365 * 86400
MOST_NAMES = 10
"""Most firms whose names are asked for; the others are shown by their credit codes."""


def login_system(settings: PortalSettings) -> StarletteOAuth2App:
    """The login system as a client sees it: authorization code with PKCE, state and nonce."""
    registry = OAuth()
    registry.register(
        "login",
        client_id=settings.client_id,
        client_secret=settings.client_secret.get_secret_value(),
        server_metadata_url=settings.discovery_url or f"{settings.issuer}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid profile", "code_challenge_method": "S256"},
    )
    return registry.login


def own_path(text: str | None) -> str:
    """A path of this portal, where `text` is one; its home otherwise: nobody is sent away to elsewhere."""
    if not text or not text.startswith("/") or text.startswith(("//", "/\\")):
        return "/home"
    parts = urlsplit(text)
    return "/home" if parts.scheme or parts.netloc else text


@router.get("/session/start")
async def start(request: Request, back: str = "/home") -> Response:
    """To the login system."""
    request.session["back"] = own_path(back)
    try:
        answer: Response = await request.app.state.login.authorize_redirect(
            request, f"{request.app.state.settings.public_url}/session/callback"
        )
    except httpx2.HTTPError as error:
        raise Silent(str(error)) from error
    return answer


@router.get("/session/callback")
async def callback(request: Request, visit: Visiting) -> Response:
    """Back from the login system."""
    back = own_path(request.session.get("back"))
    try:
        token = await request.app.state.login.authorize_access_token(request)
    except OAuthError as error:
        if visit.account is not None:  # the second click of one login, or the back button
            return visit.go(back)
        return visit.page("session/failed.html", 400, reason=error.description or error.error)
    except httpx2.HTTPError as error:
        raise Silent(str(error)) from error
    log_in(request, token, token["userinfo"])
    await take_over(request)
    return RedirectResponse(back, 303)


@router.get("/session/done")
async def done(visit: LoggedIn) -> Response:
    """Logged in anew, in a window of its own, for the sake of a form in another."""
    return visit.page("session/done.html")


@router.post("/session/end")
async def end(request: Request) -> Response:
    """Out, here and at the login system."""
    held = (request.session.get("token") or {}).get("id")
    request.session.clear()
    front = f"{request.app.state.settings.public_url}/"
    try:
        answer: Response = await request.app.state.login.logout_redirect(
            request, post_logout_redirect_uri=front, id_token_hint=held
        )
    except (httpx2.HTTPError, OAuthError, RuntimeError):
        answer = RedirectResponse("/", 303)
    request.session.clear()
    return RedirectResponse(answer.headers["Location"], 303)


@router.get("/session/firm")
async def firms(visit: LoggedIn, back: str = "/home") -> Response:
    """Which firm a person acts for, where there are several."""
    assert visit.account is not None
    codes = visit.account.credit_codes
    found = await asyncio.gather(*(_name(visit, code) for code in codes[:MOST_NAMES]))
    names = dict(zip(codes, found, strict=False))
    return visit.page("session/firm.html", codes=codes, names=names, back=own_path(back))


async def _name(visit: Visit, code: str) -> str:
    """What a firm is called; its credit code where the platform does not know it, or does not answer."""
    try:
        return str((await visit.api.get(f"/enterprises/{code}"))["name"])
    except (NotThere, Silent):
        return code


@router.post("/session/firm")
async def choose_firm(
    request: Request, visit: LoggedIn, firm: Annotated[str, Form()] = "", back: Annotated[str, Form()] = "/home"
) -> Response:
    assert visit.account is not None
    if firm not in visit.account.credit_codes:
        raise NoFirm
    request.session["account"] = request.session["account"] | {"firm": firm}
    return visit.go(own_path(back))


@router.post("/session/language")
async def choose_language(
    visit: Visiting, language: Annotated[str, Form()], back: Annotated[str, Form()] = "/"
) -> Response:
    """The switch of languages; the choice is kept for a year."""
    answer = visit.go(own_path(back))
    if language in LANGUAGES:
        answer.set_cookie(
            "language", language, max_age=YEAR, samesite="lax", secure=visit.request.app.state.settings.secure
        )
    return answer
