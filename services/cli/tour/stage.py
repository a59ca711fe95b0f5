"""What the tour plays on: accounts, requests, the clock, and a record of what differed from the regulation."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import httpx
from rich.console import Console

from services.cli.tokens import fetch_token
from shared.regulation import SHANGHAI

T = TypeVar("T")
PATIENCE = 60.0
POLL = 0.1


class Differs(Exception):
    """The platform did something else than the regulation says; the story cannot go on"""


@dataclass
class Stage:
    """One run of the tour. `differences` collects what was not as the regulation says."""

    url: str
    secret: str
    clock_url: str
    http: httpx.AsyncClient
    console: Console
    quiet: bool = False
    differences: list[str] = field(default_factory=list)
    requests: int = 0
    checks: int = 0
    _tokens: dict[str, str] = field(default_factory=dict)
    _seen: dict[str, set[str]] = field(default_factory=dict)

    def scene(self, title_zh: str, title_en: str) -> None:
        self.console.print(f"\n[bold]{title_zh}[/bold]  [dim]{title_en}[/dim]")

    async def at(self, instant: str) -> None:
        """Move business time; `2026-04-30T23:59` is Shanghai time."""
        moment = datetime.fromisoformat(instant).replace(tzinfo=SHANGHAI)
        answer = await self.http.put(f"{self.clock_url}/dev/clock", json={"now": moment.isoformat()})
        answer.raise_for_status()
        self._tell(f"  [cyan]clock[/cyan] {moment:%Y-%m-%d %H:%M} (Shanghai)")

    async def back_to_real_time(self) -> None:
        await self.http.put(f"{self.clock_url}/dev/clock", json={"now": None})

    async def account(self, who: str) -> str:
        """The access token of `who`."""
        if who not in self._tokens:
            self._tokens[who] = await fetch_token(f"{self.url}/login", who, self.secret, self.http)
        return self._tokens[who]

    async def request(
        self,
        who: str,
        method: str,
        path: str,
        *,
        expect: int | tuple[int, ...],
        body: Any = None,
        version: int | None = None,
    ) -> dict[str, Any]:
        """One request as `who`; its answer. `expect` is the status the regulation asks for. Raises `Differs`."""
        headers = {"Authorization": f"Bearer {await self.account(who)}"}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        if method == "POST":
            headers["Idempotency-Key"] = secrets.token_hex(12)
        answer = await self.http.request(method, f"{self.url}/api/v1{path}", json=body, headers=headers)
        self.requests += 1
        expected = (expect,) if isinstance(expect, int) else expect
        good = answer.status_code in expected
        colour = "green" if good else "red"
        self._tell(f"  {who:<28} {method} {path} → [{colour}]{answer.status_code}[/{colour}]")
        content: dict[str, Any] = answer.json() if answer.content else {}
        if not good:
            raise Differs(f"{who} {method} {path}: {answer.status_code}, not {expect}: {answer.text[:600]}")
        if etag := answer.headers.get("ETag"):
            content["_version"] = int(etag.strip('"'))
        content["_status"] = answer.status_code
        return content

    def check(self, holds: bool, what: str) -> None:
        """Note whether something is as the regulation says."""
        self.checks += 1
        self._tell(f"    [{'green]✓' if holds else 'red]✗'} {what}[/]")
        if not holds:
            self.differences.append(what)

    async def until(self, what: str, look: Callable[[], Awaitable[T]]) -> T:
        """The first truthy answer of `look`; events need a moment. Raises `Differs` where it never comes."""
        loop = asyncio.get_running_loop()
        end = loop.time() + PATIENCE
        while not (answer := await look()):
            if loop.time() > end:
                raise Differs(f"never seen: {what}")
            await asyncio.sleep(POLL)
        self.check(True, what)
        return answer

    async def read(self, path: str, who: str = "bureau") -> dict[str, Any]:
        """A GET that is not worth a line of its own; `{}` where it is 404."""
        answer = await self.http.get(
            f"{self.url}/api/v1{path}", headers={"Authorization": f"Bearer {await self.account(who)}"}
        )
        if answer.status_code == httpx.codes.NOT_FOUND:
            return {}
        if not answer.is_success:
            raise Differs(f"GET {path}: {answer.status_code} {answer.text[:600]}")
        content: dict[str, Any] = answer.json()
        return content

    async def messages(self, credit_code: str, kind: str | None = None) -> list[dict[str, Any]]:
        """What was mailed, or is about to be, about a firm."""
        wanted = f"&kind={kind}" if kind else ""
        found: list[dict[str, Any]] = (await self.read(f"/messages?credit_code={credit_code}{wanted}&limit=200"))[
            "items"
        ]
        return found

    async def happened(self, credit_code: str) -> None:
        """Print the events and mail about a firm that were not printed yet."""
        if self.quiet:
            return
        seen = self._seen.setdefault(credit_code, set())
        for event in (await self.read(f"/events?credit_code={credit_code}&limit=200"))["items"]:
            if event["id"] not in seen:
                seen.add(event["id"])
                self.console.print(f"      [dim]event[/dim] {event['type']}")
        for message in await self.messages(credit_code):
            if message["id"] not in seen and message["state"] == "sent":
                seen.add(message["id"])
                self.console.print(f"      [dim]mail[/dim]  {message['subject']} → {message['recipient']}")

    def _tell(self, line: str) -> None:
        if not self.quiet:
            self.console.print(line, highlight=False)
