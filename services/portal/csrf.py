"""What is posted comes from a page of ours: double submit of a signed token, by `asgi-csrf`.

Of forms with files the token is read here: it is their first field, so that nothing large is read before it is known.
`asgi-csrf` 0.11 cannot do that with the `python-multipart` that is installed.
"""

from contextlib import suppress
from secrets import compare_digest

from asgi_csrf import asgi_csrf
from fastapi import Request
from python_multipart import FormParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.portal.settings import PortalSettings
from services.portal.visit import visit

FIELD = b"csrftoken"
WITHIN = 1 << 14
"""Bytes of a form with files in which its token must have come."""


class Csrf:
    """Middleware: refuses what was posted without the token of its cookie; without any cookie nobody is logged in."""

    def __init__(self, app: ASGIApp, settings: PortalSettings) -> None:
        self._app = app
        self._protected: ASGIApp = asgi_csrf(
            self._with_files_protected,
            signing_secret=settings.session_key.get_secret_value(),
            cookie_secure=settings.secure,
            skip_if_scope=_has_files,
            send_csrf_failed=self._failed,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._protected(scope, receive, send)

    async def _with_files_protected(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _has_files(scope) or "cookie" not in Headers(scope=scope):
            await self._app(scope, receive, send)
            return
        token, from_the_start = await _token(scope, receive)
        if compare_digest(token, scope["csrftoken"]().encode()):
            await self._app(scope, from_the_start, send)
        else:
            await self._failed(scope, send, None)

    async def _failed(self, scope: Scope, send: Send, _: object) -> None:
        answer = visit(Request(scope)).page("errors/csrf.html", 403)

        async def nothing() -> Message:
            return {"type": "http.disconnect"}

        await answer(scope, nothing, send)


def _has_files(scope: Scope) -> bool:
    return scope["type"] == "http" and Headers(scope=scope).get("content-type", "").startswith("multipart/form-data")


async def _token(scope: Scope, receive: Receive) -> tuple[bytes, Receive]:
    """The token at the beginning of a form with files, and the whole of it to be read again."""
    taken: list[Message] = []
    body = b""
    while len(body) < WITHIN and (not taken or taken[-1].get("more_body")):
        taken.append(await receive())
        body += taken[-1].get("body", b"")

    async def again() -> Message:
        return taken.pop(0) if taken else await receive()

    found: list[bytes] = []

    def field(each: object) -> None:
        if getattr(each, "field_name", None) == FIELD:
            found.append(getattr(each, "value", None) or b"")

    with suppress(FormParserError):
        boundary = parse_options_header(Headers(scope=scope)["content-type"])[1].get(b"boundary")
        FormParser("multipart/form-data", field, None, boundary=boundary).write(body[:WITHIN])
    return (found[0] if found else b""), again
