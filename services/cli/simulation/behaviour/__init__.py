"""What firms and officers do: careful and careless, early, on the last second and one second too late.

One function per deed: it asks the platform, has the answer judged, and plans what follows from it. Chance is the
firm's own, so that a firm lives the same life whoever else is played.
"""

import random
from datetime import date, timedelta

from services.cli.city import PLACES, SHARES
from services.cli.credit_codes import invented_code
from services.cli.simulation.behaviour.notices import plan_notices
from services.cli.simulation.behaviour.titles import enter
from services.cli.simulation.stage import Firm, Stage, at


def populate(stage: Stage, count: int, start: date, end: date, seed: int, only: int | None) -> None:
    """Put the firms, each with its entry on the agenda, and the notices of these years on a stage."""
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
        stage.firms.append(firm)
    plan_notices(stage, start, end, random.Random(f"{seed} notices"))  # noqa: S311 - a simulation
