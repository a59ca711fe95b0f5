"""`peiyu doctor` says what answers, and what wants to be looked at before somebody calls."""

import asyncio
import re
import shutil
from contextlib import asynccontextmanager
from types import SimpleNamespace
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from sqlalchemy import make_url, text

from shared.contracts import CertificationGranted, ChangeDiscarded
from shared.contracts.asyncapi import sample
from shared.messaging.bus import Outgoing
from shared.messaging.consumer import Consumer, Handlers
from shared.messaging.outbox import Relay
from shared.messaging.rabbitmq import RabbitBus
from shared.runtime.migrations import migrate, pending_migrations
from tests.infrastructure.gateway import echoes
from tests.infrastructure.processes import free_port
from tests.infrastructure.relay import TcpRelay


@pytest.fixture
def doctor(start_service, peiyu, mail, tmp_path):
    """`async with doctor("changes") as it`: `await it.says()` is its exit code and the mark and detail of each thing."""

    @asynccontextmanager
    async def start(service, **settings):
        async with start_service(service, **settings) as it:
            with echoes("login") as login:
                ((host, port),) = login["login"]
                around = {
                    "PEIYU_AUTH_JWKS_URL": f"http://{host}:{port}/jwks", "CHANGES_ATTACHMENTS_URL": str(tmp_path / "files"),
                    "NOTIFIER_SMTP_HOST": mail.host, "NOTIFIER_SMTP_PORT": str(mail.port), "NOTIFIER_SMTP_TLS": "none",
                }  # fmt: skip

                async def says(**environment):
                    done = await peiyu(
                        {service: it.url}, "doctor", "--url", f"http://127.0.0.1:{free_port()}", **around | environment
                    )
                    rows = [re.split(r" *\u2502 *", line)[1:-1] for line in done.told.splitlines() if "\u2502" in line]
                    return done.code, {what: (mark, detail) for part, what, mark, detail in rows if part == service}

                async def change(sql):
                    async with it.backend.work() as work:
                        await work.session.execute(text(sql))

                it.says, it.change = says, change
                yield it

    return start


async def test_where_all_is_well_it_says_so_and_what_is_not_configured_is_not_wrong(doctor, tmp_path):
    async with doctor("changes") as it:
        code, said = await it.says()
    assert code == 0, said
    assert {what: mark for what, (mark, _) in said.items()} == {
        "settings": "ok", "rules": "ok", "database": "ok", "clock": "ok", "outbox": "ok", "failed": "ok", "broker": "-",
        "login": "ok", "attachments": "ok",
    }  # fmt: skip
    assert said["outbox"][1] == "0 events wait, the first for 0 s; 0 have nowhere to go"
    free = shutil.disk_usage(tmp_path).free / 2**30
    assert float(re.search(r"([\d.]+) of", said["attachments"][1])[1]) == pytest.approx(free, abs=1)


async def test_a_message_that_nobody_could_take_and_an_event_that_waits_long_want_attention(doctor):
    async with doctor("changes") as it:
        await Consumer("changes", it.backend, Handlers("changes")).receive([b"no event"])
        async with it.backend.work() as work:
            work.emit(ChangeDiscarded.model_validate(sample(ChangeDiscarded.type)["data"]), sequence=1)
        await it.change("UPDATE outbox SET created_at = created_at - interval '2 hours'")
        code, said = await it.says()
        assert code == 2
        assert said["failed"] == ("attention", "0 messages wait for another try, 1 for an operator")
        assert said["outbox"][0] == "attention"
        assert said["outbox"][1].startswith("1 events wait, the first for 72")
        await it.change("DELETE FROM failed_messages")
        await it.change("DELETE FROM outbox")
        assert (await it.says())[0] == 0


async def test_an_event_that_has_nowhere_to_go_wants_attention(doctor, broker):
    bus = RabbitBus(broker.new_vhost())
    async with doctor("changes") as it:
        async with it.backend.work() as work:
            work.emit(ChangeDiscarded.model_validate(sample(ChangeDiscarded.type)["data"]), sequence=1)
        await it.change("UPDATE outbox SET type = 'change.untold.v1'")
        assert await Relay("changes", it.backend.database, bus).relay_batch() == 1
        code, said = await it.says()
        assert (code, said["outbox"][0]) == (2, "attention")
        assert re.fullmatch(r"1 events wait, the first for \d+ s; 1 have nowhere to go", said["outbox"][1])
    await bus.close()


@pytest.mark.parametrize(
    ("differs", "code", "mark"),
    [("+ 5", 2, "attention"), ("- 5", 2, "attention"), ("+ 1", 0, "ok"), ("- 1", 0, "ok")],
)
async def test_a_clock_that_is_apart_from_the_databases_wants_attention(doctor, differs, code, mark):
    async with doctor("changes") as it:
        await it.change(
            "CREATE FUNCTION clock_timestamp() RETURNS timestamptz LANGUAGE sql "
            f"AS $$SELECT pg_catalog.clock_timestamp() {differs[0]} interval '{differs[2:]} s'$$"
        )
        await it.change(f'ALTER DATABASE "{make_url(it.url).database}" SET search_path = public, pg_catalog')
        said = await it.says()
    assert (said[0], said[1]["clock"][0]) == (code, mark), said


