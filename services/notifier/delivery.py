"""Sends mail, over a few connections that last while there is something to send.

A mail is sent once, with one exception that no SMTP client can rule out: when the process dies, or the database is
lost, between the server's acceptance and the mark, the lease ends and the mail is sent again. It has the same
Message-ID then, by which mail systems recognise it. A connection takes its next mail when its last one is marked, so
that these are never more than there are connections.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256

from aiolimiter import AsyncLimiter
from prometheus_client import Counter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.commands import posting
from services.notifier.mail.composing import compose
from services.notifier.mail.connection import Connection
from services.notifier.mail.errors import Disconnected, Refused, RefusedForNow, Unreachable, Unsendable
from services.notifier.mail.rendering import Renderer
from services.notifier.models import Mail
from services.notifier.repository.mails import Outcome
from services.notifier.settings import NotifierSettings
from services.notifier.vocabulary import MessageState, Reason
from shared.messaging import Backend
from shared.runtime.logs import logger

POSTED = Counter("peiyu_mails_total", "Mails handed to the mail server", ["result"])
MINUTE = 60
LINGER = 0.1
"""Seconds for which the marks keep their connection to the database while nothing comes."""

_Awaited = tuple[Outcome, asyncio.Future[None]]


class Deliverer:
    """Claims mails, sends them, marks them. Any number may work side by side."""

    def __init__(self, backend: Backend, settings: NotifierSettings) -> None:
        self._backend = backend
        self._settings = settings
        self._renderer = Renderer(backend.regulation, settings.portal_url, answered=settings.reply_to is not None)
        self._claiming = asyncio.Lock()
        self._marker = _Marker(backend, settings)
        self._limits: dict[str, AsyncLimiter] = {}

    async def run(self, stopping: asyncio.Event) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self._settings.mail_connections):
                    group.create_task(self._work(stopping))
        finally:
            await self._marker.rest()

    async def _work(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            try:
                async with Connection(self._settings) as connection:
                    while await self._round(connection, stopping):
                        pass
                wait = self._settings.mail_interval
            except Disconnected as error:
                logger(__name__).warning("mail server lost, delivery pauses", error=str(error))
                wait = max(self._settings.mail_retry_base, self._settings.mail_interval)
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), wait)

    async def round(self) -> int:
        """Send one batch; how many messages were found. Raises `Disconnected`; what was not sent waits then."""
        try:
            async with Connection(self._settings) as connection:
                return await self._round(connection, asyncio.Event())
        finally:
            await self._marker.rest()

    async def _round(self, connection: Connection, stopping: asyncio.Event) -> int:
        if stopping.is_set():
            return 0
        async with self._claiming:
            lease_ends = asyncio.get_running_loop().time() + self._settings.mail_lease
            async with self._backend.work() as work:
                found, letters = await posting.claim(work, self._settings, self._renderer)
        try:
            while letters and not stopping.is_set():
                if lease_ends - asyncio.get_running_loop().time() < 2 * self._settings.smtp_timeout:
                    break
                await self._send(connection, letters)
        finally:
            await self._put_back(letters)
        return found

    async def _send(self, connection: Connection, letters: list[Mail]) -> None:
        """Send the first of the mails and take it from them; it stays where the server was not reached at all."""
        mail = letters[0]
        if not await self._may_go_now(mail):
            await self._put_back([letters.pop(0)], MINUTE / (self._settings.mail_rate or MINUTE))
            return
        lost = None
        try:
            content = compose(mail, self._settings.sender, self._settings.reply_to)
            answer = await connection.send(content, mail.recipient, str(mail.id))
            outcome = Outcome(mail.id, mail.attempts, MessageState.SENT, answer, sha256=sha256(content).hexdigest())
        except Unreachable:
            raise
        except (RefusedForNow, Disconnected) as error:
            lost = error if isinstance(error, Disconnected) else None
            outcome = Outcome(mail.id, mail.attempts, MessageState.QUEUED, str(error), wait=self._wait(mail))
        except (Refused, Unsendable) as error:
            reason = Reason.REFUSED if isinstance(error, Refused) else Reason.UNSENDABLE
            outcome = Outcome(mail.id, mail.attempts, MessageState.FAILED, str(error), reason)
        letters.pop(0)
        POSTED.labels("retry" if outcome.state is MessageState.QUEUED else outcome.state).inc()
        await self._marker.mark(outcome)
        if lost is not None and not connection.proven:
            raise lost

    def _wait(self, mail: Mail) -> float:
        """How long a mail that was not taken waits: longer each time."""
        settings = self._settings
        return float(min(settings.mail_retry_base * 2 ** min(mail.attempts - 1, 20), settings.mail_retry_longest))

    async def _may_go_now(self, mail: Mail) -> bool:
        """Whether the domain of its recipient may get one more mail in this minute."""
        if self._settings.mail_rate is None:
            return True
        domain = mail.recipient.rpartition("@")[2].lower()
        limit = self._limits.setdefault(domain, AsyncLimiter(self._settings.mail_rate, MINUTE))
        if not limit.has_capacity():
            return False
        await limit.acquire()
        return True

    async def _put_back(self, letters: Sequence[Mail], wait: float = 0) -> None:
        if letters:
            async with self._backend.work() as work:
                await posting.put_back(work, letters, wait)


class _Marker:
    """Commits what became of mails: all that have come while the last commit was under way, together.

    It keeps its connection to the database while one outcome follows the other.
    """

    def __init__(self, backend: Backend, settings: NotifierSettings) -> None:
        self._backend = backend
        self._settings = settings
        self._waiting: list[_Awaited] = []
        self._woken = asyncio.Event()
        self._committing: asyncio.Task[None] | None = None

    async def mark(self, outcome: Outcome) -> None:
        """Note one outcome; returns when it is committed, raises what the commit raises."""
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((outcome, done))
        self._woken.set()
        if self._committing is None or self._committing.done():
            self._committing = asyncio.create_task(self._commit())
        await done

    async def rest(self) -> None:
        """Let go of the connection: nothing more comes for now."""
        self._woken.set()
        if self._committing is not None:
            await self._committing

    async def _commit(self) -> None:
        while self._waiting:  # also what came while the connection was let go
            taken: list[_Awaited] = []
            try:
                async with self._backend.database.statements() as connection:
                    while self._waiting:
                        self._woken.clear()
                        taken, self._waiting = self._waiting, []
                        await self._note(connection, [outcome for outcome, _ in taken])
                        _tell(taken, None)
                        taken = []
                        with suppress(TimeoutError):
                            await asyncio.wait_for(self._woken.wait(), LINGER)
            except Exception as error:  # noqa: BLE001 - raised to everybody who waits for it
                _tell([*taken, *self._waiting], error)
                self._waiting = []

    async def _note(self, connection: AsyncConnection, outcomes: Sequence[Outcome]) -> None:
        sent = [outcome for outcome in outcomes if outcome.state is MessageState.SENT]
        others = [outcome for outcome in outcomes if outcome.state is not MessageState.SENT]
        if sent:
            await posting.mark_sent(connection, self._backend.clock, self._settings, sent)
        if others:
            async with self._backend.work() as work:
                await posting.mark(work, self._settings, others)


def _tell(batch: Sequence[_Awaited], error: Exception | None) -> None:
    for _, done in batch:
        if done.cancelled():
            continue
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)
