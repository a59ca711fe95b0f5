"""How many applications for a review are taken through the gateway, the broker down, beside a bare endpoint.

Every application is another firm's, whose copy says fresh: judged, kept with its step and event, answered 201.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import uvloop

from benchmarks.measured.databases import UNRECORDED, connected, execute
from benchmarks.measured.places import TITLES, Place, places
from benchmarks.measured.processes import resident
from benchmarks.measured.turns import Goal, Measured, show
from benchmarks.measured.updates import codes
from services.cli.tokens import fetch_token
from services.cli.tour.forms import DECLARATION
from tests.infrastructure.gateway import running
from tests.infrastructure.platform import SECRET, Process
from tests.infrastructure.processes import ProcessGroup, accepts_connections, free_port, kill, wait_until_ready

GOAL = Goal(than="bare", at_least=0.6)
OURS, DIRECT, BARE = "peiyu", "peiyu without its gateway", "bare"
NO_BROKER = "amqp://guest:guest@127.0.0.1:1/"

COPIES = """
INSERT INTO profile_copies (credit_code, version, name, authority, updates)
SELECT credit_code, 1, enterprise_name, authority, (
    SELECT jsonb_object_agg(year::text, year || '-03-01T02:00:00Z')
    FROM generate_series(extract(year FROM current_date)::int - 4, extract(year FROM current_date)::int) AS year
) FROM certifications
"""


@dataclass(frozen=True, slots=True)
class Served:
    """Where a contender is reached, what it has still to be sent with the tokens of who sends it, its process."""

    address: str
    due: Iterator[tuple[bytes, str]]
    pid: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--applications", type=int, default=1000, help="in each turn")
    parser.add_argument("--firms", type=int, default=0, help="that have a title besides those that apply")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--runs", type=int, default=5, help="of each, in turns")
    told = parser.parse_args()
    figures: dict[str, list[float]] = {name: [] for name in (OURS, DIRECT, BARE)}
    memory: dict[str, float] = {}
    needed = told.applications * told.runs
    with places(["peiyu", "bare"]) as there, ExitStack() as stack:
        folder = there["peiyu"].folder
        for name, each in (("peiyu", 2), ("bare", 1)):
            firms = list(codes(needed * each + told.firms))
            asyncio.run(execute(there[name].reviews, UNRECORDED, (TITLES, firms), COPIES, "VACUUM ANALYZE"))
        served = stack.enter_context(_peiyu(there["peiyu"], folder, needed))
        served[BARE] = stack.enter_context(_bare(there["bare"], folder, needed))
        for _ in range(told.runs):
            for name, at in served.items():
                seconds = uvloop.run(_apply(at, told.applications, told.connections))
                figures[name].append(told.applications / seconds)
                memory[name] = resident(at.pid, "VmHWM")
    title = f"applications for a review, the broker down, {told.connections} connections"
    if told.firms:
        title += f", {told.firms:,} firms"
    show(Measured(f"gate-{told.firms}" if told.firms else "gate", title, "applications/s", figures, GOAL, memory))


@contextmanager
def _peiyu(place: Place, folder: Path, needed: int) -> Iterator[dict[str, Served]]:
    """The reviews service and the login stand-in, as they are served, behind the gateway."""
    ports = {"reviews": free_port(), "login": free_port()}
    common = {
        "PATH": os.environ["PATH"],
        "PEIYU_ENV": "test",
        "PEIYU_AMQP_URL": NO_BROKER,
        "PEIYU_AUTH_ISSUER": (issuer := f"http://127.0.0.1:{ports['login']}/login"),
        "LOGIN_ISSUER": issuer,
        "LOGIN_CLIENT_SECRET": SECRET,
        "REVIEWS_DATABASE_URL": place.reviews,
        "REVIEWS_LOG_LEVEL": "WARNING",
    }
    with ExitStack() as stack:
        processes = {}
        for name, port in ports.items():
            own = {f"{name.upper()}_PORT": str(port), f"{name.upper()}_HOST": "127.0.0.1"}
            processes[name] = process = Process(name, port, common | own, folder / f"{name}.log")
            process.start()
            stack.callback(process.stop)
            process.wait_until_ready()
        gateway = stack.enter_context(
            running({"reviews": [("127.0.0.1", ports["reviews"])]}, folder, rate_limits=False)
        )
        due = asyncio.run(_applications(place, issuer, 2 * needed))
        popen = processes["reviews"].popen
        assert popen is not None
        yield {
            OURS: Served(gateway.url, iter(due[:needed]), popen.pid),
            DIRECT: Served(processes["reviews"].url, iter(due[needed:]), popen.pid),
        }


@contextmanager
def _bare(place: Place, folder: Path, needed: int) -> Iterator[Served]:
    port, log, group = free_port(), folder / "bare.log", ProcessGroup()
    popen = group.spawn(
        [sys.executable, "-m", "benchmarks.contenders.endpoint", place.reviews, str(port)],
        log=log,
        cwd=Path(__file__).parents[1],
        env=dict(os.environ),
    )
    try:
        wait_until_ready(lambda: accepts_connections("127.0.0.1", port), popen, log, name="bare", within=30)
        yield Served(f"http://127.0.0.1:{port}", iter(asyncio.run(_applications(place, None, needed))), popen.pid)
    finally:
        kill(popen)
        group.close()


async def _applications(place: Place, login: str | None, count: int) -> list[tuple[bytes, str]]:
    """The body of so many firms' applications, and the token of each firm."""
    async with connected(place.reviews) as connection:
        rows = await connection.fetch("SELECT id, credit_code FROM certifications ORDER BY credit_code LIMIT $1", count)
    found = []
    async with httpx.AsyncClient(timeout=30, trust_env=False) as http:
        for row in rows:
            body = json.dumps({"certification_id": str(row["id"]), "declaration": DECLARATION}, ensure_ascii=False)
            token = await fetch_token(login, f"firm:{row['credit_code']}", SECRET, http) if login else ""
            found.append((body.encode(), token))
    return found


async def _apply(at: Served, count: int, connections: int) -> float:
    """Send so many applications over so many connections, each when the one before it is answered; the seconds."""
    left = [next(at.due) for _ in range(count)]
    opened = await asyncio.gather(*(_Client.connect(at.address) for _ in range(connections)))

    async def work(client: "_Client") -> None:
        while left:
            body, token = left.pop()
            headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}
            status, answer = await client.post("/api/v1/reviews", body, headers)
            if status != 201:
                raise SystemExit(f"{at.address} answered {status}: {answer[:500]!r}")

    begun = time.perf_counter()
    await asyncio.gather(*map(work, opened))
    seconds = time.perf_counter() - begun
    for client in opened:
        client.close()
    return seconds


@dataclass(frozen=True, slots=True)
class _Client:
    """A connection that costs as little as can be, so that what is measured is who answers."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def connect(cls, address: str) -> "_Client":
        parts = urlsplit(address)
        return cls(*await asyncio.open_connection(parts.hostname, parts.port))

    async def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        all_headers = {"Host": "peiyu", "Content-Type": "application/json", "Content-Length": str(len(body))} | headers
        head = "".join(f"{name}: {value}\r\n" for name, value in all_headers.items())
        self.writer.write(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        answered = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower().split("\r\n")
        return int(answered[0].split()[1]), await self.reader.readexactly(_length(answered))

    def close(self) -> None:
        self.writer.close()


def _length(headers: Sequence[str]) -> int:
    return next(int(line.partition(":")[2]) for line in headers if line.startswith("content-length:"))


if __name__ == "__main__":
    main()
