"""Whose mailbox a message goes to as it is now: the address, the language, the name, and when mail may come there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from services.notifier import mailboxes
from services.notifier.domain import Quiet, second_address, sendable_from
from services.notifier.mail.rendering import language_of
from services.notifier.models import Firm, Message, Subscription
from services.notifier.settings import NotifierSettings
from services.notifier.vocabulary import REMINDING, Audience, Delivery, Reason
from shared.regulation import Regulation

ALWAYS = Quiet(time(0), time(0))
"""Hours that keep nothing back."""


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who reads a mailbox. Without an address, `reason` says why; `digest` is when a daily digest goes out."""

    address: str | None
    language: str
    name: str
    reason: Reason | None = None
    quiet: Quiet = ALWAYS
    digest: time | None = None


class Addressees:
    """Finds the addressee of a message among firms and subscriptions as they are now, and offices as they are set."""

    def __init__(
        self,
        regulation: Regulation,
        settings: NotifierSettings,
        firms: Mapping[str, Firm],
        subscriptions: Mapping[UUID, Subscription],
    ) -> None:
        self._regulation = regulation
        self._settings = settings
        self._firms = firms
        self._subscriptions = subscriptions

    def of(self, message: Message) -> Addressee:
        if message.audience == Audience.FIRM:
            return self._contact(message)
        subscription_id = mailboxes.subscription_of(message.mailbox)
        return self._office(message.authority) if subscription_id is None else self._subscriber(subscription_id)

    def _contact(self, message: Message) -> Addressee:
        firm = self._firms.get(message.credit_code or "")
        if firm is None:
            return Addressee(None, language_of(""), "", Reason.NO_ADDRESS)
        quiet = self._settings.firms_quiet
        if mailboxes.is_second(message.mailbox):
            address, language = second_address(firm), language_of(firm.second_language or "")
            missing = Reason.SAME_ADDRESS if firm.second_email else Reason.NO_ADDRESS
            name = firm.second_name or firm.name
        else:
            address, language = firm.contact_email, language_of(firm.language)
            missing, name = Reason.NO_ADDRESS, firm.contact_name or firm.name
        return Addressee(address, language, name, None if address else missing, quiet)

    def _office(self, authority: str) -> Addressee:
        settings, language = self._settings, self._settings.officers_language
        office = self._regulation.authorities.get(authority)
        if authority == self._regulation.bureau.code:
            office = self._regulation.bureau
        name = (office.name_en if language == "en" else office.name) if office else authority
        address = settings.officers.get(authority)
        missing = None if address else Reason.NO_ADDRESS
        return Addressee(
            address, language, name, missing, settings.officers_quiet, self._digest(settings.officers_delivery)
        )

    def _subscriber(self, subscription_id: UUID) -> Addressee:
        found = self._subscriptions.get(subscription_id)
        if found is None or found.ended_at is not None:
            return Addressee(None, language_of(""), "", Reason.UNSUBSCRIBED)
        return Addressee(
            found.email,
            language_of(found.language),
            found.name,
            quiet=self._settings.officers_quiet,
            digest=self._digest(found.delivery),
        )

    def _digest(self, delivery: str) -> time | None:
        return self._settings.digest_at if delivery == Delivery.DAILY else None


def held_until(message: Message, addressee: Addressee, now: datetime) -> datetime | None:
    """The instant until which a message waits for its reader's hours; None where it need not, as a firm's news."""
    if message.audience == Audience.FIRM and message.kind not in REMINDING:
        return None
    free = sendable_from(message.at, now, message.due, addressee.quiet, addressee.digest)
    return free if free > now else None
