"""Sends mail, over a few connections that last while there is something to send.

A mail is sent once, with one exception that no SMTP client can rule out: when the process dies, or the database is
lost, between the server's acceptance and the mark, the lease ends and the mail is sent again. It has the same
Message-ID then, by which mail systems recognise it. A connection sends its next mail when its last one is marked, so
that these are never more than there are connections; it tells the server of the next one meanwhile.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from hashlib import sha256

import asyncpg
from aiolimiter import AsyncLimiter
from opentelemetry.trace import SpanKind
from prometheus_client import Counter

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
from shared.runtime.tracing import Attributes, beginning

POSTED = Counter("peiyu_mails_total", "Mails handed to the mail server", ["result"])
RETRY = "retry"
for result in (MessageState.SENT, RETRY, MessageState.FAILED):
    POSTED.labels(result)  # a rate of what never was is no number, one of 0 is
MINUTE = 60
GATHER = 0.001
"""Seconds for which a mark waits for those of the other connections: four together cost little more than one."""

LINGER = 0.1
"""Seconds for which the marks keep their connection to the database while nothing comes."""

_Marked = asyncio.Future[None]
_Awaited = tuple[Outcome, _Marked]


class _LeaseEnds(Exception):
    """The time for which a mail is ours may not suffice for sending it."""


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
        last = None
        try:
            while letters and not stopping.is_set() and self._suffices(lease_ends, 2):
                last = await self._send(connection, letters, last, lease_ends)
        except _LeaseEnds:
            pass
        finally:
            await self._put_back(letters)
            if last is not None:
                await last
        return found

    def _suffices(self, lease_ends: float, steps: int) -> bool:
        """Whether a lease lasts for so many steps of the way to the mail server."""
        return lease_ends - asyncio.get_running_loop().time() >= steps * self._settings.smtp_timeout

    async def _send(
        self, connection: Connection, letters: list[Mail], last: _Marked | None, lease_ends: float
    ) -> _Marked | None:
        """Send the first of the mails and take it from them; it stays where the server was not reached at all.

        It is sent when the `last` one is marked. Its own mark is under way at the end.
        """
        mail = letters[0]
        if not await self._may_go_now(mail):
            await self._put_back([letters.pop(0)], MINUTE / (self._settings.mail_rate or MINUTE))
            return last
        lost = None
        try:
            content = compose(mail, self._settings.sender, self._settings.reply_to)
            with beginning("send mail", SpanKind.CLIENT, mail.traceparent, (), self._told(mail)):
                answer = await connection.send(
                    content, mail.recipient, str(mail.id), before=partial(self._cleared, last, lease_ends)
                )
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
        if last is not None:
            await last
        POSTED.labels(RETRY if outcome.state is MessageState.QUEUED else outcome.state).inc()
        marked = self._marker.mark(outcome)
        if lost is not None and not connection.proven:
            await marked
            raise lost
        return marked

    def _told(self, mail: Mail) -> Attributes:
        return {
            "network.protocol.name": "smtp",
            "server.address": self._settings.smtp_host,
            "server.port": self._settings.smtp_port,
            "peiyu.mail.id": str(mail.id),
            "peiyu.mail.kinds": ",".join(mail.kinds),
            "peiyu.mail.attempt": mail.attempts,
        }

    async def _cleared(self, last: _Marked | None, lease_ends: float) -> None:
        """Wait until a mail may be sent. Raises `_LeaseEnds` where that took too long."""
        if last is not None:
            await last
        if not self._suffices(lease_ends, 1):
            raise _LeaseEnds

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

    def mark(self, outcome: Outcome) -> _Marked:
        """Note one outcome: done when it is committed, with what the commit raises."""
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((outcome, done))
        self._woken.set()
        if self._committing is None or self._committing.done():
            self._committing = asyncio.create_task(self._commit())
        return done

    async def rest(self) -> None:
        """Let go of the connection: nothing more comes for now."""
        self._woken.set()
        if self._committing is not None:
            await self._committing

    async def _commit(self) -> None:
        while self._waiting:  # also what came while the connection was let go
            taken: list[_Awaited] = []
            try:
                async with self._backend.database.statements() as statements:
                    while self._waiting:
                        if len(self._waiting) < self._settings.mail_connections:
                            await asyncio.sleep(GATHER)
                        self._woken.clear()
                        taken, self._waiting = self._waiting, []
                        await self._note(statements, [outcome for outcome, _ in taken])
                        _tell(taken, None)
                        taken = []
                        with suppress(TimeoutError):
                            async with asyncio.timeout(LINGER):
                                await self._woken.wait()
            except Exception as error:  # noqa: BLE001 - raised to everybody who waits for it
                _tell([*taken, *self._waiting], error)
                self._waiting = []

    async def _note(self, statements: "asyncpg.Connection[asyncpg.Record]", outcomes: Sequence[Outcome]) -> None:
        sent = [outcome for outcome in outcomes if outcome.state is MessageState.SENT]
        others = [outcome for outcome in outcomes if outcome.state is not MessageState.SENT]
        if sent:
            await posting.mark_sent(statements, self._backend.clock, sent)
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
