"""`peiyu doctor` says what answers, and what wants to be looked at before somebody calls."""

import re
import shutil
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from sqlalchemy import text

from shared.contracts import CertificationGranted, ChangeDiscarded
from shared.contracts.asyncapi import sample
from shared.messaging.bus import Outgoing
from shared.messaging.consumer import Consumer, Handlers
from shared.messaging.rabbitmq import RabbitBus
from tests.infrastructure.gateway import echoes
from tests.infrastructure.processes import free_port


@pytest.fixture
def doctor(start_service, peiyu, mail, tmp_path):
    """`async with doctor("changes") as it`: `await it.says()` is its exit code and the mark and detail of each thing."""

    @asynccontextmanager
    async def start(service):
        async with start_service(service) as it:
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
        await bus.declare()
        code, said = await it.says(**amqp)
        assert (code, said["broker"][0], said["queue"]) == (0, "ok", ("ok", "0 events wait, 0 processes take them"))
        assert await bus.publish([Outgoing(uuid4(), CertificationGranted.type, b"{}")]) == [None]
        code, said = await it.says(**amqp)
        assert (code, said["queue"]) == (2, ("attention", "1 events wait, 0 processes take them"))
    await bus.close()