@pytest.mark.parametrize(("free", "code", "mark"), [(4, 2, "attention"), (5, 0, "ok")])
async def test_a_disk_that_is_nearly_full_wants_attention(doctor, tmp_path, monkeypatch, free, code, mark):
    usage = SimpleNamespace(total=100 * 2**30, free=free * 2**30)
    monkeypatch.setattr(shutil, "disk_usage", {tmp_path: usage}.__getitem__)
    async with doctor("changes") as it:
        said = await it.says()
    assert said[0] == code
    assert said[1]["attachments"] == (mark, f"{tmp_path / 'files'}: {free}.0 of 100.0 GB are free")


@pytest.mark.parametrize("present", [None, "0001"])
async def test_a_schema_that_is_behind_is_down_until_it_is_migrated(doctor, peiyu, postgres, present):
    url = await asyncio.to_thread(postgres.create_database, f"doctor_{uuid4().hex}")
    newest = (await pending_migrations("changes", url))[1]
    if present is not None:
        await migrate("changes", url, present)
    async with doctor("changes", url=url) as it:
        code, said = await it.says()
        detail = f"schema {present or 'empty'} of {newest}; run: peiyu migrate changes"
        assert (code, said["database"]) == (1, ("down", detail))
        assert "outbox" not in said
        done = await peiyu({"changes": url}, "migrate", "changes")
        assert (done.code, done.told) == (0, f"changes: {present or 'empty'} -> {newest}\n")
        assert (await it.says())[0] == 0


async def test_a_schema_of_a_newer_version_which_was_taken_back_is_well_and_stays(doctor, peiyu):
    async with doctor("changes") as it:
        newest = (await pending_migrations("changes", it.url))[1]
        await it.change("UPDATE alembic_version SET version_num = '9999_next'")
        code, said = await it.says()
        assert (code, said["database"]) == (0, ("ok", f"schema 9999_next of {newest}; of a newer version"))
        assert "outbox" in said
        done = await peiyu({"changes": it.url}, "migrate", "changes")
        assert (done.code, done.told) == (0, "changes: already at 9999_next\n")


@pytest.mark.parametrize(
    ("setting", "wrong"),
    [
        ({"CHANGES_PORT": "none"}, "CHANGES_PORT: Input should be a valid integer"),
        ({"CHANGES_DATABASE_URL": "postgres://h/d"}, "CHANGES_DATABASE_URL: begins with postgresql+asyncpg://"),
    ],
)
async def test_a_setting_that_is_wrong_is_named_and_not_taken_for_one_that_is_missing(doctor, setting, wrong):
    async with doctor("changes") as it:
        code, said = await it.says(**setting)
    assert (code, said["settings"][0]) == (1, "down")
    assert said["settings"][1].startswith(wrong)


async def test_a_mail_server_that_does_not_answer_is_down(doctor, mail):
    async with doctor("notifier") as it:
        code, said = await it.says()
        assert (code, said["mail server"][0]) == (0, "ok"), said
        mail.down()
        code, said = await it.says()
        assert (code, said["mail server"][0]) == (1, "down")


async def test_a_queue_that_nobody_takes_from_wants_attention(doctor, broker):
    amqp = {"PEIYU_AMQP_URL": broker.new_vhost()}
    bus = RabbitBus(amqp["PEIYU_AMQP_URL"])
    async with doctor("changes") as it:
        code, said = await it.says(**amqp, PEIYU_AMQP_DECLARE="false")
        assert (code, said["broker"][0]) == (1, "down")
        assert "no exchange 'peiyu.events'" in said["broker"][1]
        await bus.declare()
        code, said = await it.says(**amqp)
        assert (code, said["broker"][0], said["queue"]) == (0, "ok", ("ok", "0 events wait, 0 processes take them"))
        assert await bus.publish([Outgoing(uuid4(), CertificationGranted.type, b"{}")]) == [None]
        code, said = await it.says(**amqp)
        assert (code, said["queue"]) == (2, ("attention", "1 events wait, 0 processes take them"))
    await bus.close()


async def test_a_broker_that_does_not_answer_is_down(doctor, broker):
    url = urlsplit(broker.new_vhost())
    relay = TcpRelay(url.hostname, url.port)
    amqp = {"PEIYU_AMQP_URL": url._replace(netloc=f"{url.username}:{url.password}@127.0.0.1:{relay.port}").geturl()}
    try:
        async with doctor("changes") as it:
            assert (await it.says(**amqp))[0] == 0
            relay.close()
            code, said = await it.says(**amqp)
        assert (code, said["broker"][0]) == (1, "down")
        assert said["broker"][1].startswith("does not answer as it should; events wait in the outbox: RabbitMQ: ")
        assert "queue" not in said
    finally:
        relay.shutdown()
