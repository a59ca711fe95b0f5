"""The review (复核): when a firm applies, and what the offices do with its application."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from services.cli.city import SHARES
from services.cli.simulation.oracle.reviews import (
    Applied,
    Checked,
    CheckOrdered,
    Decided,
    Found,
    Objected,
    Resubmitted,
    Returned,
    Withdrew,
)
from services.cli.simulation.oracle.rules import LITTLE_GIANT
from services.cli.simulation.stage import (
    A_DAY,
    AFTERNOON,
    HOURS,
    LAST_SECOND,
    MIDNIGHT,
    Firm,
    Stage,
    at,
)

OPINION = {"opinion": "材料属实"}
DEFECTS = {"defects": [{"field": "", "text": "请补充材料"}]}
NEXT = {"authority": "bureau", "bureau": "ministry"}


async def plan_review(stage: Stage, firm: Firm, *, title: str) -> None:
    """When a firm applies in the present period of its title, if it does."""
    chance = firm.chance
    life = stage.life(firm)
    firm.planned[title] = life.titles[title].valid_to
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
    who, declaration = firm.files()
    answer = await stage.post(firm, who, "/reviews", {"certification_id": title, "declaration": declaration})
    if answer.status_code == 202:
        stage.afterwards.append(partial(_checked, stage, firm, title, answer.json()["id"], stage.now))
        return
    body = answer.json()
    act = Applied(stage.now, title, body.get("id", "none"), drawn=answer.is_success and body["on_site_check"]["drawn"])
    if stage.judge(firm, act, answer, _status):
        _plan_steps(stage, firm, body["id"])


async def _checked(stage: Stage, firm: Firm, title: str, review: str, applied_at: datetime) -> None:
    told = (await stage.world.request(firm.account, "GET", f"/reviews/{review}")).json()
    if told["status"] == "submitted":
        got: dict[str, Any] = {"status": 201, "review": "submitted"}
    else:  # refused at the door, or stopped at it because the right to the review was lost
        got = {"status": 409, "codes": sorted(each["code"] for each in told["reasons"] or ())}
    act = Applied(applied_at, title, review, drawn=told["on_site_check"]["drawn"])
    if stage.judge_told(firm, act, got):
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


def _status(body: dict[str, Any]) -> dict[str, Any]:
    told = {"review": body["status"]}
    if body["status"] == "in_public_notice":
        told["notice_ends"] = body["notice_ends"]
    if body["status"] == "returned":
        told["due"] = body["correction"]["due"]
    return told


# ---- the offices


async def handle(stage: Stage, firm: Firm, *, review: str, step: str) -> None:
    """The office whose turn it is decides or returns the application, and the next one is given its turn."""
    chance = firm.chance
    application = stage.life(firm).applications[review]
    last = "ministry" if application.title.kind == LITTLE_GIANT else "bureau"
    forward = "approved" if step == last else {"authority": "passed", "bureau": "recommended"}[step]
    if step != "ministry" and chance.random() < 0.12:
        await give_back(stage, firm, review=review, step=step)
        return
    if step == "authority":
        await check(stage, firm, review=review)
    if step == "bureau" and chance.random() < 0.04:
        wrong = {"approved": "recommended", "recommended": "approved"}[forward]
        await decide(stage, firm, review=review, step=step, outcome=wrong)
    outcome = forward if chance.random() < 0.93 else "rejected"
    if not await decide(stage, firm, review=review, step=step, outcome=outcome) or outcome != forward:
        return
    if step != last:
        _plan_step(stage, firm, review, NEXT[step])
    elif step == "ministry":
        await plan_review(stage, firm, title=application.title.id)
    else:
        _plan_notice(stage, firm, review)


async def check(stage: Stage, firm: Firm, *, review: str) -> None:
    """Check on site who is drawn, or gives reason to; not without trying to pass the application on before."""
    chance = firm.chance
    if chance.random() < 0.08:
        path = f"/reviews/{review}/on_site_check/order"
        answer = await stage.post(firm, firm.officer, path, {"reason": "数据存疑"})
        stage.judge(firm, CheckOrdered(stage.now, review), answer, _status)
    application = stage.life(firm).applications[review]
    if application.check_needed and not application.checked:
        if chance.random() < 0.2:
            await decide(stage, firm, review=review, step="authority", outcome="passed")
        form: dict[str, Any] = {
            "checked_on": stage.today.isoformat(),
            "inspectors": ["黄志强"],
            "result": chance.choice(("conforms", "deviates")),
            "findings": "已实地核查",
        }
        answer = await stage.post(firm, firm.officer, f"/reviews/{review}/on_site_check", form)
        stage.judge(firm, Checked(stage.now, review), answer, _status)


async def give_back(stage: Stage, firm: Firm, *, review: str, step: str) -> None:
    """Return an application for correction; the firm brings it back in time, on the last second, too late or never."""
    who = firm.officer if step == "authority" else "bureau"
    answer = await stage.post(firm, who, f"/reviews/{review}/return", DEFECTS)
    if not stage.judge(firm, Returned(stage.now, review, step), answer, _status):
        return
    due = stage.life(firm).applications[review].return_due
    when = firm.chance.choice(
        (at(stage.today + A_DAY), at(due - A_DAY), at(due, LAST_SECOND), at(due + A_DAY, MIDNIGHT), None)
    )
    if when is not None:
        stage.later(when, firm, partial(resubmit, review=review, step=step))


async def resubmit(stage: Stage, firm: Firm, *, review: str, step: str) -> None:
    who, declaration = firm.files()
    answer = await stage.post(firm, who, f"/reviews/{review}/resubmission", {"declaration": declaration})
    if stage.judge(firm, Resubmitted(stage.now, review), answer, _status):
        _plan_step(stage, firm, review, step)
    elif firm.chance.random() < 0.7:
        title = stage.life(firm).applications[review].title
        stage.later(at(stage.today + A_DAY), firm, partial(apply, title=title.id))


async def decide(stage: Stage, firm: Firm, *, review: str, step: str, outcome: str) -> bool:
    who = firm.officer if step == "authority" else "bureau"
    form: dict[str, Any] = OPINION | {"outcome": outcome}
    if step == "ministry":
        form["decided_on"] = stage.today.isoformat()
    answer = await stage.post(firm, who, f"/reviews/{review}/{step}_decision", form)
    return stage.judge(firm, Decided(stage.now, review, step, outcome), answer, _status)


async def decide_elsewhere(stage: Stage, firm: Firm, *, review: str) -> None:
    """An officer of another authority cannot even see the application."""
    other = next(code for code in SHARES if code != firm.authority)
    form = OPINION | {"outcome": "passed"}
    answer = await stage.post(firm, f"officer:{other}", f"/reviews/{review}/authority_decision", form)
    stage.compare(firm, "a decision by another authority", 404, answer.status_code)


# ---- public notice


def _plan_notice(stage: Stage, firm: Firm, review: str) -> None:
    """While the notice runs, or just after, somebody may object; once the title is extended its firm plans anew."""
    chance = firm.chance
    ends = stage.life(firm).applications[review].notice_ends
    if chance.random() < 0.2:
        day = stage.today + timedelta(days=chance.randrange(10))
        stage.later(at(day, chance.choice((AFTERNOON, LAST_SECOND))), firm, partial(object_to, review=review))
    stage.later(at(ends + A_DAY), firm, partial(be_renewed, review=review))


async def object_to(stage: Stage, firm: Firm, *, review: str) -> None:
    form = {"from_whom": "某企业", "text": "对该企业情况有异议"}
    answer = await stage.post(firm, firm.officer, f"/reviews/{review}/objections", form)
    if stage.judge(firm, Objected(stage.now, review), answer, _status):
        number = len(stage.life(firm).applications[review].objections)
        day = stage.today + timedelta(days=firm.chance.randrange(1, 30))
        stage.later(at(day, AFTERNOON), firm, partial(find, review=review, objection=number))


async def find(stage: Stage, firm: Firm, *, review: str, objection: int) -> None:
    upheld = firm.chance.random() < 0.3
    form = {"upheld": upheld, "finding": "经核查"}
    answer = await stage.post(firm, "bureau", f"/reviews/{review}/objections/{objection}/finding", form)
    if stage.judge(firm, Found(stage.now, review, objection, upheld), answer, _status):
        stage.later(at(stage.today + A_DAY), firm, partial(be_renewed, review=review))


async def be_renewed(stage: Stage, firm: Firm, *, review: str) -> None:
    application = stage.life(firm).applications[review]
    if application.status == "approved" and firm.planned.get(application.title.id) != application.title.valid_to:
        await plan_review(stage, firm, title=application.title.id)


# ---- second thoughts


async def withdraw(stage: Stage, firm: Firm, *, review: str) -> None:
    answer = await stage.post(firm, firm.account, f"/reviews/{review}/withdrawal", {"reason": "材料需要重新准备"})
    if stage.judge(firm, Withdrew(stage.now, review), answer, _status) and firm.chance.random() < 0.5:
        title = stage.life(firm).applications[review].title
        stage.later(at(stage.today + timedelta(days=firm.chance.randrange(30))), firm, partial(apply, title=title.id))
