"""Mail as it goes over the wire, and one connection to the server that takes it.

MailError
├── Refused          the server refuses this message for good: its answer
├── RefusedForNow    it may take it later: its answer
├── Unsendable       this is no message that could be sent: what is wrong with it
└── Disconnected     the connection was lost: whether the message was taken is not known
    └── Unreachable  there was no connection at all
"""

import asyncio
from contextlib import suppress
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import format_datetime, parseaddr
from typing import Self

import aiosmtplib

from services.notifier.models import Message
from services.notifier.rendering import Rendered
from services.notifier.settings import NotifierSettings
from shared.runtime.clock import real_now

CLOSING = 421
PERMANENT = 500


class MailError(Exception):
    """A message was not taken"""


class Refused(MailError):
    """The server refuses the message for good"""


class RefusedForNow(MailError):
    """The server may take the message later"""


class Unsendable(MailError):
    """The message cannot be put into mail"""


class Disconnected(MailError):
    """The connection to the mail server was lost"""


class Unreachable(Disconnected):
    """The mail server cannot be reached"""


def compose(message: Message, recipient: str, rendered: Rendered, language: str, sender: str) -> EmailMessage:
    """The mail; its Message-ID is the same however often it is sent. Raises `Unsendable`."""
    name, address = parseaddr(sender)
    mail = EmailMessage(policy=WIRE)
    try:
        mail["From"] = Address(name, addr_spec=address)
        mail["To"] = Address(addr_spec=recipient)
        mail["Subject"] = rendered.subject
    except (ValueError, IndexError, MessageError) as error:
        raise Unsendable(f"{type(error).__name__}: {error}") from error
    mail["Message-ID"] = f"<{message.id}@{address.rpartition('@')[2]}>"
    mail["Date"] = format_datetime(real_now())
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = language
    mail["X-Peiyu-Kind"] = message.kind
    mail.set_content(rendered.text, cte="base64")
    mail.add_alternative(rendered.html, subtype="html", cte="base64")
    return mail


class Connection:
    """A connection to the mail server for the length of an `async with`, opened by the first message."""

    def __init__(self, settings: NotifierSettings) -> None:
        self._settings = settings
        self._smtp = aiosmtplib.SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            username=settings.smtp_username,
            password=settings.smtp_password.get_secret_value() if settings.smtp_password else None,
            use_tls=settings.smtp_tls == "tls",
            start_tls=settings.smtp_tls == "starttls",
            timeout=settings.smtp_timeout,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._smtp.is_connected:
            with suppress(aiosmtplib.SMTPException, OSError):
                await self._smtp.quit()
        self._smtp.close()

    async def send(self, mail: EmailMessage, recipient: str) -> str:
        """Hand over one message; the server's answer. Raises `MailError`."""
        if not self._smtp.is_connected:
            await self._open()
        try:
            async with asyncio.timeout(self._settings.smtp_timeout):
                _, answer = await self._smtp.send_message(mail, recipients=[recipient])
        except aiosmtplib.SMTPRecipientsRefused as error:
            refused = error.recipients[0]
            raise _refusal(refused.code, refused.message) from error
        except (
            aiosmtplib.SMTPSenderRefused
        ) as error:  # our own fault, which an operator can mend: nothing is lost by it
            raise RefusedForNow(f"{error.code} {error.message}") from error
        except aiosmtplib.SMTPResponseException as error:
            raise _refusal(error.code, error.message) from error
        except (aiosmtplib.SMTPServerDisconnected, OSError) as error:
            self._smtp.close()
            raise Disconnected(str(error) or type(error).__name__) from error
        except (aiosmtplib.SMTPNotSupported, ValueError) as error:
            raise Unsendable(f"{type(error).__name__}: {error}") from error
        return answer

    async def _open(self) -> None:
        try:
            async with asyncio.timeout(self._settings.smtp_timeout):
                await self._smtp.connect()
        except (aiosmtplib.SMTPException, OSError) as error:
            self._smtp.close()
            raise Unreachable(str(error) or type(error).__name__) from error


def _refusal(code: int, answer: str) -> MailError:
    if code == CLOSING:
        return Disconnected(f"{code} {answer}")
    return (Refused if code >= PERMANENT else RefusedForNow)(f"{code} {answer}")
