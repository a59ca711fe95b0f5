"""What the other tests stand on: the broker keeps its promises when killed, databases copy, mail arrives."""

import asyncio
import os
import signal
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aio_pika
import aiosmtplib
import psutil  # type: ignore[import-untyped]
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.infrastructure.brokers import Broker, BrokerError, ExternalBroker, obtain_broker
from tests.infrastructure.mail import MailServer
from tests.infrastructure.mail_process import mail_process
from tests.infrastructure.postgres import Postgres
from tests.infrastructure.smtp_faults import DROP, HANG, Step

QUORUM: dict[str, Any] = {"x-queue-type": "quorum"}


async def _take(url: str, count: int) -> int:
    """Take up to `count` messages, waiting for each; how many there were. A queue's own count lags after a restart."""
    async with await aio_pika.connect(url, timeout=10) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue("kept", durable=True, arguments=QUORUM)
        taken = 0
        try:
            async with asyncio.timeout(10), queue.iterator() as messages:
                async for message in messages:
                    await message.ack()
                    taken += 1
                    if taken == count:
                        break
        except TimeoutError:
            pass
        return taken


async def _is_empty(url: str) -> bool:
    async with await aio_pika.connect(url, timeout=10) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue("kept", durable=True, arguments=QUORUM)
        return await queue.get(fail=False) is None


