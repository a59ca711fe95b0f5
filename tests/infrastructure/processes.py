"""Child processes that never outlive the test run, even one that was killed."""

import random
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

_LAST_LINES = 30


class StartError(Exception):
    """A server did not come up; the message carries the end of its log."""


class ProcessGroup:
    """Processes in one group, led by a guard that kills all of them when this process is gone.

    The guard reads a pipe whose other end only this process holds. It ends when the pipe does: at
    `close`, at a normal exit, or when the run was killed and no handler could act.
    """

    def __init__(self) -> None:
        self._guard = subprocess.Popen(
            ["/bin/sh", "-c", "cat >/dev/null; kill -9 0"], stdin=subprocess.PIPE, process_group=0
        )

    def spawn(
        self,
        command: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        user: str | None = None,
        cwd: Path | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start a command in the group; its output is appended to `log`."""
        with log.open("ab") as output:
            return subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=env,
                user=user,
                group=user,
                extra_groups=[] if user else None,
                cwd=cwd,
                process_group=self._guard.pid,
            )

    def close(self) -> None:
        """Kill whatever is left in the group. Safe to call twice."""
        if self._guard.stdin is not None and not self._guard.stdin.closed:
            self._guard.stdin.close()
        self._guard.wait()


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill -9 and wait; nothing happens when it has ended already."""
    if process.poll() is None:
        process.kill()
    process.wait()


def free_port() -> int:
    """A TCP port free on loopback at this moment, by lot from those that no outgoing connection takes by itself."""
    while True:
        port = random.randrange(10_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def wait_until_ready(
    ready: Callable[[], bool], process: subprocess.Popen[bytes] | None, log: Path | None, *, name: str, within: float
) -> None:
    """Poll `ready` until it holds.

    Raises StartError when the process ends first or `within` seconds have passed.
    """
    deadline = time.monotonic() + within
    while not ready():
        ended = process is not None and process.poll() is not None
        if ended or time.monotonic() > deadline:
            reason = "ended at once" if ended else f"did not answer within {within:.0f} s"
            raise StartError(f"{name} {reason}:\n{_end_of(log)}")
        time.sleep(0.05)


def accepts_connections(host: str, port: int) -> bool:
    """Whether something listens there."""
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


def _end_of(log: Path | None) -> str:
    if log is None or not log.exists():
        return "(no log)"
    return "\n".join(log.read_text(errors="replace").splitlines()[-_LAST_LINES:])
