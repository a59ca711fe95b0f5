"""The reckoning: every accepted request against every effect, once all is quiet."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import asyncpg

from tests.chaos.effects import MISSED, Effects, found, left_over, owed
from tests.chaos.ledger import ANSWERED, ASKED, UNHEARD, Answer, Ledger
from tests.chaos.load import Client, Midnight
from tests.infrastructure.mail import MailServer

LONGEST = 90.0
"""Seconds after which what is not there is lost."""

CONDITIONS = "/problems/review-conditions-not-met"


@dataclass
class Reckoning:
    """What became of the requests of a ledger."""

    tries: Counter[str]
    accepted: Counter[str]
    refused: list[Answer]
    effects: int = 0
    lost: Effects = field(default_factory=Counter)
    doubled: Effects = field(default_factory=Counter)
    refused_on_stale: list[str] = field(default_factory=list)
    mails_twice: int = 0
    left: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, ledger: Ledger) -> Self:
        """What was asked and answered, not compared yet."""
        answers = ledger.answers()
        return cls(
            ledger.tries(),
            Counter(answer.request.act for answer in answers if answer.accepted),
            [answer for answer in answers if not answer.accepted],
        )

    def __str__(self) -> str:
        put_off = sum(count for what, count in self.tries.items() if what not in {ASKED, UNHEARD, ANSWERED})
        twice = f", {self.mails_twice} mails twice under one Message-ID" if self.mails_twice else ""
        return (
            f"{self.tries[ASKED]} requests ({self.tries[UNHEARD]} answers lost, {put_off} put off), "
            f"{self.accepted.total()} accepted, {self.effects} effects: lost {self.lost.total()}, "
            f"duplicate {self.doubled.total()}, refused on stale {len(self.refused_on_stale)}{twice}"
        )

    def check(self, mails_twice: int = 0) -> None:
        """Fail, telling all, unless every accepted request has its effects, each once, and nobody was wronged.

        So many mails may have come twice: those that the server had taken when their sender, or its database, died.
        """
        assert not self.refused, f"refused for good: {[(each.request, each.body) for each in self.refused]}"
        assert not self.refused_on_stale, f"{self}: {self.refused_on_stale}"
        assert not self.lost, f"{self}: lost {dict(self.lost)}; left over {self.left}"
        assert not self.doubled, f"{self}: twice {dict(self.doubled)}"
        assert not self.left, f"{self}: left over {self.left}"
        assert self.mails_twice <= mails_twice, str(self)


async def reckon(
    client: Client,
    databases: Mapping[str, asyncpg.Pool],
    mail: MailServer,
    midnight: Midnight,
    also: Mapping[str, Sequence[tuple[str, str]]],
) -> Reckoning:
    """Compare what was accepted with what there is, as soon as all is there and nothing more comes."""
    answers = client.ledger.answers()
    due = owed(answers, midnight, also)
    subjects = sorted({answer.request.subject for answer in answers})
    result = Reckoning.of(client.ledger)
    loop = asyncio.get_running_loop()
    end = loop.time() + LONGEST
    quiet = 0
    while quiet < 2 and loop.time() < end:
        there, result.mails_twice = await found(subjects, client, databases, mail)
        result.left = await left_over(databases)
        compare(result, answers, due, there, midnight)
        quiet = 0 if result.lost or result.left else quiet + 1
        await asyncio.sleep(0.3)
    return result


def compare(result: Reckoning, answers: Sequence[Answer], due: Effects, there: Effects, midnight: Midnight) -> None:
    """Note what is missing, what is there too often, and who was wronged."""
    result.lost, result.doubled = due - there, _told_of(due, there) - due
    result.effects = due.total() - result.lost.total()
    result.refused_on_stale = _refused_on_stale(answers, there, midnight)


def _told_of(due: Effects, there: Effects) -> Effects:
    """Of what there is, the effects that requests can owe, whomever they concern; not what follows from them."""
    kinds = {(service, effect) for service, effect, _ in due} | {kind for kinds in MISSED.values() for kind in kinds}
    return Counter({key: count for key, count in there.items() if key[:2] in kinds})


def _refused_on_stale(answers: Sequence[Answer], there: Effects, midnight: Midnight) -> list[str]:
    """Firms that had done in time what was due, and were refused all the same, or lost something."""
    awake = {answer.request.subject for answer in answers if answer.request.act == midnight.due and answer.accepted}
    at_the_door = [
        answer.request.subject
        for answer in answers
        if answer.request.act == "applied" and not answer.accepted and answer.body["type"] == CONDITIONS
    ]
    refusals = [("notifier", "review.refused.v1"), *(kind for kinds in MISSED.values() for kind in kinds)]
    later = {code for code in awake if any(there[*kind, code] for kind in refusals)}
    return sorted({*at_the_door, *later})
