"""Firms come, with titles new or taken over; the right to the review in officers' hands."""

from datetime import date, timedelta
from functools import partial

from services.cli.simulation.behaviour.reviews import plan_review
from services.cli.simulation.behaviour.updates import plan_year
from services.cli.simulation.oracle.days import months_later
from services.cli.simulation.oracle.rules import GROWTH, INNOVATIVE, LITTLE_GIANT, SPECIALIZED
from services.cli.simulation.oracle.titles import Granted
from services.cli.simulation.stage import A_DAY, AFTERNOON, Firm, Stage, at
from services.cli.tour.forms import contact

KINDS = {INNOVATIVE: 60, SPECIALIZED: 30, LITTLE_GIANT: 20, GROWTH: 15}
EXPIRIES = ((4, 30), (5, 1), (3, 31), (2, 28), (5, 31), (6, 1), (6, 30), (11, 30), (12, 31), (1, 31))


async def enter(stage: Stage, firm: Firm) -> None:
    """An officer registers the firm, or a title is granted to one that nobody registered."""
    if firm.chance.random() < 0.85:
        form = {
            "credit_code": firm.code,
            "name": firm.name,
            "authority": firm.authority,
            "registered_place": firm.place,
            "contact": contact(firm.code),
        }
        answer = await stage.post(firm, firm.officer, "/enterprises", form)
        stage.compare(firm, "registration", 201, answer.status_code)
    kinds = sorted({*firm.chance.choices(list(KINDS), list(KINDS.values()), k=firm.chance.choice((1, 1, 2, 3)))})
    for kind in kinds:
        day = stage.today + timedelta(days=firm.chance.choice((0, 0, 1, 30, 200, 400)))
        stage.later(at(day, AFTERNOON), firm, partial(be_granted, kind=kind))
    stage.later(at(stage.today, AFTERNOON), firm, partial(plan_year, year=stage.today.year))


async def be_granted(stage: Stage, firm: Firm, *, kind: str) -> None:
    """A title is granted anew, or taken over from a list of earlier years."""
    chance, today = firm.chance, stage.today
    judged_from: date | None = None
    lot = chance.random()
    if lot < 0.4:
        begins = today.replace(day=1)
    elif lot < 0.65:
        begins = today - timedelta(days=chance.randrange(1, 1090))
        judged_from = today if chance.random() < 0.7 else None
    else:
        month, day = chance.choice(EXPIRIES)
        expiry = months_later(date(today.year + chance.choice((0, 1, 1, 2, 3)), month, day), 0)
        if expiry.month == 2 and chance.random() < 0.5:
            expiry = months_later(date(expiry.year, 1, 31), 1)
        begins = months_later(expiry, -36) + A_DAY
        judged_from = today if begins < today and chance.random() < 0.7 else None
        if expiry <= today:
            begins = today
    expiry = months_later(begins, 36) - A_DAY
    form = {
        "credit_code": firm.code,
        "enterprise_name": stage.life(firm).name,
        "authority": firm.authority,
        "title": kind,
        "valid_from": begins.isoformat(),
        "valid_to": expiry.isoformat(),
        "duties_from": judged_from.isoformat() if judged_from else None,
    }
    answer = await stage.post(firm, "bureau", "/certifications", form)
    title = answer.json().get("id", "")
    if stage.judge(firm, Granted(stage.now, title, kind, begins, expiry, judged_from), answer):
        await plan_review(stage, firm, title=title)
