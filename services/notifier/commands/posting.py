"""Mails on their way out: made of what waits, claimed and put into words, then marked with what became of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from jinja2 import TemplateError

from services.notifier.domain import gone
from services.notifier.mail.rendering import REMINDING, Item, Rendered, Renderer, language_of
from services.notifier.models import Firm, Mail, Message, Obligation
from services.notifier.repository import copies, mails, messages, obligations
from services.notifier.repository.mails import Outcome
from services.notifier.repository.messages import Listed
from services.notifier.settings import NotifierSettings
from services.notifier.vocabulary import Audience, MessageState, ObligationState, Reason
from shared.messaging import Work
from shared.runtime.clock import real_now
from shared.runtime.logs import logger

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whose mailbox it is: the address that it has now, the language, the name in the greeting."""

    address: str | None
    language: str
    name: str


@dataclass(frozen=True, slots=True)
class _Present:
    """What claimed messages rest on, as it is now."""

    firms: Mapping[str, Firm]
    obligations: Mapping[UUID, Obligation]
    lists: Mapping[Any, Sequence[Listed]]

    def listed(self, message: Message) -> Sequence[Listed]:
        return self.lists.get(_list_key(message), ()) if _is_list(message) else ()

    def obligation(self, message: Message) -> Obligation | None:
        return self.obligations.get(message.obligation_id) if message.obligation_id else None


async def claim(work: Work, settings: NotifierSettings, renderer: Renderer) -> tuple[int, list[Mail]]:
    """Claim mails that are to be sent; how many messages were found, and the mails that are to go out indeed.

    What waits for one mailbox becomes one mail; a mail that was not taken, or whose sender is gone, is put into words
    anew. A reminder whose duty was met meanwhile, or that nobody may or can receive, is suppressed here.
    """
    session = work.session
    again = await mails.due_again(session, settings.mail_batch, settings.mail_lease)
    carried = await mails.carried_by(session, [mail.id for mail in again])
    ripe = await mails.ripe(session, work.now(), settings.mail_batch, settings.gather)
    if not again and not ripe:
        return 0, []
    found = [*ripe, *(message for each in carried.values() for message in each)]
    present = await _present(work, found)
    desk = _Desk(work, settings, renderer, present)
    for group in _by_mailbox(ripe):
        desk.write(group)
    for mail in again:
        desk.write(carried.get(mail.id, ()), mail)
    await mails.add(session, desk.new, settings.mail_lease)
    await mails.rewrite(session, desk.rewritten)
    await mails.rewrite(session, desk.dropped)
    await mails.place(session, desk.placed)
    return len(ripe) + len(again), desk.letters


async def mark(work: Work, settings: NotifierSettings, outcomes: Sequence[Outcome]) -> None:
    """Note what became of mails that were tried."""
    marked = await mails.mark(work.session, outcomes, settings.mail_retry_days * 86400)
    for outcome in outcomes:
        if outcome.mail_id not in marked:
            logger(__name__).warning("lease ended before the mail was marked", mail_id=str(outcome.mail_id))


async def put_back(work: Work, letters: Sequence[Mail], wait: float = 0) -> None:
    """These were not tried; they are to be in `wait` seconds."""
    await mails.put_back(work.session, letters, wait)


async def _present(work: Work, found: Sequence[Message]) -> _Present:
    session = work.session
    lists = {_list_key(each) for each in found if _is_list(each)}
    return _Present(
        await copies.firms_of(session, {each.credit_code for each in found if each.credit_code}),
        await obligations.by_id(session, {each.obligation_id for each in found if each.obligation_id}),
        await messages.listed(session, lists) if lists else {},
    )


