"""A password, role or database that is wrong is told of in one line, which names the setting and never its value."""

import asyncio
import json
import os
from contextlib import suppress

import httpx
import pytest
from sqlalchemy import make_url

from shared.runtime.migrations import migrate
from tests.conftest import eventually
from tests.infrastructure import tokens
from tests.infrastructure.platform import Process
from tests.infrastructure.postgres import PrivatePostgres
from tests.infrastructure.processes import free_port

WRONG = "Geheim-7-kTzQ"
HBA = """
local all postgres trust
local all stranger trust
local all all scram-sha-256
"""
CASES = {
    "password": (("notifier", WRONG, "notifier"), 'NOTIFIER_DATABASE_URL: password authentication failed for user "notifier"'),
    "role": (("stranger", WRONG, "notifier"), 'NOTIFIER_DATABASE_URL: role "stranger" does not exist'),
    "database": (("notifier", "right", "none"), 'NOTIFIER_DATABASE_URL: database "none" does not exist'),
    "way in": (("bare", "right", "closed"), 'NOTIFIER_DATABASE_URL: permission denied for database "closed"'),
    "rights": (("bare", "right", "notifier"), "permission denied for table "),
}  # fmt: skip
"""What is wrong: who comes with which password to which database, and what is said."""
WAITS = ("database down, relay waits", "retries wait", "sweep waits", "database down, background work waits")
"""What a service's loops say, each as it does."""
LOOKED = 'peiyu_sweep_last_look_timestamp_seconds{sweep="reminders"}'
COMMANDS = (
    ("migrate", "notifier"),
    ("doctor", "--url", "http://127.0.0.1:1"),
    ("events", "failed", "notifier"),
    ("outbox", "--service", "notifier"),
    ("outbox", "retry", "--service", "notifier"),
    ("audit", "verify", "notifier"),
    ("audit", "export", "91350200705438581M", "--service", "notifier"),
    ("mail", "proof", "91350200705438581M", "--output"),
)


@pytest.fixture(scope="module")
def server(scratch):
    """A server that asks for passwords: it has a service's database, and one that is closed."""
    folder = scratch / "passwords"
    folder.mkdir()
    (folder / "hba").write_text(HBA)
    server = PrivatePostgres(folder, settings={"hba_file": str(folder / "hba")})
    asyncio.run(migrate("notifier", server.create_database("notifier")))
    server.create_database("closed")
    server._execute(
        "CREATE ROLE notifier SUPERUSER LOGIN PASSWORD 'right'",
        "CREATE ROLE bare LOGIN PASSWORD 'right'",
        "REVOKE CONNECT ON DATABASE closed FROM PUBLIC",
    )
    yield server
    server.shutdown()


@pytest.fixture
def url(server):
    """`url("notifier", "right", "notifier")`: who comes with which password to which database."""

    def told(user, password, database):
        of_server = make_url(server.url("postgres"))
        return of_server.set(username=user, password=password, database=database).render_as_string(hide_password=False)

    return told


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize(("who", "said"), CASES.values(), ids=CASES)
async def test_every_command_says_in_one_line_what_the_server_said(peiyu, url, tmp_path, who, said, command):
    more = (tmp_path / "proof.zip",) if command[0] == "mail" else ()
    done = await peiyu({"notifier": url(*who)}, *command, *more)
    assert done.code == 1
    told = done.told if command[0] == "doctor" else done.wrong
    (line,) = [line for line in told.splitlines() if said in line]
    assert "does not answer as it should" in line
    if command[0] != "doctor":
        assert told.splitlines() == [line]
    assert WRONG not in done.told + done.wrong


@pytest.fixture
def notifier(server, url, tmp_path):
    """`notifier(*who)`: one that comes to its database like this, started. There is no broker."""
    started = []

    def start(*who):
        environment = {
            "PATH": os.environ["PATH"], "PEIYU_ENV": "test", "PEIYU_AUTH_ISSUER": tokens.ISSUER,
            "PEIYU_AMQP_URL": "amqp://127.0.0.1:1", "NOTIFIER_CATCH_UP": "0", "NOTIFIER_SWEEP_INTERVAL": "0.2",
            "NOTIFIER_PORT": str(port := free_port()), "NOTIFIER_DATABASE_URL": url(*who),
        }  # fmt: skip
        started.append(Process("notifier", port, environment, tmp_path / "log"))
        started[0].start()
        return started[0]

    yield start
    for process in started:
        process.stop()
    server._execute("ALTER ROLE notifier PASSWORD 'right'", "REVOKE pg_read_all_data, pg_write_all_data FROM bare")


@pytest.mark.parametrize(
    ("wrong", "ready", "mended"),
    [
        ("password", 503, f"ALTER ROLE notifier PASSWORD '{WRONG}'"),
        ("rights", 200, "GRANT pg_read_all_data, pg_write_all_data TO bare"),
    ],
)
async def test_a_service_tries_on_and_begins_when_it_is_put_right(notifier, server, wrong, ready, mended):
    who, said = CASES[wrong]
    process = notifier(*who)

    async def asked(path="/readyz"):
        with suppress(httpx.TransportError):
            async with httpx.AsyncClient(trust_env=False) as http:
                return await http.get(f"{process.url}{path}")

    async def sweeps():
        return LOOKED in (await asked("/metrics")).text

    async def all_wait():
        lines = [line for line in process.log.read_text().splitlines() if json.dumps(said)[1:-1] in line]
        return all(any(wait in line for line in lines) for wait in WAITS)

    answer = await eventually(asked, within=60)
    assert (answer.status_code, answer.json()["parts"]["database"]) == (ready, "ok" if ready == 200 else "down")
    await eventually(all_wait)
    assert not await sweeps()
    server._execute(mended)
    answer = await asked()
    assert (answer.status_code, answer.json()["parts"]["database"]) == (200, "ok")
    await eventually(sweeps)
    assert await asyncio.to_thread(process.stop) == 0
    log = process.log.read_text()
    assert "Traceback" not in log
    assert WRONG not in log
