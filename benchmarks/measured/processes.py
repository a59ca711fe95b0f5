"""A contender in a process of its own: it does what it is told on its standard input and answers what that took."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import uvloop

LONGEST = 120

Work = AbstractAsyncContextManager[Callable[[], Awaitable[None]]]
"""Made ready at its beginning, given back at its end; what is done in between is measured."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a piece of work took: from when to when, and the most memory that the process has had so far, in MB."""

    begun: float
    """By the clock that all processes share, in seconds."""
    ended: float
    memory: float

    @property
    def seconds(self) -> float:
        return self.ended - self.begun


class Contender:
    """The parent's side."""

    def __init__(self, module: str, *arguments: str) -> None:
        self._popen = subprocess.Popen(
            [sys.executable, "-m", f"benchmarks.contenders.{module}", *arguments],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def do(self, what: str, **given: Any) -> Taken:
        """Let it work, and wait."""
        self.begin(what, **given)
        return self.end()

    def begin(self, what: str, **given: Any) -> None:
        assert self._popen.stdin is not None
        print(json.dumps([what, given]), file=self._popen.stdin, flush=True)

    def end(self) -> Taken:
        assert self._popen.stdout is not None
        if not (line := self._popen.stdout.readline()):
            raise SystemExit(f"a contender ended with {self._popen.wait()}")
        return Taken(**json.loads(line))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._popen.stdin is not None
        self._popen.stdin.close()
        self._popen.wait()


def obey(works: object) -> None:
    """The child's side: each line names one of the works and what it is given."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        for line in sys.stdin:
            what, given = json.loads(line)
            begun, ended = runner.run(_measure(getattr(works, what)(**given)))
            print(json.dumps({"begun": begun, "ended": ended, "memory": resident()}), flush=True)


async def _measure(work: Work) -> tuple[float, float]:
    async with asyncio.timeout(LONGEST), work as do:
        begun = time.perf_counter()
        await do()
        return begun, time.perf_counter()


def resident(process: int | str = "self", which: str = "VmHWM") -> float:
    """Memory of a process in MB (10⁶ bytes): the most that it has had (`VmHWM`), or what it has now (`VmRSS`)."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines())
    return int(status[which].split()[0]) * 1024 / 1e6
