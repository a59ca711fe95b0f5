"""One connection to the server that takes the mail."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from email.utils import parseaddr
from typing import Self

import aiosmtplib

from services.notifier.mail.errors import Disconnected, MailError, Refused, RefusedForNow, Unreachable, Unsendable
from services.notifier.mail.exchange import CLOSING, GO_ON, Answer, Exchange
from services.notifier.settings import NotifierSettings

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
        self._smtp = _client(settings)
        self._exchange: Exchange | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._exchange is not None:
            with suppress(OSError):
                async with asyncio.timeout(self._settings.smtp_timeout):
                    await self._exchange.ask("QUIT")
        self._close()

    async def send(
        self, content: bytes, recipient: str, envelope: str, before: Callable[[], Awaitable[None]] | None = None
    ) -> str:
        """Hand over one mail, known by `envelope` in reports of what becomes of it; the server's answer.

        All lines of the content end with CR and LF. It is sent when `before` is done, and never where that raises.
        Raises `MailError`.
        """
        try:
            try:
                await self._offer(len(content), recipient, envelope)
            except _Closing as error:
                # The server had enough of this connection before it was told of the mail: it may like a new one.
                if not self.proven:
                    raise Disconnected(str(error)) from error
                await self._offer(len(content), recipient, envelope)
            if before is not None:
                await before()
            return await self._hand_over(content)
        except _Closing as error:
            raise Disconnected(str(error)) from error
        except MailError:
            raise
        except BaseException:
            self._close()  # it waits for content
            raise

    async def _offer(self, size: int, recipient: str, envelope: str) -> None:
        """Tell of a mail; the server waits for its content then."""
        exchange = self._exchange if self._exchange is not None and self._exchange.is_open else await self._open()
        if exchange.unasked is not None:
            self._close()
            raise _Closing(str(exchange.unasked))
        commands = self._commands(size, recipient, envelope)
        async with self._in_time():
            answers = await exchange.ask(*commands, together=self._smtp.supports_extension("pipelining"))
            if [each.went_well or each.code for each in answers] == [True, True, GO_ON]:
                return
            refused = next((each for each in answers if not each.went_well and each.code != GO_ON), answers[-1])
            if answers[-1].code == GO_ON:  # it waits for what it does not take (RFC 2920, 3.1)
                await exchange.tell(b"")
            if refused.code != CLOSING:
                with suppress(OSError):
                    await exchange.ask("RSET")
        if refused is not answers[0]:
            raise self._refusal(refused)
        if refused.code == CLOSING:
            self._close()
            raise _Closing(str(refused))
        # our own fault, which an operator can mend: nothing is lost by it
        raise RefusedForNow(str(refused))

    async def _hand_over(self, content: bytes) -> str:
        assert self._exchange is not None
        async with self._in_time():
            answer = await self._exchange.tell(content)
        if not answer.went_well:
            raise self._refusal(answer)
        self.proven = True
        return answer.words

    def _commands(self, size: int, recipient: str, envelope: str) -> tuple[str, str, str]:
        """What the server is told of a mail, and what is asked of it.

        One that can is asked to report what becomes of the mail, under its own id (RFC 3461); an address that is not in
        ASCII needs one that takes it (RFC 6531).
        """
        mail, to = f"MAIL FROM:<{self._sender}>", f"RCPT TO:<{recipient}>"
        if not to.isprintable():
            raise Unsendable("The address has characters that no address has")
        if self._smtp.supports_extension("size"):
            mail += f" SIZE={size}"
        if not to.isascii():
            if not self._smtp.supports_extension("smtputf8"):
                raise Unsendable("The mail server takes no address that is not in ASCII")
            mail += " SMTPUTF8 BODY=8BITMIME"
        if self._smtp.supports_extension("dsn"):
            mail += f" ENVID={envelope} RET=HDRS"
            to += " NOTIFY=SUCCESS,FAILURE,DELAY"
        return mail, to, "DATA"

    def _refusal(self, answer: Answer) -> MailError:
        if answer.code == CLOSING:
            self._close()
            return Disconnected(str(answer))
        return (Refused if answer.code >= PERMANENT else RefusedForNow)(str(answer))

    @asynccontextmanager
    async def _in_time(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._settings.smtp_timeout):
                yield
        except OSError as error:
            self._close()
            raise Disconnected(str(error) or type(error).__name__) from error

    async def _open(self) -> Exchange:
        self.proven = False
        self._smtp = _client(self._settings)
        try:
            async with asyncio.timeout(self._settings.smtp_timeout):
                await self._smtp.connect()
                if self._smtp.is_ehlo_or_helo_needed:
                    with suppress(aiosmtplib.SMTPHeloError):  # an old server, which is asked for nothing more
                        await self._smtp.ehlo()
            if self._smtp.transport is None:
                raise ConnectionResetError("Connection lost")
        except (aiosmtplib.SMTPException, OSError) as error:
            self._smtp.close()
            raise Unreachable(str(error) or type(error).__name__) from error
        self._exchange = Exchange(self._smtp.transport)
        return self._exchange

    def _close(self) -> None:
        if self._exchange is not None:
            self._exchange.close()
            self._exchange = None


async def greeted(settings: NotifierSettings) -> None:
    """Connect to the mail server and log in as for a mail, and leave. Raises what aiosmtplib does, and `OSError`."""
    async with _client(settings):
        pass


def _client(settings: NotifierSettings) -> aiosmtplib.SMTP:
    return aiosmtplib.SMTP(
        hostname=settings.smtp_host,
        port=settings.smtp_port,
        username=settings.smtp_username,
        password=settings.smtp_password.get_secret_value() if settings.smtp_password else None,
        use_tls=settings.smtp_tls == "tls",
        start_tls=settings.smtp_tls == "starttls",
        timeout=settings.smtp_timeout,
    )
