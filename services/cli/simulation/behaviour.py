"""What firms and officers do: careful and careless, early, on the last second and one second too late.

One function per deed: it asks the platform, has the answer judged, and plans what follows from it. Chance is the
firm's own, so that a firm lives the same life whoever else is played.
"""

import random
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from services.cli.city import PLACES, SHARES
from services.cli.credit_codes import invented_code
from services.cli.simulation import oracle
from services.cli.simulation.oracle import GROWTH, INNOVATIVE, LITTLE_GIANT, SPECIALIZED
from services.cli.simulation.stage import AFTERNOON, LAST_SECOND, MIDNIGHT, MORNING, Firm, Stage, at
from services.cli.tour.forms import DECLARATION, IMPACT, change_form, contact, merger_form, update_form

KINDS = {INNOVATIVE: 60, SPECIALIZED: 30, LITTLE_GIANT: 20, GROWTH: 15}
EXPIRIES = ((4, 30), (5, 1), (3, 31), (2, 28), (5, 31), (6, 1), (11, 30), (12, 31), (1, 31))
A_DAY = timedelta(days=1)
HOURS = (MIDNIGHT, MORNING, MORNING, AFTERNOON, LAST_SECOND)
OPINION = {"opinion": "材料属实"}


def firms(count: int, start: date, end: date, seed: int, stage: Stage, only: int | None) -> list[Firm]:
    """The firms of a simulation, each with its entry on the agenda."""
    played = []
    for number in range(1, count + 1):
        if only is not None and number != only:
            continue
        chance = random.Random(f"{seed} {number}")  # noqa: S311 - a simulation
        (authority,) = chance.choices(list(SHARES), list(SHARES.values()))
        district, place = PLACES[authority]
        firm = Firm(
            number=number,
            code=invented_code(number, district),
            name=f"厦门模拟{number:05d}科技有限公司",
            authority=authority,
            place=f"福建省厦门市{place}",
            chance=chance,
            careful=chance.random() < 0.75,
        )
        spread = 60 if chance.random() < 0.6 else max(1, (end - start).days // 2)
        stage.later(at(start + timedelta(days=chance.randrange(spread))), firm, enter)
        played.append(firm)
    return played


# ---- arrival


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
        expiry = oracle.months_later(date(today.year + chance.choice((0, 1, 1, 2, 3)), month, day), 0)
        if expiry.month == 2 and chance.random() < 0.5:
            expiry = oracle.months_later(date(expiry.year, 1, 31), 1)
        begins = oracle.months_later(expiry, -36) + A_DAY
        judged_from = today if begins < today and chance.random() < 0.7 else None
        if expiry <= today:
            begins = today
    expiry = oracle.months_later(begins, 36) - A_DAY
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
    if stage.judge(firm, oracle.Granted(stage.now, title, kind, begins, expiry, judged_from), answer):
        await plan_review(stage, firm, title=title)


# ---- the annual update (信息更新)


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
    stage.later(at(date(year + 1, 1, 1), MIDNIGHT), firm, partial(plan_year, year=year + 1))


async def save_draft(stage: Stage, firm: Firm, *, year: int) -> None:
    if not stage.life(firm).titles:
        return
    form = {name: value for name, value in update_form(firm.code, year).items() if name != "years"}
    path = f"/enterprises/{firm.code}/update_drafts/{year}"
    answer = await stage.world.request(firm.account, "PUT", path, form)
    if answer.status_code != 428:  # there is one already
        stage.judge(firm, oracle.Drafted(stage.now, year), answer)


async def update(stage: Stage, firm: Firm, *, year: int) -> None:
    if not stage.life(firm).titles:
        return
    form = update_form(firm.code, year) | {"declaration": DECLARATION}
    answer = await stage.post(firm, firm.account, f"/enterprises/{firm.code}/updates", form)
    stage.judge(
        firm,
        oracle.Updated(stage.now, year),
        answer,
        lambda body: {"on_time": {each["title"]: (each["due"], each["on_time"]) for each in body["titles"]}},
    )


# ---- the review (复核)


async def plan_review(stage: Stage, firm: Firm, *, title: str) -> None:
    """When a firm applies in the present period of its title, if it does."""
    chance = firm.chance
    life = stage.life(firm)
    opens, closes = life.window(life.titles[title])
    within = opens + timedelta(days=chance.randrange((closes - opens).days + 1))
    plans: dict[str, tuple[list[datetime], int]] = {
        "within": ([at(within, chance.choice(HOURS))], 50),
        "first second": ([at(opens, MIDNIGHT)], 8),
        "last second": ([at(closes, LAST_SECOND)], 12),
        "one second late": ([at(closes + A_DAY, MIDNIGHT)], 6),
        "too early": ([at(opens - A_DAY, LAST_SECOND), at(within)], 8),
        "twice": ([at(within), at(within + timedelta(days=3))], 6),
        "never": ([], 10),
    }
    (plan,) = chance.choices(list(plans), [weight for _, weight in plans.values()])
    for when in plans[plan][0]:
        stage.later(when, firm, partial(apply, title=title), early=when.time() == MIDNIGHT)


async def apply(stage: Stage, firm: Firm, *, title: str) -> None:
    """Apply for a review; one that has to be checked is judged when the profile's owner has answered."""
    if title not in stage.life(firm).titles:
        return
    form = {"certification_id": title, "declaration": DECLARATION}
    answer = await stage.post(firm, firm.account, "/reviews", form)
    if answer.status_code == 202:
        stage.afterwards.append(partial(_checked, stage, firm, title, answer.json()["id"], stage.now))
        return
    body = answer.json()
    act = oracle.Applied(stage.now, title, body.get("id", "none"))
    if stage.judge(firm, act, answer, lambda body: {"review": body["status"]}):
        _plan_steps(stage, firm, body["id"])


async def _checked(stage: Stage, firm: Firm, title: str, review: str, applied_at: datetime) -> None:
    told = (await stage.world.request(firm.account, "GET", f"/reviews/{review}")).json()
    if told["status"] == "submitted":
        got: dict[str, Any] = {"status": 201, "review": "submitted"}
    else:  # refused at the door, or stopped at it because the right to the review was lost
        got = {"status": 409, "codes": sorted(each["code"] for each in told["reasons"] or ())}
    if stage.judge_told(firm, oracle.Applied(applied_at, title, review), got):
        _plan_steps(stage, firm, review)


def _plan_steps(stage: Stage, firm: Firm, review: str) -> None:
    """Officers pass, reject and take their time; some answer out of turn."""
    chance = firm.chance
    if chance.random() < 0.08:
        day = stage.today + timedelta(days=chance.randrange(60))
        stage.later(at(day), firm, partial(withdraw, review=review))
    if chance.random() < 0.04:
        stage.later(at(stage.today + A_DAY), firm, partial(decide, review=review, step="bureau", outcome="approved"))
    if chance.random() < 0.04:
        stage.later(at(stage.today + A_DAY), firm, partial(decide_elsewhere, review=review))
    _plan_step(stage, firm, review, "authority")


def _plan_step(stage: Stage, firm: Firm, review: str, step: str) -> None:
    wait = firm.chance.randrange(1, 30) if firm.chance.random() < 0.85 else firm.chance.randrange(30, 200)
    stage.later(at(stage.today + timedelta(days=wait), AFTERNOON), firm, partial(handle, review=review, step=step))


async def handle(stage: Stage, firm: Firm, *, review: str, step: str) -> None:
    """The office whose turn it is decides, and the next one is given its turn."""
    chance = firm.chance
    title = stage.life(firm).applications[review].title
    last = "ministry" if title.kind == LITTLE_GIANT else "bureau"
    forward = "approved" if step == last else {"authority": "passed", "bureau": "recommended"}[step]
    if step == "bureau" and chance.random() < 0.04:
        wrong = {"approved": "recommended", "recommended": "approved"}[forward]
        await decide(stage, firm, review=review, step=step, outcome=wrong)
    outcome = forward if chance.random() < 0.93 else "rejected"
    if await decide(stage, firm, review=review, step=step, outcome=outcome) and outcome == forward:
        if step == last:
            await plan_review(stage, firm, title=title.id)
        else:
            _plan_step(stage, firm, review, {"authority": "bureau", "bureau": "ministry"}[step])


async def decide(stage: Stage, firm: Firm, *, review: str, step: str, outcome: str) -> bool:
    who = firm.officer if step == "authority" else "bureau"
    form: dict[str, Any] = OPINION | {"outcome": outcome}
    if step == "ministry":
        form["decided_on"] = stage.today.isoformat()
    answer = await stage.post(firm, who, f"/reviews/{review}/{step}_decision", form)
    act = oracle.Decided(stage.now, review, step, outcome)
    return stage.judge(firm, act, answer, lambda body: {"review": body["status"]})


async def decide_elsewhere(stage: Stage, firm: Firm, *, review: str) -> None:
    """An officer of another authority cannot even see the application."""
    other = next(code for code in SHARES if code != firm.authority)
    form = OPINION | {"outcome": "passed"}
    answer = await stage.post(firm, f"officer:{other}", f"/reviews/{review}/authority_decision", form)
    stage.compare(firm, "a decision by another authority", 404, answer.status_code)


async def withdraw(stage: Stage, firm: Firm, *, review: str) -> None:
    answer = await stage.post(firm, firm.account, f"/reviews/{review}/withdrawal", {"reason": "材料需要重新准备"})
    act = oracle.Withdrew(stage.now, review)
    if stage.judge(firm, act, answer, lambda body: {"review": body["status"]}) and firm.chance.random() < 0.5:
        title = stage.life(firm).applications[review].title
        stage.later(at(stage.today + timedelta(days=firm.chance.randrange(30))), firm, partial(apply, title=title.id))


# ---- major changes (重大变化)


async def plan_change(stage: Stage, firm: Firm, *, happens_on: date) -> None:
    """A change that will happen, and when it is reported, if it is."""
    chance = firm.chance
    due = oracle.change_due(happens_on)[1]
    plans = {
        "soon": (at(happens_on + timedelta(days=chance.randrange(60))), 50),
        "last second": (at(due, LAST_SECOND), 14),
        "one second late": (at(due + A_DAY, MIDNIGHT), 8),
        "late": (at(due + timedelta(days=chance.randrange(1, 200))), 10),
        "before it happened": (at(happens_on - A_DAY, LAST_SECOND), 3),
        "never": (None, 15),
    }
    (plan,) = chance.choices(list(plans), [weight for _, weight in plans.values()])
    when = plans[plan][0]
    if when is not None and when > stage.now:
        stage.later(when, firm, partial(report_change, happened_on=happens_on))


async def report_change(stage: Stage, firm: Firm, *, happened_on: date) -> None:
    """Write a report, and submit it now or some days later."""
    life = stage.life(firm)
    if not life.titles:
        return
    new_name, form = _change(firm, happened_on, life.name)
    answer = await stage.post(firm, firm.account, "/changes", form)
    report = answer.json().get("id", "none")
    granted = stage.judge(
        firm,
        oracle.ReportDrafted(stage.now, report, happened_on, new_name),
        answer,
        lambda body: {name: body["timeliness"][name] for name in ("nominal_due", "due")},
    )
    if not granted:
        return
    if firm.chance.random() < 0.75:
        await submit_report(stage, firm, report=report)
    else:
        day = stage.today + timedelta(days=firm.chance.randrange(1, 100))
        stage.later(at(day, firm.chance.choice(HOURS)), firm, partial(submit_report, report=report))


def _change(firm: Firm, happened_on: date, name: str) -> tuple[str | None, dict[str, Any]]:
    """The form of a change: a rename with its new name, a merger, or another one."""
    day = happened_on.isoformat()
    lot = firm.chance.random()
    if lot < 0.4:
        new_name = f"{firm.name[:-6]}第{len(firm.acts)}次更名科技有限公司"
        return new_name, change_form(firm.code, day, old=name, new=new_name)
    if lot < 0.7:
        return None, merger_form(firm.code, day, invented_code(firm.number + 500_000))
    kind = firm.chance.choice(("restructuring", "business", "control", "other"))
    described = {"before": "原状", "after": "现状", "reason": "经营需要", "impact": IMPACT}
    return None, {"credit_code": firm.code, "type": kind, "happened_on": day, "details": {}, **described}


async def submit_report(stage: Stage, firm: Firm, *, report: str) -> None:
    answer = await stage.post(firm, firm.account, f"/changes/{report}/submission", {"declaration": DECLARATION})
    if not stage.judge(firm, oracle.ReportSubmitted(stage.now, report), answer, _report):
        return
    chance = firm.chance
    if chance.random() < 0.08:
        day = stage.today + timedelta(days=chance.randrange(30))
        stage.later(at(day), firm, partial(withdraw_report, report=report))
    day = stage.today + timedelta(days=chance.randrange(1, 30))
    stage.later(at(day, AFTERNOON), firm, partial(give_opinion, report=report))


def _report(body: dict[str, Any]) -> dict[str, Any]:
    told = {"report": body["status"]}
    if body["status"] in ("submitted", "withdrawn"):
        told["on_time"] = body["timeliness"]["on_time"]
    return told


async def withdraw_report(stage: Stage, firm: Firm, *, report: str) -> None:
    answer = await stage.post(firm, firm.account, f"/changes/{report}/withdrawal", {"reason": "填报有误"})
    stage.judge(firm, oracle.ReportWithdrawn(stage.now, report), answer, _report)


async def give_opinion(stage: Stage, firm: Firm, *, report: str) -> None:
    meets = firm.chance.random() < 0.9
    form = OPINION | {"meets_criteria": meets}
    answer = await stage.post(firm, firm.officer, f"/changes/{report}/opinion", form)
    if stage.judge(firm, oracle.OpinionGiven(stage.now, report), answer, _report):
        day = stage.today + timedelta(days=firm.chance.randrange(1, 40))
        stage.later(at(day, AFTERNOON), firm, partial(decide_report, report=report, meets=meets))


async def decide_report(stage: Stage, firm: Firm, *, report: str, meets: bool) -> None:
    """The bureau decides on every held title; now and then it forgets one, or cancels what is the ministry's."""
    chance = firm.chance
    held = [title for title in stage.life(firm).titles.values() if title.status == "valid"]
    kept = {title.id: meets or chance.random() < 0.3 for title in held}
    against = {title.id: "referred" if title.kind == LITTLE_GIANT else "cancelled" for title in held}
    outcomes = {title.id: "retained" if kept[title.id] else against[title.id] for title in held}
    if held and chance.random() < 0.05:
        wrong = dict.fromkeys(outcomes, "cancelled") if chance.random() < 0.5 else dict(list(outcomes.items())[1:])
        if wrong != outcomes and set(wrong.values()) != {"cancelled"}:
            await _decide_report(stage, firm, report, wrong)
    if await _decide_report(stage, firm, report, outcomes):
        for title, outcome in outcomes.items():
            if outcome == "referred":
                day = stage.today + timedelta(days=chance.randrange(5, 60))
                stage.later(at(day, AFTERNOON), firm, partial(answer_for_ministry, report=report, title=title))


async def _decide_report(stage: Stage, firm: Firm, report: str, outcomes: dict[str, str]) -> bool:
    decisions = [
        {"certification_id": title, "outcome": outcome, "reason": "经核实"} for title, outcome in outcomes.items()
    ]
    answer = await stage.post(firm, "bureau", f"/changes/{report}/decision", {"decisions": decisions})
    return stage.judge(firm, oracle.ReportDecided(stage.now, report, tuple(outcomes.items())), answer, _report)


async def answer_for_ministry(stage: Stage, firm: Firm, *, report: str, title: str) -> None:
    outcome = "cancelled" if firm.chance.random() < 0.6 else "retained"
    form = {
        "certification_id": title,
        "outcome": outcome,
        "reason": "工业和信息化部答复",
        "answered_on": stage.today.isoformat(),
    }
    answer = await stage.post(firm, "bureau", f"/changes/{report}/ministry_answer", form)
    stage.judge(firm, oracle.MinistryAnswered(stage.now, report, title, outcome), answer, _report)