class _Desk:
    """Where one claim's mails are written: what is to go out, and what is to be kept of it."""

    def __init__(self, work: Work, settings: NotifierSettings, renderer: Renderer, present: _Present) -> None:
        self._work = work
        self._settings = settings
        self._renderer = renderer
        self._present = present
        self.letters: list[Mail] = []
        self.new: list[Row] = []
        self.rewritten: list[Row] = []
        self.dropped: list[Row] = []
        self.placed: list[Row] = []

    def write(self, group: Sequence[Message], mail: Mail | None = None) -> None:
        """One mail of what one mailbox is told; `mail` is the one that carried it before."""
        addressee = self._addressee(group[0]) if group else None
        items, places = [], []
        for message in group:
            reason = self._reason_not_to(message, addressee)
            if reason is None:
                items.append(Item(message, self._present.listed(message)))
            else:
                places.append(_place(message, MessageState.SUPPRESSED, reason, addressee, mail))
        rendered = self._rendered(items, addressee) if items and addressee else None
        if rendered is None or addressee is None or addressee.address is None:
            places += [_place(each.message, MessageState.FAILED, Reason.UNSENDABLE, addressee, mail) for each in items]
            if mail is not None:
                self.dropped.append({"id": mail.id, "state": MessageState.SUPPRESSED})
        else:
            letter = self._mail(items, addressee.address, addressee.language, rendered, mail)
            places += [_place(each.message, MessageState.SENDING, None, addressee, letter) for each in items]
            self.letters.append(letter)
        self.placed += places

    def _mail(self, items: Sequence[Item], address: str, language: str, rendered: Rendered, mail: Mail | None) -> Mail:
        """The mail with its contents; its id, and so its Message-ID, stays however often it is tried."""
        contents = {
            "recipient": address,
            "language": language,
            "subject": rendered.subject,
            "text": rendered.text,
            "html": rendered.html,
        }
        if mail is not None:
            self.rewritten.append({"id": mail.id, **contents})
            for name, value in contents.items():
                setattr(mail, name, value)
            return mail
        first = items[0].message
        row = {
            "id": first.id,
            "mailbox": first.mailbox,
            **contents,
            "calendars": [],
            "threads": [],
            "state": MessageState.SENDING,
            "attempts": 1,
            "at": self._work.now(),
            "created_at": real_now(),
        }
        self.new.append(row)
        return Mail(**row)

    def _rendered(self, items: Sequence[Item], addressee: Addressee) -> Rendered | None:
        try:
            return self._renderer.render(items, addressee.language, self._work.today(), addressee.name)
        except (TemplateError, KeyError, TypeError):
            ids = [str(each.message.id) for each in items]
            logger(__name__).exception("mail cannot be rendered", messages=ids)
            return None

    def _addressee(self, message: Message) -> Addressee:
        if message.audience == Audience.FIRM:
            firm = self._present.firms.get(message.credit_code or "")
            if firm is None:
                return Addressee(None, language_of(""), "")
            return Addressee(firm.contact_email, language_of(firm.language), firm.contact_name or firm.name)
        regulation, language = self._work.regulation, self._settings.officers_language
        office = regulation.authorities.get(message.authority)
        if message.authority == regulation.bureau.code:
            office = regulation.bureau
        name = (office.name_en if language == "en" else office.name) if office else message.authority
        return Addressee(self._settings.officers.get(message.authority), language, name)

    def _reason_not_to(self, message: Message, addressee: Addressee | None) -> Reason | None:
        if message.kind in REMINDING:
            obligation = self._present.obligation(message)
            if obligation is not None and obligation.state != ObligationState.OPEN:
                return Reason(obligation.state)
            if _is_list(message) and not self._present.listed(message):
                return Reason.MET
            if message.due is not None and gone(message.due, self._work.now(), self._settings.too_old):
                return Reason.TOO_OLD
        if addressee is None or addressee.address is None:
            return Reason.NO_ADDRESS
        return None if self._settings.may_receive(addressee.address) else Reason.NOT_ALLOW_LISTED


def _place(
    message: Message, state: MessageState, reason: Reason | None, addressee: Addressee | None, mail: Mail | None
) -> Row:
    return {
        "id": message.id,
        "state": state,
        "reason": reason,
        "recipient": (addressee.address if addressee else None) or message.recipient,
        "mail_id": mail.id if mail else None,
        "template": message.template,
    }


def _by_mailbox(found: Collection[Message]) -> list[list[Message]]:
    groups: dict[str, list[Message]] = {}
    for message in found:
        groups.setdefault(message.mailbox, []).append(message)
    return list(groups.values())


def _is_list(message: Message) -> bool:
    """Whether it lists the firms that still owe something, to officers."""
    return message.audience == Audience.OFFICERS and message.kind in REMINDING


def _list_key(message: Message) -> Any:
    return message.authority, message.facts["duty"], message.due
