"""A sender and a taker, each with a real database of its own, and a bus between them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import make_url, text

from shared.contracts import EventData, ProfileChanged, ProfileRegistered, ProfileState, ProfileUpdated
from shared.messaging import Backend, Bus, Consumer, Event, FailedMessages, Handlers, Relay, Work
from shared.runtime.clock import SystemClock
from shared.runtime.database import Database
from tests.conftest import eventually

TAKER = "changes"
SUBSCRIBED = {TAKER: frozenset({ProfileRegistered.type, ProfileUpdated.type})}


def firms(count: int, prefix: str = "F") -> list[str]:
    return [f"{prefix}{number:04}" for number in range(count)]


def registered(subject: str, version: int = 1, name: str = "厦门鹭岛精密机械有限公司") -> ProfileRegistered:
    profile = ProfileState(credit_code=subject, version=version, name=name, authority="XM-SM")
    return ProfileRegistered(credit_code=subject, profile=profile)


def changed(subject: str) -> ProfileChanged:
    """An event that nobody here subscribes to."""
    return ProfileChanged(credit_code=subject, profile=registered(subject).profile, changed=("name",))


@dataclass(frozen=True)
class Watched(Consumer):
    """A consumer whose deliveries are counted, and whose first confirmations get lost."""

    deliveries: list[int] = field(default_factory=list)
    lost_confirmations: int = 0

    async def receive(self, bodies: Sequence[bytes]) -> None:
        self.deliveries.append(len(bodies))
        await super().receive(bodies)
        if len(self.deliveries) <= self.lost_confirmations:
            raise ConnectionResetError("after the commit")


class Way:
    """The way to a database server, which can be closed and opened again: what a client of a stopped server sees."""

    def __init__(self, url: str) -> None:
        parts = make_url(url)
        folder = parts.query.get("host")
        self._socket = f"{folder}/.s.PGSQL.{parts.port or 5432}" if folder else None
        self._address = (parts.host or "127.0.0.1", parts.port or 5432)
        self._parts = parts
        self._port = 0
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._forwarding: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """The same database, by this way."""
        return self._parts.set(host="127.0.0.1", port=self._port, query={"ssl": "disable"}).render_as_string(
            hide_password=False
        )

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._forward, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in self._writers:
            writer.transport.abort()
        if self._forwarding:
            await asyncio.wait(self._forwarding)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        this = asyncio.current_task()
        assert this is not None
        self._forwarding.add(this)
        this.add_done_callback(self._forwarding.discard)
        if self._socket:
            far_reader, far_writer = await asyncio.open_unix_connection(self._socket)
        else:
            far_reader, far_writer = await asyncio.open_connection(*self._address)
        both = {writer, far_writer}
        self._writers |= both
        try:
            await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))
        finally:
            self._writers -= both

    @staticmethod
    async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.transport.abort()


class World:
    """One sender and any number of consumers of one taker, whose effects are rows of a real table.

    `fails[subject]` is how often the handler still fails for that firm. When `free` handlers have gone through, the
    next ones are held back until `gate` opens.
    """

    def __init__(self, new_bus: Callable[[], Bus], sender: Backend, taker_url: str) -> None:
        self.new_bus = new_bus
        self.sender = sender
        self.taker_url = taker_url
        self.taker = self.new_taker()
        self.fails: Counter[str] = Counter()
        self.gate = asyncio.Event()
        self.free = 10**9
        self.before: Callable[[str], Awaitable[None]] | None = None

    def new_taker(self, url: str | None = None) -> Backend:
        return Backend(TAKER, Database(url or self.taker_url, pool=4), SystemClock(), self.sender.regulation)

    def handlers(self, replica: str = "one") -> Handlers:
        handlers = Handlers(TAKER)

        @handlers.on(ProfileRegistered, ProfileUpdated)
        async def take(work: Work, event: Event[Any]) -> None:
            if self.before is not None:
                await self.before(replica)
            self.free -= 1
            if self.free < 0:
                await self.gate.wait()
            await work.session.execute(
                text("INSERT INTO effects (event_id, subject, replica) VALUES (:id, :subject, :replica)"),
                {"id": event.id, "subject": event.subject, "replica": replica},
            )
            await work.session.execute(
                text(
                    "INSERT INTO copies VALUES (:subject, :version, :name) ON CONFLICT (subject) DO UPDATE "
                    "SET version = excluded.version, name = excluded.name WHERE copies.version < excluded.version"
                ),
                {"subject": event.subject, "version": event.sequence, "name": event.data.profile.name},
            )
            if self.fails[event.subject] > 0:
                self.fails[event.subject] -= 1
                raise RuntimeError(f"not now, call 13800138000 about {event.subject}")

        return handlers

    def consumer(self, replica: str = "one", backend: Backend | None = None, lost_confirmations: int = 0) -> Watched:
        return Watched(
            TAKER,
            backend or self.taker,
            self.handlers(replica),
            retry_base=0.01,
            lost_confirmations=lost_confirmations,
        )

    def hold_after(self, handlers: int) -> None:
        """Let so many handlers more go through."""
        self.gate.clear()
        self.free = handlers

    async def held(self) -> None:
        """Wait until a handler is held back."""

        async def holds() -> bool:
            return self.free < 0

        await eventually(holds, every=0.01)

    async def emit(self, *data: EventData, sequence: int | None = None) -> None:
        """In one transaction of the sender."""
        async with self.sender.work() as work:
            for one in data:
                version = one.profile.version if isinstance(one, ProfileRegistered) else 1
                work.emit(one, sequence=sequence or version)

    async def put(self, type_: str, body: bytes) -> None:
        """Leave something in the outbox that no program of ours would write."""
        async with self.sender.work() as work:
            await work.session.execute(
                text("INSERT INTO outbox (id, type, body) VALUES (gen_random_uuid(), :type, :body)"),
                {"type": type_, "body": body},
            )

    @asynccontextmanager
    async def relaying(self, bus: Bus, *, batch: int = 50) -> AsyncIterator[Relay]:
        relay = Relay("profile", self.sender.database, bus, batch=batch, interval=0.05)
        async with background(relay.run):
            yield relay

    @asynccontextmanager
    async def consuming(self, bus: Bus, consumer: Consumer | None = None) -> AsyncIterator[Consumer]:
        consumer = consumer or self.consumer()
        async with background(lambda stopping: bus.consume(consumer, stopping)):
            yield consumer

    @asynccontextmanager
    async def retrying(self, *, attempts: int = 8) -> AsyncIterator[None]:
        retries = FailedMessages(self.consumer(), attempts=attempts, interval=0.02)
        async with background(retries.run):
            yield

    @asynccontextmanager
    async def running(self, *, attempts: int = 8) -> AsyncIterator[Bus]:
        """Relay, one consumer and its retries."""
        async with AsyncExitStack() as stack:
            bus = self.new_bus()
            await stack.enter_async_context(self.consuming(bus))
            await stack.enter_async_context(self.relaying(bus))
            await stack.enter_async_context(self.retrying(attempts=attempts))
            yield bus

    async def effects(self) -> list[str]:
        """The firm of every effect, as often as it had one."""
        return [row.subject for row in await self._rows(self.taker, "SELECT subject FROM effects")]

    async def effects_by_replica(self) -> Counter[str]:
        return Counter(row.replica for row in await self._rows(self.taker, "SELECT replica FROM effects"))

    async def copies(self) -> dict[str, int]:
        return {row.subject: row.version for row in await self._rows(self.taker, "SELECT * FROM copies")}

    async def failed(self) -> list[Any]:
        return await self._rows(self.taker, "SELECT * FROM failed_messages")

    async def outbox(self) -> list[Any]:
        return await self._rows(self.sender, "SELECT * FROM outbox")

    async def each_once(self, subjects: Sequence[str], *, within: float = 40.0) -> None:
        """Wait until all of them had their effect; none may have had it twice."""

        async def all_there() -> bool:
            return len(await self.effects()) >= len(subjects)

        await eventually(all_there, within=within)
        assert sorted(await self.effects()) == sorted(subjects)

    async def outbox_is_empty(self) -> None:
        async def empty() -> bool:
            return not await self.outbox()

        await eventually(empty)

    @staticmethod
    async def _rows(backend: Backend, query: str) -> list[Any]:
        async with backend.work() as work:
            return list((await work.session.execute(text(query))).all())


@asynccontextmanager
async def background(run: Callable[[asyncio.Event], Awaitable[None]]) -> AsyncIterator[None]:
    """Run it within the block and let it stop in order; what it raises is the test's failure."""
    stopping = asyncio.Event()
    task = asyncio.ensure_future(run(stopping))
    try:
        yield
    finally:
        stopping.set()
        try:
            await asyncio.wait_for(task, 30)
        finally:
            task.cancel()