async def _publish(url: str, count: int) -> None:
    async with await aio_pika.connect(url, timeout=10) as connection:
        channel = await connection.channel(publisher_confirms=True)
        await channel.declare_queue("kept", durable=True, arguments=QUORUM)
        for _ in range(count):
            message = aio_pika.Message(b"{}", delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
            await channel.default_exchange.publish(message, "kept")


async def test_a_killed_broker_comes_back_with_every_confirmed_message(broker: Broker) -> None:
    url = broker.new_vhost()
    await _publish(url, 20)

    await asyncio.to_thread(broker.stop)
    try:
        with pytest.raises(ConnectionError):
            await aio_pika.connect(url, timeout=5)
    finally:
        await asyncio.to_thread(broker.start)

    assert await _take(url, 20) == 20


async def test_a_virtual_host_sees_nothing_of_another(broker: Broker) -> None:
    await _publish(broker.new_vhost(), 3)

    assert await _is_empty(broker.new_vhost())


async def test_cut_connections_close_and_new_ones_are_taken(broker: Broker) -> None:
    url = broker.new_vhost()
    connection = await aio_pika.connect(url)
    closed = asyncio.Event()
    connection.close_callbacks.add(lambda *_: closed.set())

    await asyncio.to_thread(broker.close_connections)

    await asyncio.wait_for(closed.wait(), 10)
    assert await _is_empty(url)


async def test_a_broker_named_by_its_address_is_down_for_the_tests_alone(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    relayed = ExternalBroker(broker.url)
    try:
        await asyncio.to_thread(relayed.stop)
        with pytest.raises(ConnectionError):
            await aio_pika.connect(relayed.url, timeout=5)
        assert await _is_empty(broker.url)

        await asyncio.to_thread(relayed.start)
        connection = await aio_pika.connect(relayed.url, timeout=10)
        closed = asyncio.Event()
        connection.close_callbacks.add(lambda *_: closed.set())
        await asyncio.to_thread(relayed.close_connections)
        await asyncio.wait_for(closed.wait(), 10)
    finally:
        relayed.shutdown()


def test_no_broker_is_an_error_that_names_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PEIYU_TEST_AMQP_URL", raising=False)
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    monkeypatch.setattr("tests.infrastructure.brokers.installed_scripts", lambda: None)

    with pytest.raises(BrokerError, match=r"sudo sh tests/infrastructure/install_broker\.sh"):
        obtain_broker(tmp_path)


async def test_a_database_made_from_a_template_holds_what_the_template_holds(postgres: Postgres) -> None:
    engine = create_async_engine(postgres.create_database("infrastructure_template"))
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE kept (n int)"))
        await connection.execute(text("INSERT INTO kept VALUES (42)"))
    await engine.dispose()

    copy = create_async_engine(postgres.create_database("infrastructure_copy", template="infrastructure_template"))
    async with copy.connect() as connection:
        assert await connection.scalar(text("SELECT n FROM kept")) == 42
        postgres.drop_database("infrastructure_template")
    await copy.dispose()
    postgres.drop_database("infrastructure_copy")


async def test_a_stopped_database_server_comes_back_with_its_data(tmp_path: Path) -> None:
    from tests.infrastructure.postgres import PrivatePostgres

    server = PrivatePostgres(tmp_path)
    try:
        url = server.create_database("kept")
        server.stop()
        with pytest.raises(OSError):
            server.create_database("refused")
        server.start()
        engine = create_async_engine(url)
        async with engine.connect() as connection:
            assert await connection.scalar(text("SELECT 1")) == 1
        await engine.dispose()
    finally:
        server.shutdown()


async def _send(server: Any, to: str, **options: Any) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "peiyu@example.test", to, "年度信息更新提醒"
    message["Message-ID"] = "<one@example.test>"
    message.set_content("请于4月30日前更新。")
    async with aiosmtplib.SMTP(hostname=server.host, port=server.port, start_tls=False, timeout=0.5) as client:
        await client.send_message(message, **options)


async def test_mail_is_kept_refused_and_put_off_as_asked(mail: MailServer) -> None:
    mail.answers.append("451 4.3.0 try later")
    mail.refused["gone@example.test"] = "550 5.1.1 no such mailbox"
    with pytest.raises(aiosmtplib.SMTPDataError):
        await _send(mail, "a@example.test")
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
        await _send(mail, "gone@example.test")
    await _send(mail, "a@example.test")

    (message,) = await mail.wait_for(1)
    assert message["Subject"] == "年度信息更新提醒"
    assert mail.sent_to("a@example.test") == [message]

    mail.down()
    with pytest.raises(aiosmtplib.SMTPConnectError):
        await _send(mail, "a@example.test")
    mail.up()
    await _send(mail, "a@example.test")
    assert len(mail.messages) == 2


@pytest.mark.parametrize(
    ("step", "answer", "seen", "taken"),
    [
        (Step.CONNECT, "421 4.3.2 going down", aiosmtplib.SMTPConnectResponseError, 0),
        (Step.CONNECT, HANG, aiosmtplib.SMTPConnectTimeoutError, 0),
        (Step.CONNECT, DROP, aiosmtplib.SMTPConnectError, 0),
        (Step.MAIL, "421 4.3.2 going down", aiosmtplib.SMTPSenderRefused, 0),
        (Step.RCPT, "450 4.2.1 busy", aiosmtplib.SMTPRecipientsRefused, 0),
        (Step.RCPT, HANG, aiosmtplib.SMTPReadTimeoutError, 0),
        (Step.DATA, "421 4.3.2 going down", aiosmtplib.SMTPDataError, 0),
        (Step.DATA, DROP, aiosmtplib.SMTPServerDisconnected, 0),
        (Step.CONTENT, DROP, aiosmtplib.SMTPServerDisconnected, 0),
        (Step.DOT, "554 5.7.1 no spam", aiosmtplib.SMTPDataError, 0),
        (Step.DOT, HANG, aiosmtplib.SMTPReadTimeoutError, 0),
        (Step.TAKEN, DROP, aiosmtplib.SMTPServerDisconnected, 1),
        (Step.TAKEN, "451 4.3.0 taken all the same", aiosmtplib.SMTPDataError, 1),
    ],
)
async def test_a_mail_server_fails_at_each_step_as_asked_and_only_then(
    mail: MailServer, step: Step, answer: str, seen: type[Exception], taken: int
) -> None:
    mail.fault(step, answer)
    with pytest.raises(seen):
        await _send(mail, "a@example.test")
    assert len(mail.messages) == taken
    await _send(mail, "a@example.test")
    assert len(mail.messages) == taken + 1


async def test_a_fault_concerns_whom_it_names(mail: MailServer) -> None:
    mail.fault(Step.RCPT, "450 4.2.1 busy", to="b@example.test", times=None)
    await _send(mail, "a@example.test")
    for _ in range(2):
        with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
            await _send(mail, "b@example.test")


async def test_a_mail_server_that_goes_down_breaks_what_is_open(mail: MailServer) -> None:
    async with aiosmtplib.SMTP(hostname=mail.host, port=mail.port, start_tls=False, timeout=10) as client:
        mail.down()
        with pytest.raises(aiosmtplib.SMTPServerDisconnected):
            await client.noop()


async def test_delivery_notifications_are_announced_and_what_is_asked_is_kept(mail: MailServer) -> None:
    wanted: Any = {"mail_options": ["RET=HDRS", "ENVID=1"], "rcpt_options": ["NOTIFY=FAILURE,DELAY"]}
    with pytest.raises(aiosmtplib.SMTPSenderRefused):
        await _send(mail, "a@example.test", **wanted)
    mail.down()
    mail.dsn = True
    mail.up()
    await _send(mail, "a@example.test", **wanted)
    assert {"RET=HDRS", "ENVID=1", "NOTIFY=FAILURE,DELAY"} <= set(mail.received[0].options)


async def test_a_mail_process_notes_what_it_takes_over_which_port(tmp_path: Path) -> None:
    with mail_process(tmp_path, ports=2) as server:
        for port in server.ports:
            await _send(SimpleNamespace(host=server.host, port=port), f"{port}@example.test")
        taken = [(entry.port, entry.recipient, entry.message_id) for entry in server.ledger.taken]
        assert taken == [(port, f"{port}@example.test", "<one@example.test>") for port in server.ports]
        while not all(server.ledger.is_quiet(port) for port in server.ports):
            await asyncio.sleep(0.01)


def test_a_killed_run_leaves_no_process_behind(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path\n"
        "from tests.infrastructure.processes import ProcessGroup\n"
        "group = ProcessGroup(); child = group.spawn(['sleep', '300'], log=Path(sys.argv[1]))\n"
        "print(child.pid, flush=True); time.sleep(300)\n"
    )
    run = subprocess.Popen([sys.executable, "-c", script, tmp_path / "log"], stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    child = psutil.Process(int(run.stdout.readline()))

    os.kill(run.pid, signal.SIGKILL)
    run.communicate()

    ended, left = psutil.wait_procs([child], timeout=10)
    assert not left or all(process.status() == psutil.STATUS_ZOMBIE for process in left)
