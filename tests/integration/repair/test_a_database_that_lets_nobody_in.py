"""A password, role or database that is wrong is told of in one line, which names the setting and never its value."""

import asyncio
import os

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
    """A notifier that has a wrong password, started; it is asked for mail and reminders, not for what a broker brings."""
    environment = {
        "PATH": os.environ["PATH"], "PEIYU_ENV": "test", "PEIYU_AUTH_ISSUER": tokens.ISSUER,
        "PEIYU_AMQP_URL": "amqp://127.0.0.1:1", "NOTIFIER_CATCH_UP": "0", "NOTIFIER_STOP_TIMEOUT": "5",
        "NOTIFIER_PORT": str(port := free_port()), "NOTIFIER_DATABASE_URL": url("notifier", WRONG, "notifier"),
    }  # fmt: skip
    process = Process("notifier", port, environment, tmp_path / "log")
    process.start()
    yield process
    process.stop()
    server._execute("ALTER ROLE notifier PASSWORD 'right'")


WAITS = ("database down, relay waits", "retries wait", "sweep waits", "database down, background work waits")


async def test_a_service_tries_on_says_that_it_is_not_ready_and_begins_when_the_password_is_put_right(notifier, server):
    said = 'NOTIFIER_DATABASE_URL: password authentication failed for user \\"notifier\\"'

    async def ready():
        try:
            async with httpx.AsyncClient(trust_env=False) as http:
                return await http.get(f"{notifier.url}/readyz")
        except httpx.TransportError:
            return None

    async def all_wait():
        lines = [line for line in notifier.log.read_text().splitlines() if said in line]
        return all(any(wait in line for line in lines) for wait in WAITS)

    answer = await eventually(ready, within=60)
    assert (answer.status_code, answer.json()["parts"]["database"]) == (503, "down")
    await eventually(all_wait)
    server._execute(f"ALTER ROLE notifier PASSWORD '{WRONG}'")
    assert (await ready()).status_code == 200
    assert await asyncio.to_thread(notifier.stop) == 0
    log = notifier.log.read_text()
    assert "Traceback" not in log
    assert WRONG not in log
