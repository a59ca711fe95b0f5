"""What a simulation plays on: firms with all that happened to them, the agenda, and what differed from the oracle."""

import heapq
import itertools
import random
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

import httpx

from services.cli.simulation import oracle
from services.cli.simulation.oracle.acts import Act
from services.cli.simulation.oracle.days import day_of
from services.cli.simulation.oracle.life import Answer, Life
from services.cli.simulation.oracle.notices import CampaignDeclared, DeadlineExtended
from services.cli.simulation.oracle.records import Title
from services.cli.simulation.world import World
from services.cli.tour.forms import DECLARATION
from shared.regulation import SHANGHAI

DOUBLE_CLICKS = 0.02
A_MOMENT = timedelta(microseconds=1)
ASSISTED = 0.04
NOTICE, DEED, WATCH = range(3)
A_DAY = timedelta(days=1)
LAST_SECOND, MIDNIGHT, MORNING, AFTERNOON = time(23, 59, 59), time(0), time(10), time(16)
HOURS = (MIDNIGHT, MORNING, MORNING, AFTERNOON, LAST_SECOND)
LARGEST_PAGE = 200


def at(day: date, hour: time = MORNING) -> datetime:
    """An instant of a Shanghai day."""
    return datetime.combine(day, hour, SHANGHAI)


@dataclass
class Firm:
    """A firm of the simulation. `acts` is everything that was asked for it, from which the oracle tells its life."""

    number: int
    code: str
    name: str
    authority: str
    place: str
    chance: random.Random
    careful: bool
    acts: list[Act] = field(default_factory=list)
    planned: dict[str, date] = field(default_factory=dict)
    watched_until: datetime | None = None
    differs: bool = False

    @property
    def account(self) -> str:
        return f"firm:{self.code}" if self.number % 3 else f"person:{self.code}"

    @property
    def officer(self) -> str:
        return f"officer:{self.authority}"

    def files(self) -> tuple[str, dict[str, Any]]:
        """Who files something for it, and the declaration: now and then an officer, by the signed paper form (代办)."""
        if self.chance.random() < ASSISTED:
            return self.officer, DECLARATION | {"paper_reference": f"纸质-{self.number}"}
        return self.account, DECLARATION


Notice = Callable[["Stage"], Awaitable[object]]
Deed = Callable[["Stage", Firm], Awaitable[object]]


@dataclass(frozen=True)
class Difference:
    """Where platform and oracle part, for one firm or a notice to all: when, about what, with what led there."""

    firm: Firm | None
    at: datetime
    about: str
    expected: Any
    got: Any
    acts: tuple[Act, ...]


@dataclass(order=True)
class _Entry:
    when: datetime
    rank: int
    serial: int
    firm: Firm | None = field(compare=False)
    deed: Callable[[], Awaitable[object]] | None = field(compare=False)
    early: bool = field(compare=False, default=False)


