"""The platform as operators run it: every service its own process, with its own database, behind the real gateway."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from services.cli.catalogue import SERVICES
from tests.infrastructure.collector import Collector
from tests.infrastructure.gateway import Gateway
from tests.infrastructure.mail import MailServer
from tests.infrastructure.processes import free_port

ROOT = Path(__file__).parents[2]
SECRET = "tests"


@dataclass
class Process:
    """One replica of one service."""

    service: str
    port: int
    environment: Mapping[str, str]
    log: Path
    program: str = "services.cli"
    root: Path = ROOT
    popen: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.popen = subprocess.Popen(
                [sys.executable, "-m", self.program, "serve", self.service],
                env=dict(self.environment),
                cwd=self.root,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )

    def wait_until_ready(self, within: float = 60) -> None:
        import time

        end = time.monotonic() + within
        while True:
            assert self.popen is not None
            if self.popen.poll() is not None:
                raise AssertionError(
                    f"{self.service} ended with {self.popen.returncode}:\n{self.log.read_text()[-4000:]}"
                )
            try:
                if httpx.get(f"{self.url}/readyz", timeout=2, trust_env=False).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            if time.monotonic() > end:
                raise AssertionError(f"{self.service} is not ready:\n{self.log.read_text()[-4000:]}")
            time.sleep(0.1)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End this replica; its exit status."""
        assert self.popen is not None
        if self.popen.poll() is None:
            self.popen.send_signal(how)
        try:
            return self.popen.wait(30)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            return self.popen.wait(10)


@dataclass
class Platform:
    """The running platform. `url` is the gateway's; `clock_url` a service that takes PUT /dev/clock for all."""

    url: str
    processes: list[Process]
    databases: Mapping[str, str]
    mail: MailServer
    environment: Mapping[str, str]
    clock_url: str = field(init=False)

    def __post_init__(self) -> None:
        self.clock_url = self.of("profile")[0].url

    def of(self, service: str) -> list[Process]:
        return [process for process in self.processes if process.service == service]

    def peiyu(self, *arguments: str, timeout: float = 600) -> subprocess.CompletedProcess[str]:
        """Run the command line against this platform."""
        return subprocess.run(
            [sys.executable, "-m", "services.cli", *arguments],
            env=dict(self.environment),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def tour(self) -> subprocess.CompletedProcess[str]:
        return self.peiyu("tour", "--url", self.url, "--clock-url", self.clock_url, "--secret", SECRET)

    def logs(self) -> str:
        return "\n".join(f"--- {p.service}:{p.port}\n{p.log.read_text()[-3000:]}" for p in self.processes)


@contextmanager
def platform_apart(
    folder: Path,
    amqp_url: str,
    database_url: Callable[[str], str],
    mail: MailServer,
    *,
    replicas: int = 1,
    settings: Mapping[str, str] | None = None,
    collector: Collector | None = None,
) -> Iterator[Platform]:
    """Start every service `replicas` times over one RabbitMQ, each with its own database, and the gateway before them.

    `settings` are those by which it differs from the usual. With a `collector` the portal runs as well, and all of it
    is traced.
    """
    folder.mkdir(parents=True, exist_ok=True)
    gateway_port = free_port()
    url = f"http://127.0.0.1:{gateway_port}"
    databases = {service: database_url(service) for service in SERVICES}
    common = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "PYTHONUNBUFFERED": "1",
        "PEIYU_ENV": "test",
        "PEIYU_AMQP_URL": amqp_url,
        "PEIYU_AUTH_ISSUER": f"{url}/login",
        "PEIYU_CLOCK_FILE": str(folder / "clock"),
        "PEIYU_SWEEP_INTERVAL": "0.3",
        "PEIYU_RETRY_BASE": "0.2",
        "NOTIFIER_SMTP_HOST": "127.0.0.1",
        "NOTIFIER_SMTP_PORT": str(mail.port),
        "NOTIFIER_SMTP_TLS": "none",
        "NOTIFIER_PORTAL_URL": url,
        "LOGIN_ISSUER": f"{url}/login",
        "LOGIN_CLIENT_SECRET": SECRET,
        "LOGIN_KEY_FILE": str(folder / "login.key"),
        "LOGIN_REDIRECT_URIS": json.dumps([f"{url}/session/callback"]),
        "PORTAL_PUBLIC_URL": url,
        "PORTAL_API_URL": url,
        "PORTAL_CLIENT_SECRET": SECRET,
    }
    common |= {f"{service.upper()}_DATABASE_URL": address for service, address in databases.items()} | (settings or {})
    if collector is not None:
        common |= collector.environment
    processes = []
    for service in (*SERVICES, "login", *(["portal"] if collector else ())):
        for number in range(replicas if service in SERVICES else 1):
            port = free_port()
            environment = common | {f"{service.upper()}_PORT": str(port), f"{service.upper()}_HOST": "127.0.0.1"}
            processes.append(Process(service, port, environment, folder / f"{service}-{number}.log"))
    endpoints: dict[str, list[tuple[str, int]]] = {}
    for process in processes:
        endpoints.setdefault(process.service, []).append(("127.0.0.1", process.port))
    traced = collector.environment if collector is not None else None
    gateway = Gateway(endpoints, folder, port=gateway_port, rate_limits=False, environment=traced)
    try:
        for process in processes:
            process.start()
        for process in processes:
            process.wait_until_ready()
        gateway.start()
        yield Platform(url, processes, databases, mail, common)
    finally:
        gateway.shutdown()
        for process in processes:
            if process.popen is not None and process.popen.poll() is None:
                process.popen.terminate()
        for process in processes:
            if process.popen is not None:
                process.stop()
