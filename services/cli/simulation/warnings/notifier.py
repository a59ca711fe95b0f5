"""The notifier of a simulation: it looks when it is told to, and its mail arrives where it can be counted."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from email.parser import BytesHeaderParser
from typing import Any, cast

from aiosmtpd.smtp import SMTP, Envelope, Session

from services.cli.local import local_smtp
from services.cli.simulation.world import World
from services.notifier.delivery import Deliverer
from services.notifier.settings import NotifierSettings

NAME = "notifier"
CONNECTIONS = 4


@dataclass(frozen=True)
class Arrived:
    """A mail as the server of its recipient got it."""

    at: datetime
    mail_id: str
    recipient: str
    kinds: tuple[str, ...]


class PostOffice:
    """Takes all mail, and notes when it arrived by the clock of the simulation."""

    def __init__(self) -> None:
        self.arrived: list[Arrived] = []
        self.now: datetime | None = None

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        assert self.now is not None
        headers = BytesHeaderParser().parsebytes(cast(bytes, envelope.content))
        mail_id = headers.get("Message-ID", "").strip("<> \r\n").partition("@")[0]
        kinds = tuple(sorted(headers.get("X-Peiyu-Kind", "").replace(",", " ").split()))
        self.arrived += [Arrived(self.now, mail_id, recipient, kinds) for recipient in envelope.rcpt_tos]
        return "250 kept"

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[dict[str, Any]]:
        """Open it; the settings of a notifier that sends its mail here, and does not wait for more to come."""
        async with local_smtp(self) as port:
            yield {
                "smtp_host": "127.0.0.1",
                "smtp_port": port,
                "smtp_tls": "none",
                "gather": 0,
                "digest_quiet": 0,
                "mail_connections": CONNECTIONS,
            }


class Notifier:
    """The notifier at work, which can be stopped: then nothing is heard, found or sent until it is started again."""

    def __init__(self, world: World, post_office: PostOffice) -> None:
        self._world = world
        self._queue = world.queues[NAME]
        self._post_office = post_office
        service = world.services[NAME]
        self._deliverer = Deliverer(service.backend, cast(NotifierSettings, service.settings))

    @property
    def stopped(self) -> bool:
        return self._queue.resting.is_set()

    def stop(self) -> None:
        self._queue.resting.set()

    async def start(self) -> None:
        await self._queue.wake()

    async def look(self) -> None:
        """Find what fell due, and send all mail that may go out."""
        self._post_office.now = self._world.now
        while await self._world.sweep_one(NAME):
            pass
        while await self._deliverer.round():
            await asyncio.gather(*(self._deliverer.round() for _ in range(CONNECTIONS - 1)))
