"""Sessions in an encrypted cookie (JWE): who is logged in, and what must outlive one page. Nothing is kept here."""

import hashlib
import json
from http.cookies import SimpleCookie
from typing import Any

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.portal.settings import PortalSettings
from shared.runtime.clock import real_now

COOKIE = "peiyu_session"
HEADER = {"alg": "dir", "enc": "A256GCM", "zip": "DEF"}
ALGORITHMS = list(HEADER.values())
LARGEST = 3900
"""Browsers keep cookies of up to 4,096 bytes, name and attributes included."""
PIECES = 3


class Sessions:
    """Middleware: `request.session` is a dict that outlives the request, as Starlette's own session is."""

    def __init__(self, app: ASGIApp, settings: PortalSettings) -> None:
        self._app = app
        self._settings = settings
        secret = settings.session_key.get_secret_value().encode()
        self._key = OctKey.import_key(hashlib.sha256(secret).digest())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        cookies = HTTPConnection(scope).cookies
        session = scope["session"] = self._opened("".join(cookies.get(name, "") for name in _names()))
        before = json.dumps(session)

        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start" and json.dumps(session) != before:
                headers = MutableHeaders(scope=message)
                for cookie in self._cookies(session, set(cookies)):
                    headers.append("Set-Cookie", cookie)
            await send(message)

        await self._app(scope, receive, keep)

    def _opened(self, text: str) -> dict[str, Any]:
        """What the cookie holds; nothing where it is none of ours, was changed, or is too old."""
        if not text:
            return {}
        try:
            found = json.loads(jwe.decrypt_compact(text, self._key, algorithms=ALGORITHMS).plaintext or b"")
        except (JoseError, ValueError, TypeError):
            return {}
        fresh = isinstance(found, dict) and found.get("until", 0) > real_now().timestamp()
        return found["session"] if fresh else {}

    def _cookies(self, session: dict[str, Any], present: set[str]) -> list[str]:
        text = ""
        if session:
            until = (real_now() + self._settings.lifetime).timestamp()
            held = json.dumps({"until": until, "session": session}, ensure_ascii=False, separators=(",", ":"))
            text = jwe.encrypt_compact(HEADER, held.encode(), self._key, algorithms=ALGORITHMS)
        if len(text) > LARGEST * PIECES:
            raise ValueError("the session is too large for a cookie")
        pieces = [text[start : start + LARGEST] for start in range(0, len(text), LARGEST)]
        pieces += [""] * (PIECES - len(pieces))
        return [
            self._cookie(name, piece) for name, piece in zip(_names(), pieces, strict=True) if piece or name in present
        ]

    def _cookie(self, name: str, value: str) -> str:
        cookie: SimpleCookie = SimpleCookie()
        cookie[name] = value
        attributes: dict[str, Any] = {"path": "/", "httponly": True, "samesite": "Lax", "secure": self._settings.secure}
        if not value:
            attributes["max-age"] = 0
        cookie[name].update(attributes)
        return cookie[name].OutputString()


def _names() -> list[str]:
    return [COOKIE, *(f"{COOKIE}_{number}" for number in range(1, PIECES))]
