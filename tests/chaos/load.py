"""A steady load of what firms and officers do around a due date, sent as a careful client sends it.

Whoever gets no answer, or is put off, repeats the request with the same Idempotency-Key until there is an answer.
"""

import asyncio
import random
import secrets
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from services.cli.credit_codes import new_code
from services.cli.tour.forms import DECLARATION, change_form, contact, update_form
from tests.chaos.ledger import Ledger, Request
from tests.infrastructure.platform import SECRET

OFFICER, BUREAU = "officer:XM-SM", "bureau"
LATER = {429, 500, 502, 503, 504}
"""Statuses that put a client off. A 500 does too, and the reckoning does not forgive it."""
PATIENCE = 1.0
"""The longest, in seconds, that this client waits before it repeats a request, whatever it was asked to."""


@dataclass(frozen=True)
class Midnight:
    """A midnight in Shanghai by which firms have `due` something: what they do then is accepted before it alone.

    `instants` are lived through one after the other; at the first one it is not over, at the last one it is. The firms'
    titles are innovative ones of these dates.
    """

    due: str
    instants: Sequence[str]
    valid_from: str
    valid_to: str
    duties_from: str
    happened_on: str


UPDATE_DUE = Midnight(
    "updated",
    ("2026-04-30T23:50:00+08:00", "2026-05-01T08:00:00+08:00"),
    "2023-05-16",
    "2026-05-15",
    "2026-01-01",
    "2026-04-20",
)
"""The annual update is due on 30 April; titles expire in May."""

TWICE = replace(
    UPDATE_DUE,
    instants=(
        *("2026-04-30T23:50:00+08:00", "2026-04-30T23:59:59+08:00", "2026-05-01T00:00:01+08:00"),
        *("2026-04-30T23:59:57+08:00", "2026-05-01T00:00:00+08:00", "2026-05-01T08:00:00+08:00"),
    ),
)
"""The same; clocks go past it, are put back, and come to it again."""

LEAP_DAY = Midnight(
    "applied",
    (
        *("2024-02-29T23:50:00+08:00", "2024-03-01T00:00:01+08:00"),
        *("2024-02-29T23:59:57+08:00", "2024-03-01T08:00:00+08:00"),
    ),
    "2021-03-01",
    "2024-02-29",
    "2024-01-01",
    "2024-02-20",
)
"""The last day on which the review of a title can be applied for that expires on 29 February."""


class Client:
    """Sends requests until they are answered, and notes all of it in the ledger."""

    def __init__(self, url: str, ledger: Ledger, chance: random.Random) -> None:
        self.http = httpx.AsyncClient(base_url=url, timeout=30, trust_env=False)
        self.ledger = ledger
        self._chance = chance
        self._tokens: dict[str, str] = {}

    async def headers(self, who: str) -> dict[str, str]:
        while who not in self._tokens:
            form = {"grant_type": "client_credentials", "client_id": who, "client_secret": SECRET}
            try:
                answer = await self.http.post("/login/token", data=form)
            except httpx.TransportError:
                await self._wait(PATIENCE)
            else:
                self._tokens[who] = answer.raise_for_status().json()["access_token"]
        return {"Authorization": f"Bearer {self._tokens[who]}"}

    async def post(self, act: str, subject: str, who: str, path: str, body: Any) -> Any:
        """What is answered in the end; it was accepted, or refused for good."""
        request = Request(secrets.token_hex(8), act, subject, who, path, body)
        headers = await self.headers(who) | {"Idempotency-Key": request.key}
        self.ledger.ask(request)
        while True:
            try:
                answer = await self.http.post(f"/api/v1{path}", json=body, headers=headers)
            except httpx.TransportError as error:
                self.ledger.miss(request.key, repr(error))
                await self._wait(PATIENCE)
                continue
            told = answer.json()
            if (
                answer.status_code in LATER
                or "Retry-After" in answer.headers
                or _not_heard_yet(answer.status_code, told)
            ):
                self.ledger.put_off(request.key, answer.status_code, told)
                await self._wait(min(float(answer.headers.get("Retry-After", PATIENCE)), PATIENCE))
                continue
            self.ledger.answer(request.key, answer.status_code, told)
            return told

    async def get(self, path: str, who: str = BUREAU) -> Any:
        """What is there, once the platform can say so; None where nothing is."""
        headers = await self.headers(who)
        while True:
            try:
                answer = await self.http.get(f"/api/v1{path}", headers=headers)
            except httpx.TransportError:
                await self._wait(PATIENCE)
                continue
            if answer.status_code == 404:
                return None
            if answer.status_code not in LATER:
                return answer.raise_for_status().json()
            await self._wait(PATIENCE)

    async def _wait(self, longest: float) -> None:
        await asyncio.sleep(self._chance.uniform(longest / 4, longest))


