"""One request of somebody who looks at the portal: who it is, what they may call, how pages are made for them."""

import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from time import perf_counter
from types import MappingProxyType
from typing import Annotated, Any, cast
from urllib.parse import quote

import httpx
from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse

from services.portal.account import Account
from services.portal.api import Api, LoginNeeded, NotThere, Refused
from services.portal.forms import field_of
from services.portal.language import Language, gettext, wanted
from services.portal.rendering import Pages
from shared.runtime.clock import real_now

PASSED_ON = ("Content-Type", "Content-Disposition")


NO_LABELS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Visit:
    """A request with its account, language and way to the API."""

    request: Request
    pages: Pages
    api: Api
    account: Account | None
    language: Language

    def say(self, text: str, **values: Any) -> str:
        """`text`, which is Chinese in the source, in the visitor's language."""
        return gettext(self.language, text, **values)

    def page(self, template: str, status: int = 200, **context: Any) -> HTMLResponse:
        """A page for this visitor; `key` in a form makes its second click known.

        Its `Server-Timing` has the number of calls that it took, and the milliseconds of its own work.
        """
        context = {"visit": self, "account": self.account, "key": secrets.token_urlsafe(16), **context}
        begun = perf_counter()
        written = self.pages.render(template, self.language, self.request, context)
        timing = f'api;desc="{self.api.calls}", writing;dur={(perf_counter() - begun) * 1000:.1f}'
        return HTMLResponse(written, status, {"Server-Timing": timing})

    def form_page(
        self,
        template: str,
        refused: Refused | None,
        typed: Mapping[str, Any],
        *,
        labels: Mapping[str, str] = NO_LABELS,
        **context: Any,
    ) -> HTMLResponse:
        """A page with a form that keeps what was typed and says what is wrong with it, beside each field and on top.

        `labels` are those of fields whose defects do not name them.
        """
        found = defects(refused, self.language) if refused else []
        errors = [{**each, "label": labels.get(each["field"], "")} for each in found]
        status = refused.status if refused else 200
        return self.page(template, status, typed=typed, errors=errors, **context)

    def go(self, path: str) -> RedirectResponse:
        """To another page: what was posted is not posted again by the back button."""
        return RedirectResponse(path, 303)

    async def file(self, path: str, **query: Any) -> StreamingResponse:
        """A file of the API, passed on while it is read. Raises `ApiError`."""
        answer = await self.api.stream(path, **query)

        async def pieces() -> AsyncIterator[bytes]:
            try:
                async for piece in answer.aiter_bytes():
                    yield piece
            finally:
                await answer.aclose()

        kept = [name for name in PASSED_ON if name in answer.headers]
        if "Content-Encoding" not in answer.headers and "Content-Length" in answer.headers:
            kept.append("Content-Length")
        return StreamingResponse(pieces(), headers={name: answer.headers[name] for name in kept})

    @property
    def here(self) -> str:
        """The path of this page with its query."""
        url = self.request.url
        return f"{url.path}?{url.query}" if url.query else url.path

    @property
    def firm(self) -> str:
        """The credit code of the firm that is acted for. Raises `LoginNeeded`, `NoFirm`, `FirmNotChosen`."""
        if self.account is None:
            raise LoginNeeded
        if self.account.role != "enterprise" or not self.account.credit_codes or self.account.status != "approved":
            raise NoFirm
        if self.account.firm is None:
            raise FirmNotChosen
        return self.account.firm


class NoFirm(Exception):
    """The account acts for no firm: it is bound to none, waits for approval, or is an officer's"""


class FirmNotChosen(Exception):
    """The account acts for several firms and has not chosen one"""


def defects(refused: Refused, language: Language) -> list[dict[str, str]]:
    """What is wrong, `{field, text}` each; field is empty for what belongs to no field."""
    english = language == "en"
    found = [
        {
            "field": field_of(each.get("pointer") or ""),
            "text": (None if english else each.get("detail_zh")) or each.get("detail", ""),
        }
        for each in refused.defects
    ]
    if not found:
        problem = refused.problem
        title = problem.get("title" if english else "title_zh") or problem.get("title") or ""
        detail = problem.get("detail" if english else "detail_zh")
        found = [{"field": "", "text": "：".join(part for part in (title, detail) if part)}]
    return found


def log_in(request: Request, token: Mapping[str, Any], claims: Mapping[str, Any]) -> None:
    """Begin a session; a legal person's account has one firm, which is then chosen."""
    codes = list(claims.get("credit_codes") or ())
    request.session.clear()
    request.session["account"] = {
        "subject": claims["sub"],
        "name": claims.get("name") or claims["sub"],
        "role": claims.get("role", "enterprise"),
        "status": claims.get("account_status", "approved"),
        "credit_codes": codes,
        "firm": codes[0] if len(codes) == 1 else None,
        "authority": claims.get("authority"),
        "bound": codes,
        "is_person": claims.get("account_type") == "natural_person",
    }
    request.session["token"] = {
        "access": token["access_token"],
        "id": token.get("id_token"),
        "until": token.get("expires_at") or real_now().timestamp() + float(token.get("expires_in", 3600)),
    }


def _account(request: Request) -> tuple[Account | None, str | None]:
    held, token = request.session.get("account"), request.session.get("token")
    if not held or not token or token["until"] <= real_now().timestamp():
        return None, None
    codes = {name: tuple(held.get(name, ())) for name in ("credit_codes", "bound")}
    return Account(**{**held, **codes}), token["access"]


def visit(request: Request) -> Visit:
    """The request as pages see it."""
    account, token = _account(request)
    language = wanted(request.cookies.get("language"), request.headers.get("Accept-Language", ""))
    client = cast(httpx.AsyncClient, request.app.state.client)
    api = Api(client, token, language, request.headers.get("X-Client-Address"))
    return Visit(request, request.app.state.pages, api, account, language)


def logged_in(visit: Annotated[Visit, Depends(visit)]) -> Visit:
    """A visit of somebody who is logged in. Raises `LoginNeeded`."""
    if visit.account is None:
        raise LoginNeeded
    return visit


def login_path(back: str) -> str:
    """Where one logs in, to come back to `back` afterwards."""
    return f"/session/start?back={quote(back, safe='')}"


def officer(visit: Annotated[Visit, Depends(logged_in)]) -> Visit:
    """A visit of an officer of an authority or the bureau. Raises `LoginNeeded`, `NotThere`."""
    if visit.account is None or not visit.account.is_officer:
        raise NotThere
    return visit


def bureau(visit: Annotated[Visit, Depends(officer)]) -> Visit:
    """A visit of an officer of the bureau. Raises `LoginNeeded`, `NotThere`."""
    if visit.account is None or visit.account.role != "bureau":
        raise NotThere
    return visit


Visiting = Annotated[Visit, Depends(visit)]
LoggedIn = Annotated[Visit, Depends(logged_in)]
Officer = Annotated[Visit, Depends(officer)]
Bureau = Annotated[Visit, Depends(bureau)]
