"""The firms of the sample city move in, with what they did in earlier years, and plan their year."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial

from services.cli import city, sample
from services.cli.simulation.behaviour.notices import declare_campaign, extend_deadline
from services.cli.simulation.behaviour.occurrences import plan_occurrences
from services.cli.simulation.behaviour.reviews import plan_review
from services.cli.simulation.behaviour.updates import plan_year
from services.cli.simulation.oracle.acts import Act
from services.cli.simulation.oracle.records import Campaign, Extension
from services.cli.simulation.oracle.rules import GROWTH, INNOVATIVE, LITTLE_GIANT, SPECIALIZED
from services.cli.simulation.oracle.titles import Granted, Updated
from services.cli.simulation.stage import LARGEST_PAGE, MORNING, Firm, Stage, at
from services.cli.simulation.warnings.comparing import Contacts
from services.cli.tour.forms import contact
from shared.runtime.acting import PLATFORM, acting
from shared.runtime.acting import Act as Doing

WITH_A_SECOND = 0.15
UPDATED = (INNOVATIVE, SPECIALIZED, LITTLE_GIANT)


async def move_in(stage: Stage, count: int | None, seed: int, only: int | None) -> dict[str, Contacts]:
    """Load the city, or `count` firms of it, as `peiyu run` does; each firm's contacts by its credit code.

    Some name a second contact person.
    """
    firms = city.sample_city(stage.now)
    if count is not None:
        firms = random.Random(f"{seed} firms").sample(firms, min(count, len(firms)))  # noqa: S311 - a simulation
    if only is not None:
        firms = firms[only - 1 : only]
    services = stage.world.services
    with acting(Doing("load_sample", PLATFORM)):
        for some in sample.chunks(firms):
            await sample.enter_firms(services["profile"].backend, some)
        for rows in sample.chunks(sample.titles_of(firms)):
            await sample.grant_titles(services["reviews"].backend, rows)
    await stage.world.quiet()
    titles = await _titles(stage)
    for number, each in enumerate(firms, start=only or 1):
        stage.firms.append(_firm(number, each, titles.get(each.credit_code, ()), seed))
    contacts = {}
    for firm, each in zip(stage.firms, firms, strict=True):
        second = await _name_second(stage, firm) if firm.chance.random() < WITH_A_SECOND else None
        contacts[firm.code] = Contacts(stage.now, each.contact["email"], second)
    await stage.world.quiet()
    return contacts


async def _name_second(stage: Stage, firm: Firm) -> str:
    """The address of the second contact person whom the firm names."""
    path = f"/enterprises/{firm.code}"
    seen = await stage.world.request(firm.account, "GET", path)
    person = contact(f"second-{firm.code}")
    version = {"If-Match": seen.headers["ETag"]}
    answer = await stage.world.request(firm.account, "PUT", f"{path}/second_contact", person, version)
    stage.compare(firm, "a second contact", 200, answer.status_code)
    return person["email"]


def _firm(number: int, firm: city.Firm, granted: Sequence[Act], seed: int) -> Firm:
    chance = random.Random(f"{seed} {firm.credit_code}")  # noqa: S311 - a simulation
    updated = [Updated(instant, year) for year, instant in sorted(firm.updates.items())]
    return Firm(
        number=number,
        code=firm.credit_code,
        name=firm.name,
        authority=firm.authority,
        place=firm.place,
        chance=chance,
        careful=chance.random() < 0.75,
        acts=[*updated, *granted],
    )


async def _titles(stage: Stage) -> dict[str, list[Act]]:
    """The titles of every firm, as they were granted just now."""
    granted: dict[str, list[Act]] = {}
    path: str | None = f"/certifications?limit={LARGEST_PAGE}"
    while path is not None:
        page = (await stage.world.request("bureau", "GET", path)).json()
        for held in page["items"]:
            valid_from, valid_to = (date.fromisoformat(held[name]) for name in ("valid_from", "valid_to"))
            title = Granted(stage.now, held["id"], held["title"], valid_from, valid_to)
            granted.setdefault(held["credit_code"], []).append(title)
        path = page["next"].removeprefix("/api/v1") if page["next"] else None
    return granted


async def plan(stage: Stage, start: date, end: date, seed: int) -> None:
    """What firms and officers will do in these years, and what the bureau announces to all."""
    for firm in stage.firms:
        for title in stage.life(firm).titles:
            await plan_review(stage, firm, title=title)
        await plan_year(stage, firm, year=start.year)
        for year in range(start.year, end.year + 1):
            plan_occurrences(stage, firm, year)
    for year in range(start.year, end.year + 1):
        _plan_notices(stage, start, year, random.Random(f"{seed} {year} notices"))  # noqa: S311 - a simulation


def _plan_notices(stage: Stage, start: date, year: int, chance: random.Random) -> None:
    """One extension around 30 April, as that of 2025; one campaign for who expires in a stretch of the year."""
    authorities = None if chance.random() < 0.5 else tuple(chance.sample(sorted(city.SHARES), 3))
    extension = Extension(year, tuple(chance.sample(UPDATED, 2)), authorities, date(year, 6, 26))
    declared = date(year, 4, 30) + timedelta(days=chance.randrange(-20, 8))
    ended_after = chance.randrange(5, 40) if chance.random() < 0.25 else None
    stage.announce(at(declared, MORNING), partial(extend_deadline, extension=extension, ended_after=ended_after))
    expires = date(year, chance.choice((5, 7, 11)), 1)
    opens = expires - timedelta(days=chance.randrange(50))
    closes = opens + timedelta(days=chance.randrange(8, 90))
    campaign = Campaign((*UPDATED, GROWTH), expires, expires + timedelta(days=30), opens, closes)
    announced = max(start, opens - timedelta(days=chance.randrange(-5, 30)))
    stage.announce(at(announced, MORNING), partial(declare_campaign, campaign=campaign, ended_after=None))
