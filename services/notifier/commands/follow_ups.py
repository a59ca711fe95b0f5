"""Firms that officers must reach by other means (催办)."""

from collections.abc import Sequence
from dataclasses import dataclass

import uuid_utils.compat as uuid7s

from services.notifier.repository import follow_ups
from services.notifier.vocabulary import FollowUpKind, FollowUpState, Level
from shared.messaging import Work


@dataclass(frozen=True, slots=True)
class Refusal:
    """An address at which there is nobody, by what a mail system answered; an office's has no credit code."""

    address: str
    mailbox: str
    credit_code: str | None
    authority: str
    answer: str


async def open_bad_addresses(work: Work, refused: Sequence[Refusal]) -> None:
    """Put dead addresses on the lists of the officers over their firms; from now on nothing is sent to them."""
    await follow_ups.add(
        work.session,
        [
            {
                "id": uuid7s.uuid7(),
                "kind": FollowUpKind.BAD_ADDRESS,
                "about": each.address.lower(),
                "credit_code": each.credit_code,
                "authority": each.authority,
                "level": Level.AUTHORITY,
                "state": FollowUpState.OPEN,
                "facts": {"mailbox": each.mailbox, "answer": each.answer},
                "opened_at": work.now(),
            }
            for each in refused
        ],
    )
