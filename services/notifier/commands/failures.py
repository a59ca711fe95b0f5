"""Mails that failed for good: officers are to reach their readers by other means."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.notifier.commands.follow_ups import Refusal, open_unreached
from services.notifier.models import Mail
from services.notifier.repository import copies, reports
from services.notifier.vocabulary import Audience
from shared.messaging import Work


@dataclass(frozen=True, slots=True)
class Failure:
    """A mail that will not arrive, what was answered, and whether that says that there is `nobody` at the address."""

    mail: Mail
    answer: str
    nobody: bool


async def tell_officers(work: Work, failures: Sequence[Failure]) -> None:
    """Let officers know of mails that failed; an address that is its firm's no more needs nobody's attention."""
    if not failures:
        return
    carried = await reports.carried(work.session, {each.mail.id for each in failures})
    firms = await copies.firms_of(work.session, {each.credit_code for each in carried.values() if each.credit_code})
    unreached = []
    for each in failures:
        mail, message = each.mail, carried[each.mail.id]
        firm = firms.get(message.credit_code or "")
        addresses = {(other or "").lower() for other in (firm.contact_email, firm.second_email)} if firm else set()
        if message.audience == Audience.OFFICERS or mail.recipient.lower() in addresses:
            unreached.append(
                Refusal(mail.recipient, mail.mailbox, message.credit_code, message.authority, each.answer, each.nobody)
            )
    await open_unreached(work, unreached)
