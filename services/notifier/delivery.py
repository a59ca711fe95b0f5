"""Sends what is to be sent, over one connection for each batch.

A message is sent once, with one exception that no SMTP client can rule out: when the process dies, or the database is
lost, between the server's acceptance and the mark, the lease ends and the message is sent again. It has the same
Message-ID then, by which mail systems recognise it.
"""

import asyncio
from contextlib import suppress

from prometheus_client import Counter

from services.notifier.commands import posting
from services.notifier.commands.posting import Letter
from services.notifier.mail import (
    Connection,
    Disconnected,
    Refused,
    RefusedForNow,
    Unreachable,
    Unsendable,
    compose,
)
from services.notifier.rendering import Renderer
from services.notifier.settings import NotifierSettings
from services.notifier.vocabulary import Reason
from shared.messaging import Backend
from shared.runtime.logs import logger

POSTED = Counter("peiyu_mails_total", "Messages handed to the mail server", ["result"])


class Deliverer:
    """One worker: claims messages, sends them, marks them. Any number may work side by side."""

    def __init__(self, backend: Backend, settings: NotifierSettings) -> None:
        self._backend = backend
        self._settings = settings
        self._renderer = Renderer(backend.regulation, settings.portal_url)

    async def run(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            try:
                if await self.round(stopping):
                    continue
                wait = self._settings.mail_interval
            except Disconnected as error:
                logger(__name__).warning("mail server lost, delivery pauses", error=str(error))
                wait = max(self._settings.mail_retry_base, self._settings.mail_interval)
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), wait)

    async def round(self, stopping: asyncio.Event | None = None) -> int:
        """Send one batch; how many messages were claimed. Raises `Disconnected`; what was not sent waits then."""
        lease_ends = asyncio.get_running_loop().time() + self._settings.mail_lease
        async with self._backend.work() as work:
            found, letters = await posting.claim(work, self._settings, self._renderer)
        try:
            async with Connection(self._settings) as connection:
                while letters:
                    left = lease_ends - asyncio.get_running_loop().time()
                    if left < 2 * self._settings.smtp_timeout or (stopping is not None and stopping.is_set()):
                        break
                    await self._send(connection, letters)
        finally:
            if letters:
                async with self._backend.work() as work:
                    await posting.put_back(work, letters)
        return found

    async def _send(self, connection: Connection, letters: list[Letter]) -> None:
        """Send the first of the letters and take it from them; it stays where the server was not reached at all."""
        letter = letters.pop(0)
        try:
            mail = compose(letter.message, letter.recipient, letter.rendered, letter.language, self._settings.sender)
            answer = await connection.send(mail, letter.recipient)
        except Unreachable:
            letters.insert(0, letter)
            raise
        except (RefusedForNow, Disconnected) as error:
            POSTED.labels("retry").inc()
            async with self._backend.work() as work:
                await posting.refused_for_now(work, self._settings, letter, str(error))
            if isinstance(error, Disconnected):
                raise
        except (Refused, Unsendable) as error:
            POSTED.labels("failed").inc()
            reason = Reason.REFUSED if isinstance(error, Refused) else Reason.UNSENDABLE
            async with self._backend.work() as work:
                await posting.failed(work, letter, reason, str(error))
        else:
            POSTED.labels("sent").inc()
            async with self._backend.work() as work:
                await posting.sent(work, letter, answer)
