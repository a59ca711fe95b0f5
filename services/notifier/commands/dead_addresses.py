"""Addresses at which there is nobody, as mail systems say."""

from collections.abc import Sequence

from services.notifier.commands.follow_ups import Refusal, open_bad_addresses
from services.notifier.models import Mail
from services.notifier.repository import copies, reports
from services.notifier.vocabulary import Audience
from shared.messaging import Work


async def condemn(work: Work, refused: Sequence[tuple[Mail, str]]) -> None:
    """Let officers know that mails found nobody, by these answers.

    An address that is its firm's no more needs nobody's attention.
    """
    if not refused:
        return
    carried = await reports.carried(work.session, {mail.id for mail, _ in refused})
    firms = await copies.firms_of(work.session, {each.credit_code for each in carried.values() if each.credit_code})
    dead = []
    for mail, answer in refused:
        message = carried[mail.id]
        firm = firms.get(message.credit_code or "")
        addresses = {(each or "").lower() for each in (firm.contact_email, firm.second_email)} if firm else set()
        if message.audience == Audience.OFFICERS or mail.recipient.lower() in addresses:
            dead.append(Refusal(mail.recipient, mail.mailbox, message.credit_code, message.authority, answer))
    await open_bad_addresses(work, dead)
