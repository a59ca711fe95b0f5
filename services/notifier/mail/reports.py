"""Delivery reports (RFC 3464): what a mail system says has become of a mail.

Mail systems take liberties with the format. What is read here is what they mean: parts that are coded though they must
not be, fields in a foreign character set, a report that is not called one, a returned mail with or without its body.
Pure functions.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.parser import BytesHeaderParser
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.notifier.mail.errors import NotAReport

LARGEST = 256 * 1024
"""Bytes of a report that is read: the largest mail of ours comes back whole within it."""

MOST_RECIPIENTS = 10
"""Recipients that a report is read for. A mail of ours has one; an alias at its server may have made some of it."""

LONGEST = 1000
"""Characters that are kept of a field."""

_STATUS = {"text/delivery-status", "text/global-delivery-status"}
_RETURNED = {"text/rfc822", "text/rfc822-headers", "text/global", "text/global-headers"}
_MALFORMED = (ValueError, TypeError, LookupError, AttributeError, RecursionError)

_BLANK_LINE = re.compile(rb"\n[ \t]*\r?\n")
_ADDRESS = re.compile(r"[^\s<>;,]+@[^\s<>;,]+")
_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_MESSAGE_ID = re.compile(r"<[^<>\s]+>")
_CODED = re.compile(r"\+([0-9A-F]{2})")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")


class Action(StrEnum):
    """What was done with a mail. `relayed`: passed on to where nothing is reported from; `expanded`: to a list."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    RELAYED = "relayed"
    EXPANDED = "expanded"


BY_CLASS = {"2": Action.DELIVERED, "4": Action.DELAYED, "5": Action.FAILED}


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one mail for one recipient.

    `recipients` are the ways in which it is named, in lower case: as the mail named it, where that is told, and as it
    was reached. `status` is an enhanced status code (RFC 3463) such as 5.1.1, `origin` the report's own Message-ID.
    """

    message_id: str | None
    envelope_id: str | None
    recipients: tuple[str, ...]
    action: Action
    status: str | None
    diagnostic: str | None
    origin: str | None

    @property
    def recipient(self) -> str:
        return self.recipients[0]

    @property
    def mail_id(self) -> UUID | None:
        """The id of the mail of ours that it is about: by what was returned of it, else by its envelope."""
        for told in (self.message_id, self.envelope_id):
            try:
                return UUID((told or "").strip("<>").partition("@")[0])
            except ValueError:
                continue
        return None


class _Part(Message):
    """A part whose content, where it is a message itself, is left as it came, to be decoded before it is read."""

    def get_content_type(self) -> str:
        return re.sub("^message/", "text/", super().get_content_type())


def read(content: bytes) -> tuple[Report, ...]:
    """What a report says, for each of its recipients. Raises `NotAReport` for everything else, whatever it is."""
    if len(content) > LARGEST:
        raise NotAReport(f"it is larger than {LARGEST} bytes")
    try:
        found = tuple(_reports(message_from_bytes(content, _Part)))
    except _MALFORMED as error:
        raise NotAReport(f"it cannot be read ({type(error).__name__})") from error
    if not found:
        raise NotAReport("it names no recipient with what became of the mail")
    return found


def _reports(mail: _Part) -> Iterator[Report]:
    leaves = list(_leaves(mail))
    blocks = [fields for part in leaves if part.get_content_type() in _STATUS for fields in _blocks(part)]
    if not blocks:
        raise NotAReport("it has no part of the type message/delivery-status")
    own = _fields(mail)
    envelope_id = next((text for fields in blocks if (text := fields.get("original-envelope-id"))), None)
    message_id = _message_id(leaves, own)
    recipients = [fields for fields in blocks if "final-recipient" in fields or "original-recipient" in fields]
    for fields in recipients[:MOST_RECIPIENTS]:
        named = _named(fields)
        status = _status(fields)
        action = _action(fields, status)
        if named and action:
            yield Report(
                message_id=message_id,
                envelope_id=_uncoded(envelope_id) if envelope_id else None,
                recipients=named,
                action=action,
                status=status,
                diagnostic=fields.get("diagnostic-code"),
                origin=own.get("message-id"),
            )


def _leaves(mail: _Part) -> Iterator[_Part]:
    """The parts that are not made of others; what a returned mail is made of is not looked at."""
    waiting: list[_Part] = [mail]
    while waiting:
        part = waiting.pop()
        inner: Any = part.get_payload()
        if isinstance(inner, list):
            waiting += reversed(inner)
        else:
            yield part


def _blocks(part: _Part) -> Iterator[dict[str, str]]:
    """The fields of the mail, then those of each recipient."""
    for block in _BLANK_LINE.split(_content(part), maxsplit=4 * MOST_RECIPIENTS):
        if fields := _fields(BytesHeaderParser().parsebytes(block.strip())):
            yield fields


def _content(part: _Part) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _fields(headers: Message) -> dict[str, str]:
    """Fields by name in lower case; of those that are repeated, the first."""
    fields: dict[str, str] = {}
    for name, value in headers.raw_items():
        fields.setdefault(name.lower(), _text(str(value)))
    return {name: value for name, value in fields.items() if value}


def _text(value: str) -> str:
    """A field on one line, in whichever character set it was written."""
    raw = value.encode("utf-8", "surrogateescape")
    for charset in ("utf-8", "gb18030"):
        try:
            text = raw.decode(charset)
            break
        except UnicodeDecodeError:
            continue
    else:
        text = raw.decode("latin-1")
    return " ".join(_CONTROLS.sub(" ", text).split())[:LONGEST].strip()


def _message_id(leaves: list[_Part], own: dict[str, str]) -> str | None:
    """The Message-ID of the mail that was sent: of what was returned of it, else as the report refers to it."""
    for part in leaves:
        if part.get_content_type() in _RETURNED:
            returned = _fields(BytesHeaderParser().parsebytes(_content(part).lstrip()))
            if found := _MESSAGE_ID.search(returned.get("message-id", "")):
                return found.group()
    referred = [found for name in ("references", "in-reply-to") for found in _MESSAGE_ID.findall(own.get(name, ""))]
    return referred[-1] if referred else None


def _named(fields: dict[str, str]) -> tuple[str, ...]:
    """Who the recipient is: as the mail named it first, which some send as they got it, coded (RFC 3461)."""
    named: dict[str, None] = {}
    for name in ("original-recipient", "final-recipient"):
        if found := _ADDRESS.search(fields.get(name, "")):
            address = found.group().lower()
            decoded = _uncoded(found.group()).lower() if name == "original-recipient" else address
            named |= dict.fromkeys((decoded, address) if _ADDRESS.fullmatch(decoded) else (address,))
    return tuple(named)


def _uncoded(xtext: str) -> str:
    return _CONTROLS.sub(" ", _CODED.sub(lambda code: chr(int(code[1], 16)), xtext))


def _status(fields: dict[str, str]) -> str | None:
    """The status; that of the diagnostic where the field says no more than the class, as some always do."""
    told = _ENHANCED.search(fields.get("status", ""))
    exact = _ENHANCED.search(fields.get("diagnostic-code", ""))
    if exact is not None and (told is None or (told[2] == told[3] == "0" and told[1] == exact[1])):
        told = exact
    return told.group() if told else None


def _action(fields: dict[str, str], status: str | None) -> Action | None:
    """The action; where there is none that is known, what the class of the status means."""
    told = fields.get("action", "").lower().partition(" ")[0]
    if told in list(Action):
        return Action(told)
    return BY_CLASS[status[0]] if status else None
