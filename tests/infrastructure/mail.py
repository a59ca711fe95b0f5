"""A real SMTP server in a thread, whose answers a test can choose."""

import asyncio
import email
import email.policy
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.smtp import MISSING, Envelope, Session

from tests.infrastructure.processes import free_port
from tests.infrastructure.smtp_faults import Fault, Faults, FaultyController, FaultySMTP, Step, Taker


@dataclass(frozen=True)
class Received:
    """A message as accepted: who it came from, whom it was for, what was asked, what it says, byte for byte too."""

    sender: str
    recipients: tuple[str, ...]
    options: tuple[str, ...]
    message: EmailMessage
    content: bytes


class MailServer(Taker):
    """Keeps what it accepts. Down until `up`; its port stays the same through `down` and `up`.

    `answers` are given one by one to the next messages instead of accepting them ("451 4.3.0 try later");
    `refused` maps an address to the answer its RCPT always gets ("550 5.1.1 no such mailbox"); `fault` is for all else
    that goes wrong. With `dsn` it announces delivery status notifications.
    """

    host = "127.0.0.1"

    def __init__(self) -> None:
        self.port = free_port()
        self.answers: list[str] = []
        self.refused: dict[str, str] = {}
        self.dsn = False
        self.received: list[Received] = []
        self._faults = Faults()
        self._controller: FaultyController | None = None

    @property
    def messages(self) -> list[EmailMessage]:
        """What was accepted, oldest first."""
        return [received.message for received in self.received]

    def sent_to(self, address: str) -> list[EmailMessage]:
        """What was accepted for one address, oldest first."""
        return [received.message for received in self.received if address in received.recipients]

    async def wait_for(self, count: int, within: float = 10.0) -> list[EmailMessage]:
        """The messages as soon as there are `count` or more. Raises TimeoutError after `within` seconds."""
        async with asyncio.timeout(within):
            while len(self.received) < count:
                await asyncio.sleep(0.02)
        return self.messages

    def fault(self, step: Step, answer: str, *, to: str | None = None, times: int | None = 1, after: int = 0) -> None:
        """Let something go wrong, see `Fault`."""
        self._faults.waiting.append(Fault(step, answer, to, times, after))

    def mend(self) -> None:
        """Let nothing go wrong any more."""
        self.answers.clear()
        self.refused.clear()
        self._faults.waiting.clear()

    def clear(self) -> None:
        """Forget messages, answers, refusals and faults."""
        self.mend()
        self.received.clear()

    def up(self) -> None:
        """Accept connections. Nothing happens when it is up."""
        if self._controller is None:
            self._controller = FaultyController(
                self, faults=self._faults, dsn=self.dsn, hostname=self.host, port=self.port
            )
            self._controller.start()

    def down(self) -> None:
        """Refuse connections and break open ones. Nothing happens when it is down."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    async def handle_RCPT(
        self, server: FaultySMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str | Any:
        if address in self.refused:
            return self.refused[address]
        return await super().handle_RCPT(server, session, envelope, address, options)

    def take(self, server: FaultySMTP, envelope: Envelope) -> str | Any:
        if self.answers:
            return self.answers.pop(0)
        content = cast("bytes", envelope.content)
        message = email.message_from_bytes(content, policy=email.policy.default)
        options = (*envelope.mail_options, *envelope.rcpt_options)
        self.received.append(Received(envelope.mail_from or "", tuple(envelope.rcpt_tos), options, message, content))
        return MISSING
