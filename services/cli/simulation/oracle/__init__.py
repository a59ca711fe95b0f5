"""The regulation, stated a second time, as plainly as it can be.

This is what the platform is compared with. It shares nothing with it: no rule, no date, no state. A firm's life is a
list of acts with their instants; `live` goes through that list from the beginning, every time it is asked, lets the
midnights between the acts do what they do, and answers each act as the regulation does. To check it, read it beside
厦工信规〔2023〕2号 (articles 11 to 13) and, for `miit-2026`, 工信部企业〔2026〕2号.

All days are Shanghai's; a day D is over at 00:00 of D+1.
"""

from collections.abc import Sequence
from datetime import datetime

from services.cli.simulation.oracle.acts import Act
from services.cli.simulation.oracle.life import Answer, Life


def live(rules: str, name: str, authority: str, acts: Sequence[Act], until: datetime) -> tuple[Life, list[Answer]]:
    """What has become of a firm by an instant, and what each of its acts, in their order, must have been answered."""
    life = Life(rules, name, authority)
    answers = []
    for act in acts:
        if act.at > until:
            break
        life.pass_time(act.at)
        answers.append(act.befall(life))
        life.settle()
    life.pass_time(until)
    return life, answers