def _not_heard_yet(status: int, told: Any) -> bool:
    """Whether the changes service has not heard yet of the title that is decided on."""
    return status == 422 and {defect["code"] for defect in told.get("errors") or ()} == {"not_held"}


@dataclass
class Firm:
    """A firm with an innovative title. One that `sleeps` forgets what it has to do by midnight."""

    number: int
    sleeps: bool
    code: str = field(default_factory=new_code)
    certification: str = ""

    @property
    def name(self) -> str:
        return f"厦门混沌{self.number:05d}有限公司"

    @property
    def account(self) -> str:
        return f"firm:{self.code}"


class Load:
    """So many firms: each is entered, gets its title and does what is due by midnight, and goes on after it."""

    def __init__(self, client: Client, firms: int, midnight: Midnight) -> None:
        self.client = client
        self.firms = [Firm(number, sleeps=number % 5 == 4) for number in range(firms)]
        self.midnight = midnight

    async def before_midnight(self, seconds: float) -> None:
        """What is done until the last minute."""
        await _paced([self._arrives(firm) for firm in self.firms], seconds)

    async def after_midnight(self, seconds: float) -> None:
        """What is done from then on."""
        await _paced([self._goes_on(firm) for firm in self.firms if not firm.sleeps], seconds)

    async def _arrives(self, firm: Firm) -> None:
        post = self.client.post
        entry = {
            "credit_code": firm.code,
            "name": firm.name,
            "authority": "XM-SM",
            "registered_place": "福建省厦门市思明区",
            "contact": contact(firm.code),
        }
        await post("registered", firm.code, OFFICER, "/enterprises", entry)
        grant = {
            "credit_code": firm.code,
            "enterprise_name": firm.name,
            "authority": "XM-SM",
            "title": "innovative",
            "valid_from": self.midnight.valid_from,
            "valid_to": self.midnight.valid_to,
            "duties_from": self.midnight.duties_from,
        }
        firm.certification = (await post("granted", firm.code, BUREAU, "/certifications", grant))["id"]
        if firm.number % 8 == 0:
            notice = {"year": 2030, "titles": ["little_giant"], "due": "2030-06-26", "source": f"混沌通知 {firm.code}"}
            await post("extended", notice["source"], BUREAU, "/deadline_extensions", notice)
        if firm.sleeps:
            return
        if self.midnight.due == "applied":
            await self._applies(firm)
        else:
            year = int(self.midnight.instants[0][:4])
            form = update_form(firm.code, year) | {"declaration": DECLARATION}
            await post("updated", firm.code, firm.account, f"/enterprises/{firm.code}/updates", form)

    async def _goes_on(self, firm: Firm) -> None:
        post = self.client.post
        if self.midnight.due != "applied":
            await self._applies(firm)
        renamed = change_form(firm.code, self.midnight.happened_on, old=firm.name, new=f"{firm.name}（新）")
        report = await post("drafted", firm.code, firm.account, "/changes", renamed)
        path = f"/changes/{report['id']}"
        await post("submitted", firm.code, firm.account, f"{path}/submission", {"declaration": DECLARATION})
        opinion = {"meets_criteria": True, "opinion": "经核实，主营业务与人员未变"}
        await post("given an opinion", firm.code, OFFICER, f"{path}/opinion", opinion)
        retained = {"certification_id": firm.certification, "outcome": "retained", "reason": "仍符合认定标准"}
        await post("decided", firm.code, BUREAU, f"{path}/decision", {"decisions": [retained]})

    async def _applies(self, firm: Firm) -> None:
        application = {"certification_id": firm.certification, "declaration": DECLARATION}
        await self.client.post("applied", firm.code, firm.account, "/reviews", application)


async def _paced(stories: Sequence[Coroutine[Any, Any, None]], seconds: float) -> None:
    """Begin the stories one after the other in so many seconds; they end when they have ended."""
    async with asyncio.TaskGroup() as group:
        for story in stories:
            group.create_task(story)
            await asyncio.sleep(seconds / len(stories))
