"""Commands and answers (RFC 5321) on an open connection to a mail server.

The library that opens the connection waits for the answer to each command, and looks through a mail for line ends that
are none. Here commands go out together where the server takes that (RFC 2920): a mail takes two turns instead of four,
and half the time of both sides.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

LONGEST_ANSWER = 32768
CLOSING, GO_ON = 421, 354


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said: its code, and the words of all lines."""

    code: int
    words: str

    @property
    def went_well(self) -> bool:
        return 200 <= self.code < 300

    def __str__(self) -> str:
        return f"{self.code} {self.words}"


class Exchange(asyncio.Protocol):
    """Takes over a connection on which no answer is awaited.

    Raises `ConnectionError` where the connection is lost, or what comes over it is no answer.
    """

    def __init__(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._rest = b""
        self._lines: list[bytes] = []
        self._answers: deque[Answer] = deque()
        self._awaited: asyncio.Future[None] | None = None
        self._transport.set_protocol(self)

    @property
    def is_open(self) -> bool:
        return not self._transport.is_closing()

    @property
    def unasked(self) -> Answer | None:
        """What the server has said before it was asked anything."""
        return self._answers[0] if self._answers else None

    def close(self) -> None:
        self._transport.abort()

    def _write(self, content: bytes) -> None:
        if not self.is_open:
            raise ConnectionResetError("Connection lost")
        self._transport.write(content)

    async def tell(self, content: bytes) -> Answer:
        """The answer to a mail. A point that begins a line of it is doubled, since one alone ends it."""
        wired = content.replace(b"\r\n.", b"\r\n..") + b".\r\n"
        self._write(b"." + wired if content.startswith(b".") else wired)
        return await self._answer()

    async def _answer(self) -> Answer:
        while not self._answers:
            if not self.is_open:
                raise ConnectionResetError("Connection lost")
            self._awaited = asyncio.get_running_loop().create_future()
            await self._awaited
        return self._answers.popleft()

    async def ask(self, *commands: str, together: bool = False) -> list[Answer]:
        """The answers to commands, which are sent `together`, or each when the one before went well.

        They end with the one after which the server hung up.
        """
        lines = [f"{command}\r\n".encode() for command in commands]
        if not together:
            answers: list[Answer] = []
            for line in lines:
                self._write(line)
                answers += await self._answers_to(1)
                if not answers[-1].went_well:
                    break
            return answers
        self._write(b"".join(lines))
        return await self._answers_to(len(lines))

    async def _answers_to(self, count: int) -> list[Answer]:
        answers: list[Answer] = []
        while len(answers) < count:
            try:
                answers.append(await self._answer())
            except ConnectionError:
                if not answers or answers[-1].went_well:
                    raise
                break
            if answers[-1].code == CLOSING:
                break
        return answers

    def data_received(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._lines.append(line)
            if line[3:4] != b"-":
                self._take(self._lines)
                self._lines = []
        if len(self._rest) + sum(map(len, self._lines)) > LONGEST_ANSWER:
            self.close()
        self._wake()

    def connection_lost(self, _: Exception | None) -> None:
        self._wake()

    def _take(self, lines: Sequence[bytes]) -> None:
        code = lines[-1][:3]
        if code.isdigit():
            words = b"\n".join([line[4:].strip() for line in lines]).decode(errors="replace")
            self._answers.append(Answer(int(code), words))
        else:
            self.close()

    def _wake(self) -> None:
        if self._awaited is not None and not self._awaited.done():
            self._awaited.set_result(None)
