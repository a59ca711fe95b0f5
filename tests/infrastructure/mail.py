"""A real SMTP server in a thread, whose answers a test can choose."""

import asyncio
import email
import email.policy
from dataclasses import dataclass
from email.message import EmailMessage
from typing import cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.infrastructure.processes import free_port

_ACCEPTED = "250 OK"


@dataclass(frozen=True)
class Received:
    """A message as accepted: who it came from, whom it was for, what it says, byte for byte too."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage
    content: bytes


class MailServer:
    """Keeps what it accepts. Down until `up`; its port stays the same through `down` and `up`.

    `answers` are given one by one to the next messages instead of accepting them ("451 4.3.0 try later");
    `refused` maps an address to the answer its RCPT always gets ("550 5.1.1 no such mailbox").
    """

    host = "127.0.0.1"

    def __init__(self) -> None:
        self.port = free_port()
        self.answers: list[str] = []
        self.refused: dict[str, str] = {}
        self.received: list[Received] = []
        self._controller: Controller | None = None

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

    def clear(self) -> None:
        """Forget messages, answers and refusals."""
        self.answers.clear()
        self.refused.clear()
        self.received.clear()

    def up(self) -> None:
        """Accept connections. Nothing happens when it is up."""
        if self._controller is None:
            self._controller = Controller(self, hostname=self.host, port=self.port, enable_SMTPUTF8=True)
            self._controller.start()

    def down(self) -> None:
        """Refuse connections and break open ones. Nothing happens when it is down."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.refused.get(address, _ACCEPTED)
        if answer == _ACCEPTED:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.answers:
            return self.answers.pop(0)
        content = cast("bytes", envelope.content)
        message = email.message_from_bytes(content, policy=email.policy.default)
        self.received.append(Received(envelope.mail_from or "", tuple(envelope.rcpt_tos), message, content))
        return _ACCEPTED
