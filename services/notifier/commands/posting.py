"""Mails on their way out: made of what waits, claimed and put into words, then marked with what became of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from jinja2 import TemplateError

from services.notifier import mailboxes
from services.notifier.commands.addressees import Addressee, Addressees, held_until
from services.notifier.commands.calendars import Agenda
from services.notifier.commands.failures import Failure, tell_officers
from services.notifier.domain import gone
from services.notifier.mail.rendering import Rendered, Renderer
from services.notifier.mail.sections import Item
from services.notifier.mail.verdicts import is_nobody
from services.notifier.models import Firm, Mail, Message, Subscription
from services.notifier.repository import copies, follow_ups, mails, messages, obligations, reports, subscriptions
from services.notifier.repository.mails import Outcome
from services.notifier.repository.messages import Listed
from services.notifier.repository.obligations import Standing
from services.notifier.settings import NotifierSettings
from services.notifier.vocabulary import REMINDING, Audience, MessageState, ObligationState, Reason
from shared.audit import declaration
from shared.messaging import Work
from shared.runtime.clock import Clock, real_now
from shared.runtime.logs import logger
from shared.runtime.tracing import beginning

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Present:
    """What claimed messages rest on, as it is now."""

    firms: Mapping[str, Firm]
    subscriptions: Mapping[UUID, Subscription]
    obligations: Mapping[UUID, Standing]
    lists: Mapping[Any, Sequence[Listed]]

    def listed(self, message: Message) -> Sequence[Listed]:
        return self.lists.get(_list_key(message), ()) if is_list(message) else ()

    def obligation(self, message: Message) -> Standing | None:
        return self.obligations.get(message.obligation_id) if message.obligation_id else None


async def claim(work: Work, settings: NotifierSettings, renderer: Renderer) -> tuple[int, list[Mail]]:
    """Claim mails that are to be sent; how many messages were found, and the mails that are to go out indeed.

    What waits for one mailbox becomes one mail; a mail that was not taken, or whose sender is gone, is put into words
    anew. A reminder whose duty was met meanwhile, or that nobody may or can receive, is suppressed here; what comes
    at a quiet hour, or is for a digest, waits.
    """
    session = work.session
    again = await mails.due_again(session, settings.mail_batch, settings.mail_lease)
    carried = await mails.carried_by(session, [mail.id for mail in again])
    ripe = await mails.ripe(session, work.now(), settings.mail_batch, settings.gather)
    if not again and not ripe:
        return 0, []
    found = [*ripe, *(message for each in carried.values() for message in each)]
    agenda = await Agenda.of(work, settings.sender, {each.mailbox for each in ripe})
    desk = await _at_desk(work, settings, renderer, found, agenda)
    for group in _by_mailbox(ripe):
        desk.write(group)
    for mail in again:
        desk.write(carried.get(mail.id, ()), mail)
    await mails.add(session, desk.new, settings.mail_lease)
    await mails.rewrite(session, desk.rewritten)
    await mails.rewrite(session, desk.dropped)
    await mails.place(session, desk.placed)
    if desk.resting:
        await mails.put_back(session, desk.resting, desk.rest)
    await agenda.keep()
    return len(ripe) + len(again), desk.letters


async def mark(work: Work, settings: NotifierSettings, outcomes: Sequence[Outcome]) -> None:
    """Note what became of mails that were tried; of one that has failed officers are to know."""
    given_up_after = settings.mail_retry_days * 86400
    marked = await mails.mark(work.session, declaration(work.clock), outcomes, given_up_after)
    _miss(outcomes, marked)
    answers = {each.mail_id: each.answer or "" for each in outcomes if marked.get(each.mail_id) is MessageState.FAILED}
    if answers:
        found = await reports.mails(work.session, answers)
        await tell_officers(work, [Failure(mail, answers[id_], is_nobody(answers[id_])) for id_, mail in found.items()])


async def mark_sent(
    statements: "asyncpg.Connection[asyncpg.Record]", clock: Clock, outcomes: Sequence[Outcome]
) -> None:
    """Note that the server took mails, by one statement that is a transaction of its own: all wait for it."""
    _miss(outcomes, await mails.mark_sent(statements, declaration(clock), outcomes))


def _miss(outcomes: Sequence[Outcome], marked: Collection[UUID]) -> None:
    for outcome in outcomes:
        if outcome.mail_id not in marked:
            logger(__name__).warning("lease ended before the mail was marked", mail_id=str(outcome.mail_id))


async def put_back(work: Work, letters: Sequence[Mail], wait: float = 0) -> None:
    """These were not tried; they are to be in `wait` seconds."""
    await mails.put_back(work.session, letters, wait)


async def objection(work: Work, settings: NotifierSettings, renderer: Renderer, message: Message) -> Reason | None:
    """Why a message would not go out if it were to be sent now; None where it would."""
    agenda = await Agenda.of(work, settings.sender, ())
    desk = await _at_desk(work, settings, renderer, [message], agenda)
    return desk.reason_not_to(message, desk.addressee(message))


async def _at_desk(
    work: Work, settings: NotifierSettings, renderer: Renderer, found: Sequence[Message], agenda: Agenda
) -> "_Desk":
    """A desk that knows what these messages rest on, and which of their addresses are dead."""
    desk = _Desk(work, settings, renderer, await _present(work, found), agenda)
    addresses = {address for each in found if (address := desk.addressee(each).address)}
    desk.dead |= await follow_ups.dead(work.session, addresses)
    return desk


async def _present(work: Work, found: Sequence[Message]) -> _Present:
    session = work.session
    lists = {_list_key(each) for each in found if is_list(each)}
    subscribed = {id_ for each in found if (id_ := mailboxes.subscription_of(each.mailbox)) is not None}
    return _Present(
        await copies.firms_of(session, {each.credit_code for each in found if each.credit_code}),
        await subscriptions.by_id(session, subscribed) if subscribed else {},
        await obligations.standing(session, {each.obligation_id for each in found if each.obligation_id}),
        await messages.listed(session, lists) if lists else {},
    )


class _Desk:
    """Where one claim's mails are written: what is to go out, and what is to be kept of it."""

    def __init__(
        self, work: Work, settings: NotifierSettings, renderer: Renderer, present: _Present, agenda: Agenda
    ) -> None:
        self._work = work
        self._settings = settings
        self._renderer = renderer
        self._present = present
        self._addressees = Addressees(work.regulation, settings, present.firms, present.subscriptions)
        self._agenda = agenda
        self._written_at = real_now()
        self.dead: set[str] = set()
        self.letters: list[Mail] = []
        self.new: list[Row] = []
        self.rewritten: list[Row] = []
        self.dropped: list[Row] = []
        self.placed: list[Row] = []
        self.resting: list[Mail] = []
        self.rest = settings.mail_retry_longest

    def write(self, group: Sequence[Message], mail: Mail | None = None) -> None:
        """One mail of what one mailbox is told; `mail` is the one that carried it before.

        What has to wait for its reader's hours is left out; a mail that carried it goes out whole, or waits whole.
        """
        addressee = self.addressee(group[0]) if group else None
        waits = [held_until(message, addressee, self._work.now()) if addressee else None for message in group]
        if mail is not None and (until := _all_wait(waits)):
            self.resting.append(mail)
            self.rest = min(self.rest, (until - self._work.now()).total_seconds())
            return
        items, places = [], []
        for message, until in zip(group, waits, strict=True):
            reason = self.reason_not_to(message, addressee)
            if reason is not None:
                places.append(_place(message, MessageState.SUPPRESSED, reason, addressee, mail))
            elif until is not None and mail is None:
                held = _place(message, MessageState.QUEUED, Reason.QUIET_HOURS, addressee, None)
                places.append(held | {"not_before": until})
            else:
                items.append(Item(message, self._present.listed(message)))
        first, *others = (each.message.traceparent for each in items) if items else (None,)
        with beginning("write mail", incoming=first, links=filter(None, others)) as span:
            rendered = self._rendered(items, addressee) if items and addressee else None
            if rendered is None:
                span.forget()
        if rendered is None or addressee is None or addressee.address is None:
            places += [_place(each.message, MessageState.FAILED, Reason.UNSENDABLE, addressee, mail) for each in items]
            if mail is not None:
                self.dropped.append({"id": mail.id, "state": MessageState.SUPPRESSED})
        else:
            letter = self._mail(items, addressee.address, addressee.language, rendered, span.context, mail)
            for item in items:
                message = item.message
                template = self._renderer.version(message.kind, message.audience, addressee.language)
                placed = _place(message, MessageState.SENDING, None, addressee, letter)
                places.append(placed | {"template": template})
            self.letters.append(letter)
        self.placed += places

    def _mail(
        self,
        items: Sequence[Item],
        address: str,
        language: str,
        rendered: Rendered,
        traceparent: str,
        mail: Mail | None,
    ) -> Mail:
        """The mail with its contents; its id, and so its Message-ID, stays however often it is tried."""
        contents = {
            "sender": self._settings.sender,
            "recipient": address,
            "language": language,
            "subject": rendered.subject,
            "text": rendered.text,
            "html": rendered.html,
            "kinds": list(rendered.kinds),
            "threads": list(rendered.threads),
            "traceparent": traceparent,
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
            "calendars": self._calendars(items, language),
            "state": MessageState.SENDING,
            "attempts": 1,
            "at": self._work.now(),
            "created_at": self._written_at,
        }
        self.new.append(row)
        return Mail(**row)

    def _calendars(self, items: Sequence[Item], language: str) -> list[str]:
        """What goes with the mail for its reader's calendar; a mail is not kept back for want of that."""
        firm = self._present.firms.get(items[0].message.credit_code or "")
        if firm is None:
            return []
        mail_id, about = items[0].message.id, self._present.obligations
        try:
            return self._agenda.tell(
                firm, items, about, self._renderer, language, mail_id=mail_id, stamp=self._written_at
            )
        except (TemplateError, KeyError, TypeError, ValueError):
            logger(__name__).exception("dates cannot be put into a calendar", mail_id=str(mail_id))
            return []

    def _rendered(self, items: Sequence[Item], addressee: Addressee) -> Rendered | None:
        try:
            return self._renderer.render(items, addressee.language, self._work.today(), addressee.name)
        except (TemplateError, KeyError, TypeError):
            ids = [str(each.message.id) for each in items]
            logger(__name__).exception("mail cannot be rendered", messages=ids)
            return None

    def addressee(self, message: Message) -> Addressee:
        """Whose mailbox a message goes to, as it is now."""
        return self._addressees.of(message)

    def reason_not_to(self, message: Message, addressee: Addressee | None) -> Reason | None:
        """Why a message does not go out; None where it does."""
        if message.kind in REMINDING:
            obligation = self._present.obligation(message)
            if obligation is not None and obligation.state != ObligationState.OPEN:
                return Reason(obligation.state)
            if is_list(message) and not self._present.listed(message):
                return Reason.MET
            if message.due is not None and gone(message.due, self._work.now(), self._settings.too_old):
                return Reason.TOO_OLD
        if addressee is None or addressee.address is None:
            return addressee.reason if addressee else Reason.NO_ADDRESS
        if not self._settings.may_receive(addressee.address):
            return Reason.NOT_ALLOW_LISTED
        return Reason.ADDRESS_DEAD if addressee.address.lower() in self.dead else None


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
        "not_before": message.not_before,
    }


def _all_wait(waits: Sequence[datetime | None]) -> datetime | None:
    """When the first of several waiting messages may go out; None where one of them need not wait."""
    known = [each for each in waits if each is not None]
    return min(known) if known and len(known) == len(waits) else None


def _by_mailbox(found: Collection[Message]) -> list[list[Message]]:
    groups: dict[str, list[Message]] = {}
    for message in found:
        groups.setdefault(message.mailbox, []).append(message)
    return list(groups.values())


def is_list(message: Message) -> bool:
    """Whether it lists the firms that still owe something, to officers."""
    return message.audience == Audience.OFFICERS and message.kind in REMINDING


def _list_key(message: Message) -> Any:
    return message.facts.get("authority", message.authority), message.facts["duty"], message.due
