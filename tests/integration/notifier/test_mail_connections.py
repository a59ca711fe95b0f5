"""What is said on a connection to a mail server, and what is made of its answers."""

import asyncio
import ssl
import traceback
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from ipaddress import ip_address

import pytest
import uvloop
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import SecretStr

from services.notifier.mail.connection import Connection
from services.notifier.mail.errors import Disconnected, Refused, RefusedForNow, Unreachable, Unsendable
from services.notifier.settings import NotifierSettings
from shared.runtime.clock import real_now

HOST, CONTENT = "127.0.0.1", b"Subject: a\r\n\r\n.one\r\ntwo\r\n"
FIRM, ENVELOPE = "a@firm.example", "7"
WELL, GO_ON = "250 fine", "354 go on"


def settings(port, **own):
    return NotifierSettings(
        **{
            "database_url": SecretStr("postgresql+asyncpg:///none"), "auth_issuer": "http://peiyu.test/login",
            "smtp_host": HOST, "smtp_port": port, "smtp_tls": "none", "smtp_timeout": 5,
        } | own
    )  # fmt: skip


@asynccontextmanager
async def scripted(*answers, announced=("PIPELINING",)):
    """A server that gives these answers, one a command, then hangs up; its port, and the lines that it hears."""
    heard, waiting, served = [], iter(answers), []

    async def answer(reader, writer):
        writer.write(b"220 here\r\n")
        async for line in reader:
            heard.append(line.decode().rstrip("\r\n"))
            if line.startswith(b"EHLO"):
                said = "\r\n".join(["250-here", *(f"250-{each}" for each in announced), "250 HELP"])
            elif line.startswith((b"MAIL", b"RCPT", b"DATA", b"RSET")) or line == b".\r\n":
                said = next(waiting, "")
            elif line.startswith(b"QUIT"):
                said = ""
            else:
                continue
            if not said:
                return
            for piece in said.split("|"):  # what comes in pieces
                writer.write(piece.encode())
                await asyncio.sleep(0)
            writer.write(b"\r\n")

    async def serve(reader, writer):
        served.append(asyncio.current_task())
        with suppress(ConnectionError):
            await answer(reader, writer)
        writer.close()

    async with await asyncio.start_server(serve, HOST, 0) as server:
        yield server.sockets[0].getsockname()[1], heard
        await asyncio.gather(*served)


@pytest.mark.parametrize("announced", [("PIPELINING", "SIZE 1000", "DSN"), ("SIZE 1000", "DSN")])
async def test_a_server_hears_of_a_mail_and_gets_it_with_its_points_doubled(announced):
    told = (WELL, WELL, GO_ON, "250-t|aken\r\n250 as| 42")
    async with scripted(*told, announced=announced) as (port, heard), Connection(settings(port)) as connection:
        assert await connection.send(CONTENT, FIRM, ENVELOPE) == "taken\nas 42"
        assert connection.proven
    assert heard[1:] == [
        f"MAIL FROM:<no-reply@peiyu.example> SIZE={len(CONTENT)} ENVID=7 RET=HDRS",
        "RCPT TO:<a@firm.example> NOTIFY=SUCCESS,FAILURE,DELAY",
        "DATA", "Subject: a", "", "..one", "two", ".", "QUIT",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "error", "said"),
    [
        ((WELL, "550 5.1.1 nobody", "503 first RCPT", WELL), Refused, "550 5.1.1 nobody"),
        ((WELL, "550 5.1.1 nobody", GO_ON, "554 no recipients", WELL), Refused, "550 5.1.1 nobody"),
        ((WELL, "450 later", GO_ON, WELL, WELL), RefusedForNow, "450 later"),
        (("550 not you", "503 first MAIL", "503 first MAIL", WELL), RefusedForNow, "550 not you"),
        ((WELL, WELL, "451 not now", "421 and no more"), RefusedForNow, "451 not now"),
        ((WELL, WELL, WELL, WELL), RefusedForNow, "250 fine"),
        ((WELL, "hello"), Disconnected, "Connection lost"),
        ((WELL, "250-" + "a" * 40_000), Disconnected, "Connection lost"),
        ((WELL, WELL, GO_ON, "what?"), Disconnected, "Connection lost"),
    ],
)
async def test_what_is_refused_is_not_handed_over(answers, error, said):
    async with scripted(*answers) as (port, heard), Connection(settings(port)) as connection:
        with pytest.raises(error, match=f"^{said}$"):
            await connection.send(CONTENT, FIRM, ENVELOPE)
        assert not connection.proven
        assert ("two" in heard) == (answers[:3] == (WELL, WELL, GO_ON))


