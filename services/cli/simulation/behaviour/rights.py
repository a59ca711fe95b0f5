"""The right to the review (复核资格) in officers' hands: given back, taken."""

from datetime import date, timedelta

from services.cli.simulation.oracle.titles import Restored, Revoked
from services.cli.simulation.stage import AFTERNOON, Firm, Stage, at


def plan_rights(stage: Stage, firm: Firm, year: int) -> None:
    """Some day of the year an officer may look at the firm."""
    day = date(year, 1, 1) + timedelta(days=firm.chance.randrange(365))
    if firm.chance.random() < 0.2:
        stage.later(at(day, AFTERNOON), firm, reconsider)


async def reconsider(stage: Stage, firm: Firm) -> None:
    """Give every lost right back, now and then try what is not lost; or take one."""
    titles = list(stage.life(firm).titles.values())
    for title in titles:
        lot = firm.chance.random()
        if title.revoked or lot < 0.03:
            answer = await stage.post(firm, "bureau", f"/certifications/{title.id}/restoration", {"reason": "核实情况"})
            stage.judge(firm, Restored(stage.now, title.id), answer, _eligibility)
        elif lot < 0.15:
            form = {"duty": firm.chance.choice(("update", "change_report")), "reason": "材料不实"}
            answer = await stage.post(firm, "bureau", f"/certifications/{title.id}/revocation", form)
            stage.judge(firm, Revoked(stage.now, title.id, form["duty"]), answer, _eligibility)


def _eligibility(body: dict[str, str]) -> dict[str, str]:
    return {"eligibility": body["eligibility"]}
