"""Messages on their way out: claimed and put into words, then marked with what became of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import TemplateError
from sqlalchemy import func

from services.notifier.domain import gone
from services.notifier.models import Firm, Message, Obligation
from services.notifier.rendering import REMINDING, Rendered, Renderer, language_of
from services.notifier.repository import copies, messages, obligations
from services.notifier.repository.messages import Listed
from services.notifier.settings import NotifierSettings
from services.notifier.vocabulary import Audience, MessageState, ObligationState, Reason
from shared.messaging import Work
from shared.runtime.logs import logger


@dataclass(frozen=True, slots=True)
class Letter:
    """A claimed message, ready to be sent."""

    message: Message
    recipient: str
    language: str
    rendered: Rendered


@dataclass(frozen=True, slots=True)
class _Present:
    """What a claimed message rests on, as it is now."""

    firm: Firm | None
    obligation: Obligation | None
    listed: Sequence[Listed]


async def claim(work: Work, settings: NotifierSettings, renderer: Renderer) -> tuple[int, list[Letter]]:
    """Claim what is to be sent; how many messages were found, and those that are to go out indeed.

    A reminder whose duty was met meanwhile, or that nobody may or can receive, is suppressed here.
    """
    session = work.session
    claimed = await messages.claim(session, settings.mail_batch, settings.mail_lease)
    if not claimed:
        return 0, []
    firms = await copies.firms_of(session, {each.credit_code for each in claimed if each.credit_code})
    about = await obligations.by_id(session, {each.obligation_id for each in claimed if each.obligation_id})
    digests = {_digest_key(each) for each in claimed if _is_digest(each)}
    lists = await messages.listed(session, digests) if digests else {}
    letters = []
    for message in claimed:
        present = _Present(
            firms.get(message.credit_code) if message.credit_code else None,
            about.get(message.obligation_id) if message.obligation_id else None,
            lists.get(_digest_key(message), ()) if _is_digest(message) else (),
        )
        letter = await _written(work, settings, renderer, message, present)
        if letter is not None:
            letters.append(letter)
    return len(claimed), letters


async def _written(
    work: Work, settings: NotifierSettings, renderer: Renderer, message: Message, present: _Present
) -> Letter | None:
    """The message as it goes out; None where it does not, which is marked."""
    firm = present.firm
    if message.audience == Audience.FIRM:
        recipient = firm.contact_email if firm else None
        language = language_of(firm.language if firm else "")
        addressee = (firm.contact_name or firm.name) if firm else ""
    else:
        recipient = settings.officers.get(message.authority)
        language = settings.officers_language
        authority = work.regulation.authorities.get(message.authority)
        if message.authority == work.regulation.bureau.code:
            authority = work.regulation.bureau
        addressee = (authority.name_en if language == "en" else authority.name) if authority else message.authority
    reason = _reason_not_to(work, settings, message, present, recipient)
    if reason is not None or recipient is None:
        await _mark(work, message, state=MessageState.SUPPRESSED, reason=reason, recipient=recipient)
        return None
    try:
        rendered = renderer.render(message, language, work.today(), addressee, present.listed)
    except (TemplateError, KeyError, TypeError) as error:
        logger(__name__).exception("message cannot be rendered", message_id=str(message.id), kind=message.kind)
        await _mark(
            work,
            message,
            state=MessageState.FAILED,
            reason=Reason.UNSENDABLE,
            recipient=recipient,
            server_answer=str(error),
        )
        return None
    return Letter(message, recipient, language, rendered)


def _reason_not_to(
    work: Work, settings: NotifierSettings, message: Message, present: _Present, recipient: str | None
) -> Reason | None:
    if message.kind in REMINDING:
        if present.obligation is not None and present.obligation.state != ObligationState.OPEN:
            return Reason(present.obligation.state)
        if _is_digest(message) and not present.listed:
            return Reason.MET
        if message.due is not None and gone(message.due, work.now(), settings.too_old):
            return Reason.TOO_OLD
    if recipient is None:
        return Reason.NO_ADDRESS
    return None if settings.may_receive(recipient) else Reason.NOT_ALLOW_LISTED


def _is_digest(message: Message) -> bool:
    return message.audience == Audience.OFFICERS and message.kind in REMINDING


def _digest_key(message: Message) -> Any:
    return message.authority, message.facts["duty"], message.due


async def sent(work: Work, letter: Letter, answer: str) -> None:
    """The server took the message."""
    await _mark(
        work, letter.message, state=MessageState.SENT, sent_at=func.now(), server_answer=answer, **_contents(letter)
    )


async def failed(work: Work, letter: Letter, reason: Reason, answer: str) -> None:
    """The message will never be taken."""
    await _mark(
        work, letter.message, state=MessageState.FAILED, reason=reason, server_answer=answer, **_contents(letter)
    )


async def refused_for_now(work: Work, settings: NotifierSettings, letter: Letter, answer: str) -> None:
    """The message was not taken this time."""
    message = letter.message
    wait = min(settings.mail_retry_base * 2 ** min(message.attempts - 1, 20), settings.mail_retry_longest)
    await messages.retry(work.session, message.id, message.attempts, wait, settings.mail_retry_days, answer)


async def put_back(work: Work, letters: Collection[Letter]) -> None:
    """These were not tried."""
    await messages.put_back(work.session, [letter.message for letter in letters])


def _contents(letter: Letter) -> dict[str, Any]:
    rendered = letter.rendered
    return {
        "recipient": letter.recipient,
        "subject": rendered.subject,
        "text": rendered.text,
        "html": rendered.html,
    }


async def _mark(work: Work, message: Message, **values: Any) -> None:
    if not await messages.mark(work.session, message.id, message.attempts, **values):
        logger(__name__).warning("lease ended before the message was marked", message_id=str(message.id))
