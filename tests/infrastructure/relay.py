"""A TCP relay: lets a test cut the way to a server that it may not stop, and stands before several as balancers do."""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Coroutine


class TcpRelay:
    """Forwards one loopback port to a server, and can be closed, reopened, cut and stalled.

    Seen from a client a closed relay is a server that is down: connections break and new ones are refused. Of several
    `ports` of the host each connection gets the next one that takes it.
    """

    def __init__(self, host: str, *ports: int) -> None:
        self._host = host
        self._ports = deque(ports)
        self._answers = asyncio.Event()
        self._answers.set()
        self._server: asyncio.Server | None = None
        self._forwarding: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.port = 0
        self.open()

    def open(self) -> None:
        """Accept connections, on the same port as before."""
        self._run(self._open())

    def cut(self) -> None:
        """Break every connection and go on accepting new ones."""
        self._run(self._cut())

    def stall(self) -> None:
        """Let the server hear and not be heard: its answers are kept, until `resume` or a cut."""
        self._loop.call_soon_threadsafe(self._answers.clear)

    def resume(self) -> None:
        """Hand over what the server has answered meanwhile."""
        self._loop.call_soon_threadsafe(self._answers.set)

    def close(self) -> None:
        """Break every connection and refuse new ones."""
        self._run(self._close())

    def shutdown(self) -> None:
        """Close for good."""
        if self._thread.is_alive():
            self.close()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def _run(self, coroutine: Coroutine[None, None, None]) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(timeout=30)

    async def _open(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._forward, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        await self._cut()

    async def _cut(self) -> None:
        self._answers.set()
        cut = list(self._forwarding)
        for each in cut:
            each.cancel()
        await asyncio.gather(*cut, return_exceptions=True)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        this = asyncio.current_task()
        assert this is not None
        self._forwarding.add(this)
        try:
            with contextlib.suppress(asyncio.CancelledError):
                if (far := await self._connect()) is not None:
                    far_reader, far_writer = far
                    try:
                        await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer, self._answers))
                    finally:
                        far_writer.transport.abort()
        finally:
            writer.transport.abort()
            self._forwarding.discard(this)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        for _ in self._ports:
            self._ports.rotate(-1)
            with contextlib.suppress(OSError):
                return await asyncio.open_connection(self._host, self._ports[0])
        return None


async def _pump(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, open_gate: asyncio.Event | None = None
) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            if open_gate is not None:
                await open_gate.wait()
            writer.write(data)
            await writer.drain()
    # Either side ending ends both: half-open AMQP connections are of no use to anyone.
    writer.transport.abort()
