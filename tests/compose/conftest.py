"""The platform in containers, as docker-compose.yml says: a project of the test's own, on free ports, gone afterwards."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.infrastructure.processes import free_port

ROOT = Path(__file__).parents[2]
NO_ENGINE = "make test-compose needs a Docker engine with Compose v2 that answers to `docker compose`: {reason}"

# Minutes long, and in need of an engine: `make test-compose` asks for it.
collect_ignore_glob = [] if os.environ.get("PEIYU_TEST_COMPOSE") else ["test_*.py"]


class Containers:
    """The project's containers. `url` is the gateway's."""

    def __init__(self) -> None:
        self._name = f"peiyu-test-{os.getpid()}"
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._environment = os.environ | {
            "PEIYU_IMAGE": "peiyu:test",
            "PEIYU_PORT": str(port),
            "PEIYU_MAIL_PORT": str(free_port()),
        }

    def compose(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """`docker compose` on this project. Fails with what it said."""
        done = subprocess.run(
            ["docker", "compose", "--ansi=never", "--project-name", self._name, "--env-file", os.devnull, *arguments],
            env=self._environment,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if check and done.returncode != 0:
            pytest.fail(
                f"docker compose {' '.join(arguments)}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}", pytrace=False
            )
        return done

    def up(self, replicas: int = 1, services: Sequence[str] = ()) -> None:
        """Start what does not run, `replicas` of each of the services, and wait until all are healthy."""
        scaled = [part for service in services for part in ("--scale", f"{service}={replicas}")]
        if self.compose("up", "--wait", *scaled, check=False).returncode != 0:
            told = (
                self.compose("ps", "--all", check=False).stdout + self.compose("logs", "--tail=30", check=False).stdout
            )
            pytest.fail(f"not all came up:\n{told}", pytrace=False)

    def tour(self) -> subprocess.Popen[str]:
        """The tour, begun: its output is read from it."""
        clock = self.compose("port", "profile", "8000").stdout.strip()
        return subprocess.Popen(
            [
                sys.executable,
                "-m",
                "services.cli",
                "tour",
                "--quiet",
                "--url",
                self.url,
                "--clock-url",
                f"http://{clock}",
            ],
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def down(self) -> None:
        self.compose("down", "--volumes", "--remove-orphans", "--timeout=20", check=False)


@pytest.fixture(scope="session")
def containers() -> Iterator[Containers]:
    try:
        asked = subprocess.run(["docker", "compose", "ls"], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.exit(NO_ENGINE.format(reason="there is no `docker`"), 1)
    if asked.returncode != 0:
        pytest.exit(NO_ENGINE.format(reason=asked.stderr.strip()), 1)
    containers = Containers()
    try:
        containers.compose("build", "--quiet")
        containers.up()
        yield containers
    finally:
        containers.down()
