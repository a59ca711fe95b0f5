"""Mail as it goes over the wire.

Written byte by byte: the standard library's messages know every header there is, and cost more time than all the rest
of a mail. Nothing from outside reaches a header but the subject and the recipient: the one is encoded and loses its
control characters, the other must be an address.
"""

import re
from binascii import b2a_base64
from collections.abc import Iterable, Iterator
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from uuid import UUID

from services.notifier import mailboxes
from services.notifier.mail.errors import Unsendable
from services.notifier.models import Mail

LONGEST_SUBJECT = 300
"""Characters after which a subject is cut."""

MOST_THREADS = 20
"""Most conversations that a mail names."""

LISTS = {True: "Notices to enterprises <enterprises.{}>", False: "Notices to officers <officers.{}>"}
"""The mailing list (RFC 2919) of the mails to firms, and of those to officers: what a reader's filter can go by."""

LINE = 76
"""Characters of a line of base64 (RFC 2045, 6.8)."""

PLAIN = re.compile(
    r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*@[a-z0-9-]+(\.[a-z0-9-]+)+", re.ASCII | re.IGNORECASE
)
"""An address as nearly all are: none that the library would find fault with."""

METHOD = re.compile(r"^METHOD:([A-Z]+)\r?$", re.MULTILINE)
FILES = {"PUBLISH": "deadline.ics", "CANCEL": "cancelled.ics"}


def compose(written: Mail, sender: str, reply_to: str | None = None) -> bytes:
    """The mail; it is the same however often it is sent. Raises `Unsendable`.

    The calendars are attached, each for itself (RFC 6047), and not offered as another form of the text: Outlook would
    show them in its place.
    """
    from_us, domain = _ours(sender, reply_to)
    boundary = f"=_{written.id.hex}"
    headers = [
        *from_us,
        f"To: {_address(written.recipient)}",
        f"Subject: {_subject(written.subject)}",
        f"Message-ID: {message_id_of(written.id, sender)}",
        f"Date: {_date(written.created_at)}",
        *_conversations(written.threads or (), domain),
        f"List-Id: {LISTS[written.mailbox.startswith(mailboxes.FIRM)].format(domain)}",
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: OOF, AutoReply",
        f"Content-Language: {written.language}",
        f"X-Peiyu-Kind: {_folded(dict.fromkeys(written.kinds or ()), ',')}",
        "MIME-Version: 1.0",
    ]
    body = _multipart(
        "alternative", f"{boundary}_a", [_part("text/plain", written.text), _part("text/html", written.html)]
    )
    if written.calendars:
        body = _multipart("mixed", f"{boundary}_m", [body, *map(_calendar, written.calendars)])
    return "\r\n".join(headers).encode() + b"\r\n" + body


def message_id_of(mail_id: UUID, sender: str) -> str:
    """The Message-ID of a mail: under the sender's domain, by the mail's own id."""
    return f"<{mail_id}@{_ours(sender, None)[1]}>"


@lru_cache(maxsize=8)
def _ours(sender: str, reply_to: str | None) -> tuple[tuple[str, ...], str]:
    """The lines that are the same in all mails, by the library's own word, and our domain."""
    message = EmailMessage(policy=WIRE)
    try:
        for name, value in (("From", sender), ("Reply-To", reply_to)):
            if value is not None:
                message[name] = Address(parseaddr(value)[0], addr_spec=parseaddr(value)[1])
    except (ValueError, IndexError, MessageError) as error:
        raise Unsendable(f"{type(error).__name__}: {error}") from error
    lines = message.as_bytes().decode().rstrip("\r\n").split("\r\n")
    return tuple(lines), parseaddr(sender)[1].rpartition("@")[2]


_date = lru_cache(maxsize=8)(format_datetime)


def _address(recipient: str) -> str:
    if PLAIN.fullmatch(recipient):
        return recipient
    try:
        return Address(addr_spec=recipient).addr_spec
    except (ValueError, IndexError, MessageError) as error:
        raise Unsendable(f"{type(error).__name__}: {error}") from error


@lru_cache(maxsize=1024)
def _subject(text: str) -> str:
    """The subject as a header has it; thousands of reminders have the same."""
    plain = "".join(each if each.isprintable() else " " for each in text)
    shown = " ".join(plain.split())
    if len(shown) > LONGEST_SUBJECT:
        shown = f"{shown[: LONGEST_SUBJECT - 1]}…"
    plainly = shown.isascii() and "=?" not in shown
    return Header(shown, None if plainly else "utf-8", header_name="Subject").encode(linesep="\r\n")


def _conversations(threads: Iterable[str], domain: str) -> Iterator[str]:
    """By these a mail program puts a mail beside the others of its case, whose ids need not be those of mails."""
    ids = [f"<{thread}@{domain}>" for thread in dict.fromkeys(threads)][:MOST_THREADS]
    if ids:
        yield f"In-Reply-To: {ids[0]}"
        yield f"References: {_folded(ids, '')}"


def _folded(words: Iterable[str], separator: str) -> str:
    return f"{separator}\r\n ".join(words)


def _multipart(subtype: str, boundary: str, parts: Iterable[bytes]) -> bytes:
    edge = f"--{boundary}".encode()
    content = b"".join(edge + b"\r\n" + part + b"\r\n" for part in parts)
    return f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n\r\n'.encode() + content + edge + b"--\r\n"


def _part(type_: str, text: str, more: str = "") -> bytes:
    head = f"Content-Type: {type_}; charset=utf-8{more}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    octets = text.encode(errors="replace")
    if b"\r" in octets:
        octets = octets.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    content = b2a_base64(octets.replace(b"\n", b"\r\n"), newline=False)
    lines = [content[start : start + LINE] for start in range(0, len(content), LINE)]
    return head.encode() + b"\r\n".join([*lines, b""])


def _calendar(calendar: str) -> bytes:
    found = METHOD.search(calendar)
    method = found[1] if found else "PUBLISH"
    file = FILES.get(method, FILES["PUBLISH"])
    more = f'; method={method}; name="{file}"\r\nContent-Disposition: attachment; filename="{file}"'
    return _part("text/calendar", calendar, more)
