"""The platform's API as the portal calls it, for the account that is logged in.

ApiError
├── LoginNeeded     nobody is logged in, or no longer
├── NotThere        404: it does not exist, or not for this account
├── Refused         any other answer that names what is wrong: the problem document
└── Silent          nothing answered in time, or only that it cannot answer
"""

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx

T = TypeVar("T")
PREFIX = "/api/v1"
IN_FLIGHT = "/problems/request-in-flight"
LOOKS = (0.1, 0.2, 0.4, 0.8, 1.6)
"""Seconds between one look and the next whether the first click is done."""
MOST_EVENTS = 200
"""How much of what happened is shown on one page."""


class ApiError(Exception):
    """A call had no answer that a page can be made of"""


class LoginNeeded(ApiError):
    """Nobody is logged in, or no longer"""


class NotThere(ApiError):
    """It does not exist, or not for this account"""


class Silent(ApiError):
    """The service does not answer"""


class Refused(ApiError):
    """The service named what is wrong"""

    def __init__(self, problem: Mapping[str, Any], etag: str | None = None) -> None:
        super().__init__(problem.get("title", ""))
        self.problem = problem
        self.status = int(problem.get("status", 0))
        self.etag = etag

    @property
    def defects(self) -> list[dict[str, Any]]:
        """What is wrong, one by one: `pointer`, `code`, `detail`, `detail_zh`."""
        return list(self.problem.get("errors") or ())


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: `body` is its JSON, `etag` the version that a change of it must name."""

    status: int
    body: Any
    etag: str | None
    location: str | None


class Api:
    """Calls on behalf of one visitor; `token` is the access token, None for what everybody may see.

    `address` is the visitor's, as the gateway told it: the gateway's limits are each visitor's own.
    """

    def __init__(self, client: httpx.AsyncClient, token: str | None, language: str, address: str | None = None) -> None:
        self.calls = 0
        """How many were made so far."""
        self._client = client
        self._headers = {"Accept-Language": language}
        if token is not None:
            self._headers["Authorization"] = f"Bearer {token}"
        if address is not None:
            self._headers["X-Forwarded-For"] = address

    async def get(self, path: str, **query: Any) -> Any:
        """The body of what is at `path` below the API; query values that are None or empty are left out.

        Raises `ApiError`.
        """
        return (await self.call("GET", path, query=query)).body

    async def page(self, path: str, following: str | None = None, **query: Any) -> dict[str, Any]:
        """A page of a list, `items` and `next`; `following` is the `next` of the page before."""
        if following is not None and following.startswith(f"{PREFIX}{path}"):
            return dict((await self.call("GET", following.removeprefix(PREFIX))).body)
        return dict(await self.get(path, **query))

    async def post(self, path: str, body: Any = None, *, key: str | None = None, etag: str | None = None) -> Answer:
        """Have something done; `key` is the Idempotency-Key by which a second click is known. Raises `ApiError`.

        A second click is answered as the first was; while that is being worked on, it waits.
        """
        for wait in LOOKS:
            try:
                return await self.call("POST", path, json=body, key=key, etag=etag)
            except Refused as refused:
                if refused.problem.get("type") != IN_FLIGHT:
                    raise
            await asyncio.sleep(wait)
        return await self.call("POST", path, json=body, key=key, etag=etag)

    async def put(self, path: str, body: Any, *, etag: str | None = None) -> Answer:
        return await self.call("PUT", path, json=body, etag=etag)

    async def delete(self, path: str, *, etag: str | None = None) -> Answer:
        return await self.call("DELETE", path, etag=etag)

    async def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        json: Any = None,
        files: Any = None,
        key: str | None = None,
        etag: str | None = None,
    ) -> Answer:
        """One request below the API. Raises `ApiError`."""
        headers = dict(self._headers)
        if key is not None:
            headers["Idempotency-Key"] = key
        if etag is not None:
            headers["If-Match"] = etag
        asked = {name: value for name, value in (query or {}).items() if value not in (None, "", [])}
        self.calls += 1
        try:
            answer = await self._client.request(
                method, f"{PREFIX}{path}", params=asked or None, json=json, files=files, headers=headers
            )
        except httpx.TransportError as error:
            raise Silent(str(error) or type(error).__name__) from error
        return _read(answer)

    async def stream(self, path: str, **query: Any) -> httpx.Response:
        """A file at `path`, which the caller reads and closes. Raises `ApiError`."""
        asked = {name: value for name, value in query.items() if value not in (None, "")}
        self.calls += 1
        request = self._client.build_request("GET", f"{PREFIX}{path}", params=asked or None, headers=self._headers)
        try:
            answer = await self._client.send(request, stream=True)
            if not answer.is_success:
                await answer.aread()
                await answer.aclose()
                _read(answer)
        except httpx.TransportError as error:
            raise Silent(str(error) or type(error).__name__) from error
        return answer


def _read(answer: httpx.Response) -> Answer:
    status = answer.status_code
    if status == httpx.codes.UNAUTHORIZED:
        raise LoginNeeded
    if status == httpx.codes.NOT_FOUND:
        raise NotThere
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise Silent(f"HTTP {status}")
    try:
        body = answer.json() if answer.content and "json" in answer.headers.get("Content-Type", "") else None
    except ValueError as error:
        raise Silent(f"HTTP {status} without sense") from error
    if status >= httpx.codes.BAD_REQUEST:
        raise Refused(body if isinstance(body, dict) else {"status": status}, answer.headers.get("ETag"))
    return Answer(status, body, answer.headers.get("ETag"), answer.headers.get("Location"))


async def or_none(asked: Awaitable[T]) -> T | None:
    """What was asked, or None where the service does not answer: the page says so in its place."""
    try:
        return await asked
    except Silent:
        return None


async def filtered(asked: Awaitable[dict[str, Any]]) -> tuple[dict[str, Any] | None, Refused | None]:
    """A page of a list: None where its service does not answer, empty where the filters are refused, and why."""
    try:
        return await or_none(asked), None
    except Refused as refused:
        return {"items": [], "next": None}, refused


async def together(*asked: Awaitable[Any]) -> list[Any]:
    """Several at once, each None where its service does not answer. Raises the first other `ApiError`."""
    return list(await asyncio.gather(*(or_none(each) for each in asked)))


async def happened(api: Api, **about: Any) -> dict[str, Any] | None:
    """What happened in a case, or to whatever `about` names; nothing where news is on its way, None without answer."""
    try:
        return await or_none(api.get("/timeline", limit=MOST_EVENTS, **about))
    except NotThere:
        return {"items": []}
