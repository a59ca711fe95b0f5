"""A mail server in a process of its own, which notes what it takes in a ledger that outlives everybody who sends.

`python -m tests.infrastructure.mail_process LEDGER PORT…` takes mail on each of the ports: who sends over which is told
apart by that. A mail stands in the ledger before its sender is told that it was taken.
"""

import asyncio
import itertools
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import uvloop
from aiosmtpd.smtp import MISSING, Envelope

from shared.runtime.clock import real_now
from tests.infrastructure.processes import ProcessGroup, accepts_connections, free_port, wait_until_ready
from tests.infrastructure.smtp_faults import Faults, FaultySMTP, Taker

ROOT = Path(__file__).parents[2]
HOST = "127.0.0.1"
MESSAGE_ID = re.compile(rb"^message-id:\s*(<[^>]*>)", re.IGNORECASE | re.MULTILINE)
OPENED, TAKEN, CLOSED = "opened", "taken", "closed"


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened to a connection; of a mail that was taken, also which and for whom. `at` is real time."""

    what: str
    port: int
    connection: int
    at: str
    message_id: str = ""
    recipient: str = ""


class Ledger:
    """What a mail process has noted, read on whenever it is asked for."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read = 0
        self._taken: list[Entry] = []
        self._counted: Counter[tuple[str, int]] = Counter()

    @property
    def taken(self) -> Sequence[Entry]:
        """The mails that were taken, in their order."""
        self._read_on()
        return self._taken

    def count(self, port: int) -> int:
        """How many mails were taken over a port."""
        self._read_on()
        return self._counted[TAKEN, port]

    def is_quiet(self, port: int) -> bool:
        """Whether no connection is open on a port: nothing more can be taken from who sent over it."""
        self._read_on()
        return self._counted[OPENED, port] == self._counted[CLOSED, port]

    def _read_on(self) -> None:
        with self._file.open("rb") as file:
            file.seek(self._read)
            whole = file.read().rpartition(b"\n")[0]
        if not whole:
            return
        self._read += len(whole) + 1
        entries = [Entry(**json.loads(line)) for line in whole.splitlines()]
        self._counted.update((entry.what, entry.port) for entry in entries)
        self._taken += [entry for entry in entries if entry.what == TAKEN]


@dataclass(frozen=True)
class MailProcess:
    """A running mail process."""

    host: str
    ports: Sequence[int]
    ledger: Ledger


@contextmanager
def mail_process(folder: Path, *, ports: int = 1) -> Iterator[MailProcess]:
    """A mail server of its own process on so many ports; it ends with the block, or with this process."""
    chosen = [free_port() for _ in range(ports)]
    file, log = folder / "ledger.jsonl", folder / "mail.log"
    file.touch()
    group = ProcessGroup()
    command = [sys.executable, "-m", "tests.infrastructure.mail_process", file, *map(str, chosen)]
    process = group.spawn(command, log=log, cwd=ROOT)
    try:
        wait_until_ready(lambda: accepts_connections(HOST, chosen[-1]), process, log, name="mail process", within=60)
        yield MailProcess(HOST, chosen, Ledger(file))
    finally:
        group.close()
        process.wait()


class Notary(Taker):
    """Takes every mail of one port, and notes it before it says so."""

    def __init__(self, ledger: int, port: int, numbers: Iterator[int]) -> None:
        self._ledger, self._port, self._numbers = ledger, port, numbers

    def connection(self) -> FaultySMTP:
        return NotedSMTP(self, next(self._numbers))

    def note(self, what: str, connection: int, **more: str) -> None:
        entry = Entry(what, self._port, connection, real_now().isoformat(), **more)
        os.write(self._ledger, json.dumps(asdict(entry)).encode() + b"\n")

    def take(self, server: FaultySMTP, envelope: Envelope) -> str | Any:
        assert isinstance(server, NotedSMTP)
        found = MESSAGE_ID.search(cast("bytes", envelope.content))
        message_id = found[1].decode() if found else ""
        self.note(TAKEN, server.number, message_id=message_id, recipient=envelope.rcpt_tos[0])
        return MISSING


class NotedSMTP(FaultySMTP):
    """A connection whose beginning and end are noted."""

    def __init__(self, notary: Notary, number: int) -> None:
        super().__init__(notary, faults=Faults(), hostname=HOST)
        self._notary, self.number = notary, number

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._notary.note(OPENED, self.number)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self._notary.note(CLOSED, self.number)


async def _serve(file: str, ports: Sequence[int]) -> None:
    ledger = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    numbers = itertools.count(1)
    loop = asyncio.get_running_loop()
    for port in ports:
        await loop.create_server(Notary(ledger, port, numbers).connection, HOST, port)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(_serve(sys.argv[1], [int(port) for port in sys.argv[2:]]))
