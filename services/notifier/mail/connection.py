"""One connection to the server that takes the mail."""

import asyncio
from contextlib import suppress
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Self

import aiosmtplib

from services.notifier.mail.errors import Disconnected, MailError, Refused, RefusedForNow, Unreachable, Unsendable
from services.notifier.settings import NotifierSettings

CLOSING = 421
PERMANENT = 500


class _Closing(Exception):
    """The server closes the connection before it was told of the mail."""


class Connection:
    """A connection to the mail server for the length of an `async with`, opened by the first mail.

    `proven`: the server took a mail over the connection that is open, or was lost last.
    """

    def __init__(self, settings: NotifierSettings) -> None:
        self._settings = settings
        self._sender = parseaddr(settings.sender)[1]
        self.proven = False
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
        """Hand over one mail; the server's answer. Raises `MailError`."""
        try:
            return await self._hand_over(mail, recipient)
        except _Closing as error:
            # The server had enough of this connection before it was told of the mail: it may like a new one.
            if not self.proven:
                raise Disconnected(str(error)) from error
        try:
            return await self._hand_over(mail, recipient)
        except _Closing as error:
            raise Disconnected(str(error)) from error

    async def _hand_over(self, mail: EmailMessage, recipient: str) -> str:
        if not self._smtp.is_connected:
            await self._open()
        try:
            async with asyncio.timeout(self._settings.smtp_timeout):
                if recipient.isascii():
                    of_mail, of_recipient = self._report_wanted(mail)
                    _, answer = await self._smtp.sendmail(
                        self._sender,
                        [recipient],
                        mail.as_bytes(),
                        mail_options=of_mail,
                        rcpt_options=of_recipient,
                    )
                else:
                    _, answer = await self._smtp.send_message(mail, sender=self._sender, recipients=[recipient])
        except aiosmtplib.SMTPRecipientsRefused as error:
            refused = error.recipients[0]
            raise _refusal(refused.code, refused.message) from error
        except aiosmtplib.SMTPSenderRefused as error:
            if error.code == CLOSING:
                self._smtp.close()
                raise _Closing(f"{error.code} {error.message}") from error
            # our own fault, which an operator can mend: nothing is lost by it
            raise RefusedForNow(f"{error.code} {error.message}") from error
        except aiosmtplib.SMTPResponseException as error:
            raise _refusal(error.code, error.message) from error
        except (aiosmtplib.SMTPServerDisconnected, OSError) as error:
            self._smtp.close()
            raise Disconnected(str(error) or type(error).__name__) from error
        except (aiosmtplib.SMTPNotSupported, ValueError) as error:
            raise Unsendable(f"{type(error).__name__}: {error}") from error
        self.proven = True
        return answer

    def _report_wanted(self, mail: EmailMessage) -> tuple[list[str], list[str]]:
        """Ask a server that can (RFC 3461) to report what becomes of the mail, under its own id."""
        if not self._smtp.supports_extension("dsn"):
            return [], []
        envelope = mail["Message-ID"].strip("<>").partition("@")[0]
        return [f"ENVID={envelope}", "RET=HDRS"], ["NOTIFY=SUCCESS,FAILURE,DELAY"]

    async def _open(self) -> None:
        self.proven = False
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
