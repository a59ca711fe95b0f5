"""What the bureau announces to all: deadlines moved, campaigns; some of it is taken back."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial

from services.cli.city import SHARES
from services.cli.simulation.behaviour.reviews import plan_review
from services.cli.simulation.behaviour.updates import use_extension
from services.cli.simulation.oracle.notices import CampaignDeclared, CampaignEnded, DeadlineExtended, ExtensionWithdrawn
from services.cli.simulation.oracle.records import Campaign, Extension
from services.cli.simulation.oracle.rules import GROWTH, INNOVATIVE, LITTLE_GIANT, SPECIALIZED, update_due
from services.cli.simulation.stage import A_DAY, AFTERNOON, LAST_SECOND, MIDNIGHT, MORNING, Stage, at

UPDATED = (INNOVATIVE, SPECIALIZED, LITTLE_GIANT)
SOURCE = "关于调整优质中小企业培育工作时间的通知"


def plan_notices(stage: Stage, start: date, end: date, chance: random.Random) -> None:
    """Extensions before and after the date that they move, for all or for some; campaigns of cohorts that expire."""
    for year in range(start.year, end.year + 1):
        for _ in range(chance.choice((0, 1, 1, 2))):
            extension = _extension(stage, year, chance)
            ruled = min(_dues(stage, extension))
            declared = chance.choice(
                (
                    at(ruled - timedelta(days=chance.randrange(3, 40)), MORNING),
                    at(ruled, LAST_SECOND),
                    at(ruled + A_DAY, MIDNIGHT),
                    at(ruled + timedelta(days=chance.randrange(2, 50)), AFTERNOON),
                )
            )
            ended_after = chance.randrange(5, 90) if chance.random() < 0.3 else None
            stage.announce(declared, partial(extend_deadline, extension=extension, ended_after=ended_after))
        for _ in range(chance.choice((0, 1, 2))):
            campaign = _campaign(year, chance)
            declared = at(campaign.opens - timedelta(days=chance.randrange(-20, 60)), MORNING)
            ended_after = chance.randrange(5, 120) if chance.random() < 0.3 else None
            stage.announce(
                max(declared, at(start)), partial(declare_campaign, campaign=campaign, ended_after=ended_after)
            )


def _extension(stage: Stage, year: int, chance: random.Random) -> Extension:
    kinds = tuple(chance.sample(UPDATED, chance.choice((1, 2, 3))))
    authorities = None if chance.random() < 0.6 else tuple(chance.sample(sorted(SHARES), 2))
    due = max(_dues(stage, Extension(year, kinds, None, date.max))) + timedelta(days=chance.randrange(1, 60))
    return Extension(year, kinds, authorities, due)


def _dues(stage: Stage, extension: Extension) -> Iterator[date]:
    for kind in extension.kinds:
        if (day := update_due(stage.rules, kind, extension.year)) is not None:
            yield day


def _campaign(year: int, chance: random.Random) -> Campaign:
    kinds = tuple(chance.sample((*UPDATED, GROWTH), chance.choice((1, 2))))
    expires_from = date(year, 1, 1) + timedelta(days=chance.randrange(365))
    opens = expires_from + timedelta(days=chance.randrange(-90, 60))
    return Campaign(
        kinds,
        expires_from,
        expires_from + timedelta(days=chance.randrange(20, 150)),
        opens,
        opens + timedelta(days=chance.randrange(15, 150)),
    )


async def extend_deadline(stage: Stage, *, extension: Extension, ended_after: int | None) -> None:
    form = {
        "year": extension.year,
        "titles": list(extension.kinds),
        "authorities": list(extension.authorities) if extension.authorities else None,
        "due": extension.due.isoformat(),
        "source": SOURCE,
    }
    answer = await stage.world.request("bureau", "POST", "/deadline_extensions", form)
    notice = answer.json().get("id", "none")
    stage.judge_notice(DeadlineExtended(stage.now, notice, extension), answer)
    for firm in stage.firms:
        stage.later(stage.now, firm, partial(use_extension, year=extension.year, due=extension.due))
    if ended_after is not None:
        stage.announce(at(stage.today + timedelta(days=ended_after)), partial(withdraw_extension, notice=notice))


async def withdraw_extension(stage: Stage, *, notice: str) -> None:
    path = f"/deadline_extensions/{notice}/withdrawal"
    answer = await stage.world.request("bureau", "POST", path, {"reason": "通知已废止"})
    stage.judge_notice(ExtensionWithdrawn(stage.now, notice), answer)


async def declare_campaign(stage: Stage, *, campaign: Campaign, ended_after: int | None) -> None:
    form = {
        "titles": list(campaign.kinds),
        "expires_from": campaign.expires_from.isoformat(),
        "expires_to": campaign.expires_to.isoformat(),
        "opens": campaign.opens.isoformat(),
        "closes": campaign.closes.isoformat(),
        "source": SOURCE,
    }
    answer = await stage.world.request("bureau", "POST", "/campaigns", form)
    notice = answer.json().get("id", "none")
    stage.judge_notice(CampaignDeclared(stage.now, notice, campaign), answer)
    for firm in stage.firms:
        for title in stage.life(firm).titles.values():
            covered = campaign.expires_from <= title.valid_to <= campaign.expires_to
            if title.status == "valid" and title.kind in campaign.kinds and covered:
                stage.later(stage.now, firm, partial(plan_review, title=title.id))
    if ended_after is not None:
        stage.announce(at(stage.today + timedelta(days=ended_after)), partial(end_campaign, notice=notice))


async def end_campaign(stage: Stage, *, notice: str) -> None:
    answer = await stage.world.request("bureau", "POST", f"/campaigns/{notice}/end", {"reason": "批次终止"})
    stage.judge_notice(CampaignEnded(stage.now, notice), answer)