async def test_the_content_is_sent_when_the_mail_before_is_marked_and_never_when_that_fails():
    async def fails():
        raise LookupError

    async with scripted(WELL, WELL, GO_ON, WELL, WELL, WELL, GO_ON) as (port, heard):
        async with Connection(settings(port)) as connection:

            async def offered():
                assert heard[-1] == "DATA"

            await connection.send(CONTENT, FIRM, ENVELOPE, before=offered)
            with pytest.raises(LookupError):
                await connection.send(CONTENT, FIRM, ENVELOPE, before=fails)
    assert heard.count("two") == heard.count(".") == 1


async def test_a_server_that_has_said_farewell_meanwhile_gets_the_mail_over_a_new_connection():
    farewell = f"{WELL}\r\n421 enough"
    async with scripted(WELL, WELL, GO_ON, farewell, WELL, WELL, GO_ON, WELL) as (port, heard):
        async with Connection(settings(port)) as connection:
            for _ in range(2):
                await connection.send(CONTENT, FIRM, ENVELOPE)
    assert [line[:4] for line in heard].count("EHLO") == 2


@pytest.mark.parametrize(
    ("address", "announced"), [("a@firm.example\r\nRCPT TO:<b>", ()), ("林@firm.example", ("8BITMIME",))]
)
async def test_an_address_that_the_server_cannot_take_is_not_told_to_it(address, announced):
    async with scripted(announced=announced) as (port, heard), Connection(settings(port)) as connection:
        with pytest.raises(Unsendable):
            await connection.send(CONTENT, address, ENVELOPE)
    assert [line[:4] for line in heard] == ["EHLO", "QUIT"]


class Keeper:
    def __init__(self):
        self.kept = []

    async def handle_DATA(self, _, __, envelope):
        self.kept.append(envelope.content)
        return "250 kept"


@pytest.mark.parametrize("tls", ["starttls", "tls"])
@pytest.mark.parametrize("loop_factory", [uvloop.new_event_loop, asyncio.new_event_loop])
def test_mail_goes_over_tls(tmp_path, monkeypatch, tls, loop_factory):
    certificate = tmp_path / "server.pem"
    certificate.write_bytes(own_certificate())
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    trusted = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trusted.load_cert_chain(certificate)
    keeper = Keeper()

    async def send():
        def serve():
            return SMTP(keeper, tls_context=trusted if tls == "starttls" else None, require_starttls=tls == "starttls")

        loop = asyncio.get_running_loop()
        async with await loop.create_server(serve, HOST, 0, ssl=trusted if tls == "tls" else None) as server:
            async with Connection(settings(server.sockets[0].getsockname()[1], smtp_tls=tls)) as connection:
                for _ in range(2):
                    assert await connection.send(CONTENT, FIRM, ENVELOPE) == "kept"

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(send())
    assert keeper.kept == [CONTENT] * 2


@asynccontextmanager
async def guarded(keeper, accounts):
    """A server that takes mail from who logs in with a password of `accounts` alone; its port."""

    def known(_server, _session, _envelope, _mechanism, told):
        return AuthResult(success=accounts.get(told.login) == told.password, handled=False)

    def serve():
        return SMTP(keeper, authenticator=known, auth_required=True, auth_require_tls=False)

    async with await asyncio.get_running_loop().create_server(serve, HOST, 0) as server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")
async def test_a_server_that_wants_a_password_is_told_it_and_one_that_refuses_it_is_tried_later():
    own, keeper = {"smtp_username": "peiyu", "smtp_password": SecretStr("Geheim-7-kTzQ")}, Keeper()
    async with guarded(keeper, {b"peiyu": b"Geheim-7-kTzQ"}) as port:
        async with Connection(settings(port, **own)) as connection:
            assert await connection.send(CONTENT, FIRM, ENVELOPE) == "kept"
        async with Connection(settings(port)) as connection:
            with pytest.raises(RefusedForNow, match="530"):
                await connection.send(CONTENT, FIRM, ENVELOPE)
    async with guarded(keeper, {}) as port, Connection(settings(port, **own)) as connection:
        with pytest.raises(Unreachable, match="535") as refused:
            await connection.send(CONTENT, FIRM, ENVELOPE)
    assert "Geheim" not in "".join(traceback.format_exception(refused.value))
    assert keeper.kept == [CONTENT]


def own_certificate():
    """A key and its certificate for this machine, which nobody else has signed."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail")]),
    )
    now = real_now()
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - timedelta(days=1),
                                now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)
