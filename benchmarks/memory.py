"""What one idle process of each service takes in memory, as operators start it: `peiyu serve SERVICE`."""

import argparse
import asyncio
import os
import tempfile
import time
from pathlib import Path

from benchmarks.measured.processes import resident
from benchmarks.measured.turns import Goal, Measured, show
from services.cli.catalogue import SERVICES
from services.cli.local import local_postgres
from shared.runtime.migrations import migrate
from tests.infrastructure.brokers import obtain_broker
from tests.infrastructure.platform import Process
from tests.infrastructure.processes import free_port

GOAL = Goal(at_most=110)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10, help="of idleness before memory is looked at")
    parser.add_argument("--runs", type=int, default=3, help="of each service")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="peiyu-") as name:
        folder = Path(name).resolve()
        folder.chmod(0o755)
        broker = obtain_broker(folder)
        try:
            with local_postgres(folder / "postgres", tuple(SERVICES)) as urls:
                for service, url in urls.items():
                    asyncio.run(migrate(service, url))
                common = {
                    "PATH": os.environ["PATH"],
                    "HOME": os.environ.get("HOME", "/"),
                    "PEIYU_ENV": "test",
                    "PEIYU_AMQP_URL": broker.url,
                    "PEIYU_AUTH_ISSUER": "http://127.0.0.1:1/login",
                    "PORTAL_PUBLIC_URL": "http://127.0.0.1:1",
                    "PORTAL_API_URL": "http://127.0.0.1:1",
                    "PORTAL_CLIENT_SECRET": "idle",
                    "PORTAL_SESSION_KEY": "idle" * 8,
                } | {f"{service.upper()}_DATABASE_URL": url for service, url in urls.items()}
                for service in (*SERVICES, "portal"):
                    figures = [idle(service, common, folder, told.seconds) for _ in range(told.runs)]
                    title = f"an idle process of {service}, after {told.seconds:.0f} s"
                    show(Measured(f"memory-{service}", title, "MB", {"peiyu": figures}, GOAL))
        finally:
            broker.shutdown()


def idle(service: str, common: dict[str, str], folder: Path, seconds: float) -> float:
    """The memory of a process of the service that has been ready for so long."""
    port = free_port()
    process = Process(service, port, common | {f"{service.upper()}_PORT": str(port)}, folder / f"{service}.log")
    process.start()
    process.wait_until_ready()
    time.sleep(seconds)
    assert process.popen is not None
    try:
        return resident(process.popen.pid, "VmRSS")
    finally:
        process.stop()


if __name__ == "__main__":
    main()
