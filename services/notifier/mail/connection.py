"""One connection to the server that takes the mail."""

import asyncio
from contextlib import suppress
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

    async def send(self, content: bytes, recipient: str, envelope: str) -> str:
        """Hand over one mail, known by `envelope` in reports of what becomes of it; the server's answer.

        Raises `MailError`.
        """
        try:
            return await self._hand_over(content, recipient, envelope)
        except _Closing as error:
            # The server had enough of this connection before it was told of the mail: it may like a new one.
            if not self.proven:
                raise Disconnected(str(error)) from error
        try:
            return await self._hand_over(content, recipient, envelope)
        except _Closing as error:
            raise Disconnected(str(error)) from error

    async def _hand_over(self, content: bytes, recipient: str, envelope: str) -> str:
        if not self._smtp.is_connected:
            await self._open()
        try:
            async with asyncio.timeout(self._settings.smtp_timeout):
                of_mail, of_recipient = self._options(recipient, envelope)
                _, answer = await self._smtp.sendmail(
                    self._sender, [recipient], content, mail_options=of_mail, rcpt_options=of_recipient
                )
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

    def _options(self, recipient: str, envelope: str) -> tuple[list[str], list[str]]:
        """What is asked of the server with a mail and with its recipient.

        One that can is asked to report what becomes of the mail, under its own id (RFC 3461); an address that is not in
        ASCII needs one that takes it (RFC 6531).
        """
        of_mail: list[str] = []
        of_recipient: list[str] = []
        if not recipient.isascii():
            if not self._smtp.supports_extension("smtputf8"):
                raise aiosmtplib.SMTPNotSupported("The mail server takes no address that is not in ASCII")
            of_mail += ["SMTPUTF8", "BODY=8BITMIME"]
        if self._smtp.supports_extension("dsn"):
            of_mail += [f"ENVID={envelope}", "RET=HDRS"]
            of_recipient.append("NOTIFY=SUCCESS,FAILURE,DELAY")
        return of_mail, of_recipient

    async def _open(self) -> None:
        self.proven = False
        try:
            async with asyncio.timeout(self._settings.smtp_timeout):
                await self._smtp.connect()
                if self._smtp.is_ehlo_or_helo_needed:
                    with suppress(aiosmtplib.SMTPHeloError):  # an old server, which is asked for nothing more
                        await self._smtp.ehlo()
        except (aiosmtplib.SMTPException, OSError) as error:
            self._smtp.close()
            raise Unreachable(str(error) or type(error).__name__) from error


def _refusal(code: int, answer: str) -> MailError:
    if code == CLOSING:
        return Disconnected(f"{code} {answer}")
    return (Refused if code >= PERMANENT else RefusedForNow)(f"{code} {answer}")
