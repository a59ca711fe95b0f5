"""A running platform, for tests that use it from outside."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import httpx

from tests.infrastructure.processes import free_port

ROOT = Path(__file__).parents[2]
SLOWEST = 60
"""Seconds that anything may take: how long a test waits before it says so."""


class Platform:
    """`peiyu run` as its own process, with time that is moved by hand."""

    def __init__(self, folder: Path, *, sample: bool = False) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        self._folder = folder
        self._log = folder / "run.log"
        port = self.url.rpartition(":")[2]
        command = [sys.executable, "-m", "services.cli", "run", "--port", port, "--data-dir", str(folder / "data")]
        if not sample:
            command.append("--no-sample")
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        self.http = httpx.Client(base_url=self.url, timeout=60, trust_env=False)
        self._tokens: dict[str, str] = {}

    def __enter__(self) -> Self:
        try:
            self._wait()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _wait(self) -> None:
        end = time.monotonic() + 120
        while True:
            try:
                if self.http.get("/healthz").is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.2)
            if self._process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"the platform did not start:\n{self._log.read_text()[-4000:]}")

    def close(self) -> None:
        self.http.close()
        self._process.terminate()
        self._process.wait(60)

    def database(self, service: str) -> str:
        """A service's database, for what no story can bring about."""
        return f"postgresql://postgres@/{service}?host={self._folder / 'data' / 'postgres'}"

    def at(self, instant: str) -> None:
        """Move business time; `2026-04-30T23:59` is Shanghai time."""
        self.http.put("/dev/clock", json={"now": f"{instant}:00+08:00"}).raise_for_status()

    def call(self, who: str, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The API, for what a story needs before it begins; the answer's JSON."""
        answer = self.tried(who, method, path, body, **headers)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def tried(self, who: str, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """The API's answer, whatever it is: it may not have heard yet of what another service knows."""
        if who not in self._tokens:
            form = {"grant_type": "client_credentials", "client_id": who, "client_secret": "peiyu"}
            self._tokens[who] = self.http.post("/login/token", data=form).raise_for_status().json()["access_token"]
        headers = {"Authorization": f"Bearer {self._tokens[who]}"} | headers
        return self.http.request(method, f"/api/v1{path}", json=body, headers=headers)

    def until(self, happens: Callable[[], bool]) -> None:
        """Wait for what services tell each other."""
        end = time.monotonic() + SLOWEST
        while not happens():
            assert time.monotonic() < end, "it did not happen"
            time.sleep(0.05)