class Stage:
    """One simulation: what is still to be done, and what was found. The rest of an unlike firm's life is not played."""

    def __init__(self, world: World, rules: str, end: datetime) -> None:
        self.world = world
        self.rules = rules
        self.end = end
        self.firms: list[Firm] = []
        self.lagging = False
        self.differences: list[Difference] = []
        self.acts = 0
        self.checks = 0
        self.afterwards: list[Callable[[], Awaitable[None]]] = []
        self._agenda: list[_Entry] = []
        self._told: dict[int, tuple[tuple[datetime, int], tuple[Life, list[Answer]]]] = {}
        self._serial = itertools.count()

    # ---- the agenda

    @property
    def now(self) -> datetime:
        return self.world.now

    @property
    def today(self) -> date:
        return day_of(self.now)

    def later(self, when: datetime, firm: Firm, deed: Deed, *, early: bool = False) -> None:
        """Have something done, unless it would lie beyond the end; at once where its time has passed.

        What is `early` does not wait for the news of the moment before.
        """
        self._add(_Entry(max(when, self.now), DEED, next(self._serial), firm, partial(deed, self, firm), early))

    def announce(self, when: datetime, notice: Notice) -> None:
        """Have something announced to all, before anything else is done at that instant."""
        self._add(_Entry(max(when, self.now), NOTICE, next(self._serial), None, partial(notice, self)))

    def watch(self, firm: Firm) -> None:
        """Look at the firm again at the next midnight that matters to it."""
        point = self.life(firm).next_midnight()
        if point is not None and (firm.watched_until is None or not self.now < firm.watched_until <= point):
            firm.watched_until = point
            self._add(_Entry(point, WATCH, next(self._serial), firm, None))

    def _add(self, entry: _Entry) -> None:
        if entry.when <= self.end:
            heapq.heappush(self._agenda, entry)

    def next_instant(self) -> datetime | None:
        return self._agenda[0].when if self._agenda else None

    def take(self) -> list[_Entry]:
        """The next things of the present instant that can be done side by side: one for each firm, all of one rank."""
        taken: list[_Entry] = []
        busy: set[int] = set()
        left: list[_Entry] = []
        while self._agenda and self._agenda[0].when <= self.now:
            entry = heapq.heappop(self._agenda)
            if entry.firm is not None and entry.firm.differs:
                continue
            same_rank = not taken or entry.rank == taken[0].rank
            if same_rank and (entry.firm is None or entry.firm.number not in busy):
                taken.append(entry)
                if entry.firm is not None:
                    busy.add(entry.firm.number)
            else:
                left.append(entry)
        for entry in left:
            heapq.heappush(self._agenda, entry)
        return taken

    # ---- asking and judging

    def life(self, firm: Firm) -> Life:
        """The firm as the oracle has it now, to be read only."""
        return self._lived(firm)[0]

    def _lived(self, firm: Firm) -> tuple[Life, list[Answer]]:
        """What the oracle tells of a firm; asked again before anything has happened, it tells the same."""
        asked = (self.now, len(firm.acts))
        if (known := self._told.get(firm.number)) is None or known[0] != asked:
            told = oracle.live(self.rules, firm.name, firm.authority, firm.acts, self.now)
            self._told[firm.number] = known = (asked, told)
        return known[1]

    async def post(self, firm: Firm, who: str, path: str, body: Any) -> httpx.Response:
        """Send something for a firm; now and then twice, which must have one effect and one answer."""
        if firm.chance.random() >= DOUBLE_CLICKS:
            return await self.world.request(who, "POST", path, body)
        key = {"Idempotency-Key": secrets.token_hex(8)}
        first = await self.world.request(who, "POST", path, body, key)
        if first.is_success:
            again = await self.world.request(who, "POST", path, body, key)
            self.compare(firm, f"the same {path} again", first.content, again.content)
        return first

    def judge(
        self, firm: Firm, act: Act, answer: httpx.Response, read: Callable[[Any], Mapping[str, Any]] = lambda _: {}
    ) -> bool:
        """Compare what an act was answered with what the oracle answers; whether it was granted.

        `read` takes out of the body of a granted one what the oracle tells of it.
        """
        got: Answer = {"status": answer.status_code}
        if answer.is_success:
            got |= read(answer.json())
        elif codes := refusals(answer):
            got["codes"] = codes
        return self.judge_told(firm, act, got)

    def judge_told(self, firm: Firm, act: Act, got: Answer) -> bool:
        firm.acts.append(act)
        self.acts += 1
        _, answers = self._lived(firm)
        expected = answers[-1]
        if self.lagging and "codes" in got and "codes" in expected:
            got, expected = _whatever_the_news(got), _whatever_the_news(expected)
        self.compare(firm, type(act).__name__, expected, got)
        return bool(expected["status"] < httpx.codes.BAD_REQUEST)

    def judge_notice(self, act: Act, answer: httpx.Response) -> None:
        """Note what was announced in the life of every firm."""
        self.acts += 1
        expected = httpx.codes.CREATED if isinstance(act, DeadlineExtended | CampaignDeclared) else httpx.codes.OK
        self.compare(None, type(act).__name__, expected, answer.status_code, act)
        for firm in self.firms:
            firm.acts.append(act)

    def compare(self, firm: Firm | None, about: str, expected: Any, got: Any, *acts: Act) -> None:
        """Note where platform and oracle part, once for a firm; without one, what concerns all, after these `acts`."""
        self.checks += 1
        if expected == got or (firm is not None and firm.differs):
            return
        if firm is not None:
            firm.differs = True
            acts = tuple(firm.acts)
        self.differences.append(Difference(firm, self.now, about, expected, got, acts))

    async def look_at(self, firm: Firm, *, whole: bool = False) -> None:
        """Compare with the oracle what is shown of the titles for which this instant matters, or of all."""
        life = self.life(firm)
        before, _ = oracle.live(self.rules, firm.name, firm.authority, firm.acts, self.now - A_MOMENT)
        for title in life.titles.values():
            if whole or (title.id in before.titles and self.now in before.turning_points(before.titles[title.id])):
                await self._look_at(firm, life, title)
        year = day_of(self.now - A_MOMENT).year
        if whole or self.now in before.dues_over(year):
            path = f"/enterprises/{firm.code}/freshness?year={year}"
            told = (await self.world.request(firm.officer, "GET", path)).json().get("titles", ())
            got = {each["title"]: (each["due"], each["state"]) for each in told}
            self.compare(firm, f"the {year} update", life.year_seen(year), got)

    async def survey(self) -> None:
        """Compare what the list of titles shows of every title with the oracle."""
        lives = [(firm, self.life(firm)) for firm in self.firms if not firm.differs]
        owners = {title.id: (firm, life, title) for firm, life in lives for title in life.titles.values()}
        path: str | None = f"/certifications?limit={LARGEST_PAGE}"
        while path is not None:
            page = (await self.world.request("bureau", "GET", path)).json()
            for shown in page["items"]:
                if (owner := owners.get(shown["id"])) is not None:
                    firm, life, title = owner
                    got = shown | {"window": (shown["window_opens"], shown["window_closes"])}
                    expected = {name: value for name, value in life.seen(title).items() if name in got}
                    got = {name: got[name] for name in expected}
                    self.compare(firm, f"title {title.kind} in the list", expected, got)
            path = page["next"].removeprefix("/api/v1") if page["next"] else None

    async def _look_at(self, firm: Firm, life: Life, title: Title) -> None:
        held = (await self.world.request("bureau", "GET", f"/certifications/{title.id}")).json()
        applying = (await self.world.request(firm.account, "GET", f"/certifications/{title.id}/eligibility")).json()
        expected = life.seen(title)
        owed = expected.get("duties", {})
        got = held | {
            "window": (held.get("window_opens"), held.get("window_closes")),
            "duties": {
                duty["year"]: (duty["due"], duty["state"]) for duty in held.get("duties", ()) if duty["year"] in owed
            },
            "failing": sorted(each["code"] for each in applying.get("conditions", ()) if not each["holds"]),
        }
        got = {name: got.get(name) for name in expected}
        self.compare(firm, f"title {title.kind}", expected, got)


def refusals(answer: httpx.Response) -> list[str]:
    """The codes of what a refusal says is wrong."""
    body = answer.json()
    return sorted({each["code"] for each in body.get("conditions") or body.get("errors") or ()})


def _whatever_the_news(answer: Answer) -> Answer:
    """A refusal without the reasons that news of the moment before, not heard of yet, decides."""
    kept = [code for code in answer["codes"] if code not in ("profile_stale", "eligibility_revoked")]
    return answer | {"codes": kept}
