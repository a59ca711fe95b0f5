"""The annual update (信息更新): when a firm makes it, if it does."""

from datetime import date, timedelta
from functools import partial

from services.cli.simulation.behaviour.changes import plan_change
from services.cli.simulation.behaviour.rights import plan_rights
from services.cli.simulation.oracle.titles import Drafted, Updated
from services.cli.simulation.stage import A_DAY, LAST_SECOND, MIDNIGHT, Firm, Stage, at
from services.cli.tour.forms import update_form


async def plan_year(stage: Stage, firm: Firm, *, year: int) -> None:
    """When a firm updates in a year, if it does, and what changes befall it."""
    chance = firm.chance
    life = stage.life(firm)
    dues = [life.due(title, year) for title in life.titles.values() if year in life.duty_years(title)]
    due = chance.choice(dues) if dues else date(year, 4, 30)
    spring = at(date(year, 1, 1) + timedelta(days=chance.randrange(max(1, (due - date(year, 1, 1)).days))))
    plans = {
        "spring": (spring, 70 if firm.careful else 30),
        "new year": (at(date(year, 1, 1), MIDNIGHT), 3),
        "last second": (at(due, LAST_SECOND), 12),
        "one second late": (at(due + A_DAY, MIDNIGHT), 3 if firm.careful else 8),
        "late": (at(due + timedelta(days=chance.randrange(1, 100))), 3 if firm.careful else 15),
        "never": (None, 3 if firm.careful else 25),
        "twice": (spring, 6),
    }
    (plan,) = chance.choices(list(plans), [weight for _, weight in plans.values()])
    when = plans[plan][0]
    if when is not None and when >= stage.now:
        if chance.random() < 0.2:
            stage.later(when - timedelta(days=chance.randrange(1, 20)), firm, partial(save_draft, year=year))
        stage.later(when, firm, partial(update, year=year))
        if plan == "twice":
            stage.later(when + timedelta(days=chance.randrange(90)), firm, partial(update, year=year))
    if chance.random() < 0.05:
        stage.later(at(date(year, 12, 31), LAST_SECOND), firm, partial(update, year=year + 1))
    for _ in range(chance.choices((0, 1, 2), (75, 20, 5))[0]):
        await plan_change(stage, firm, happens_on=date(year, 1, 1) + timedelta(days=chance.randrange(365)))
    plan_rights(stage, firm, year)
    stage.later(at(date(year + 1, 1, 1), MIDNIGHT), firm, partial(plan_year, year=year + 1))


async def save_draft(stage: Stage, firm: Firm, *, year: int) -> None:
    if not stage.life(firm).titles:
        return
    form = {name: value for name, value in update_form(firm.code, year).items() if name != "years"}
    path = f"/enterprises/{firm.code}/update_drafts/{year}"
    answer = await stage.world.request(firm.account, "PUT", path, form)
    if answer.status_code != 428:  # there is one already
        stage.judge(firm, Drafted(stage.now, year), answer)


async def update(stage: Stage, firm: Firm, *, year: int) -> None:
    if not stage.life(firm).titles:
        return
    who, declaration = firm.files()
    form = update_form(firm.code, year) | {"declaration": declaration}
    answer = await stage.post(firm, who, f"/enterprises/{firm.code}/updates", form)
    stage.judge(
        firm,
        Updated(stage.now, year),
        answer,
        lambda body: {"on_time": {each["title"]: (each["due"], each["on_time"]) for each in body["titles"]}},
    )


async def use_extension(stage: Stage, firm: Firm, *, year: int, due: date) -> None:
    """A firm that has not updated yet hears that it has time until another day."""
    owes = any(year in life.duty_years(title) for life in (stage.life(firm),) for title in life.titles.values())
    done = any(isinstance(act, Updated) and act.year == year for act in firm.acts)
    if owes and not done and firm.chance.random() < 0.6:
        when = firm.chance.choice((at(due, LAST_SECOND), at(due + A_DAY, MIDNIGHT), at(due - 3 * A_DAY)))
        if when >= stage.now:
            stage.later(when, firm, partial(update, year=year))
