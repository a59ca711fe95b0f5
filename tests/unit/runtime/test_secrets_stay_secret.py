"""What is secret is in no log, no message of a program that cannot start, and nowhere where an operator looks."""

import httpx
import pytest
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import create_async_engine
from typer.testing import CliRunner

from services.cli.catalogue import SERVICES, builder, settings_class
from services.cli.main import app
from services.login.settings import LoginSettings
from services.portal.settings import PortalSettings
from shared.messaging.rabbitmq import RabbitBus
from shared.runtime.logs import configure_logs
from tests.infrastructure import tokens
from tests.infrastructure.processes import free_port

SECRET = "Geheim-7-kTzQ"
ADDRESSES = {
    "DATABASE_URL": "postgresql+asyncpg://peiyu:{}@127.0.0.1:{}/none",
    "AMQP_URL": "amqp://peiyu:{}@127.0.0.1:{}/",
}


@pytest.fixture
def secrets(monkeypatch):
    """Every secret that a program is told, by variables; nothing answers where they lead to."""
    port = free_port()
    for service in SERVICES:
        for name, address in ADDRESSES.items():
            monkeypatch.setenv(f"{service.upper()}_{name}", address.format(SECRET, port))
    for name in ("NOTIFIER_SMTP_PASSWORD", "PORTAL_CLIENT_SECRET", "PORTAL_SESSION_KEY", "LOGIN_CLIENT_SECRET"):
        monkeypatch.setenv(name, SECRET)
    monkeypatch.setenv("PEIYU_AUTH_ISSUER", "https://login.example/login")
    return port


@pytest.fixture
def logged(capfd, logs_put_back):
    """What is written by all that is logged, at DEBUG level."""
    configure_logs("test", "DEBUG", "json")
    return lambda: "".join(capfd.readouterr())


@pytest.mark.parametrize("kind", [*map(settings_class, SERVICES), PortalSettings, LoginSettings])
def test_settings_do_not_show_what_is_secret_when_they_are_printed_or_refused(kind, secrets, monkeypatch):
    settings = kind()
    assert SECRET not in f"{settings!r}{settings}{settings.model_dump_json()}"
    monkeypatch.setenv(f"{kind.prefix}PORT", "no port")
    with pytest.raises(ValidationError) as caught:
        kind()
    assert SECRET not in f"{caught.value}{caught.value!r}"


def test_a_portal_that_may_not_start_in_production_does_not_say_its_secrets(monkeypatch):
    monkeypatch.setenv("PEIYU_ENV", "production")
    monkeypatch.setenv("PORTAL_CLIENT_SECRET", SECRET)
    with pytest.raises(ValidationError, match="session_key") as caught:
        PortalSettings()
    assert SECRET not in str(caught.value)


def test_the_doctor_tells_what_does_not_answer_but_no_password(secrets):
    answer = CliRunner().invoke(app, ["doctor", "--url", f"http://127.0.0.1:{secrets}"], terminal_width=400)
    assert answer.exit_code != 0
    assert "profile" in answer.output
    assert SECRET not in answer.output


@pytest.mark.parametrize("service", SERVICES)
async def test_what_fails_is_logged_without_what_is_secret(service, secrets, logged):
    built = builder(service)(settings_class(service)())
    built.app.state.verifier = tokens.verifier()
    token = tokens.token("bureau")
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(built.app, raise_app_exceptions=False), base_url="http://t"
    ) as http:
        bodies = []
        for path in (
            "/readyz",
            f"/api/v1/operations/{service}/status",
            "/api/v1/enterprises",
            "/api/v1/changes",
            "/api/v1/reviews",
            "/api/v1/messages",
        ):
            for authorization in (f"Bearer {token}", f"Bearer {SECRET}.{SECRET}.{SECRET}", f"Basic {SECRET}"):
                answer = await http.get(
                    path, headers={"Authorization": authorization, "Cookie": f"peiyu_session={SECRET}"}
                )
                bodies.append(answer.text)
    await built.backend.database.close()
    shown = "".join(bodies) + logged()
    assert '"database down"' in shown
    assert SECRET not in shown
    assert token.rpartition(".")[2] not in shown
    assert token.split(".")[1] not in shown


async def test_a_database_and_a_broker_that_do_not_answer_are_told_of_without_their_passwords(secrets, logged):
    engine = create_async_engine(ADDRESSES["DATABASE_URL"].format(SECRET, secrets))
    with pytest.raises(OSError, match="127.0.0.1") as caught:
        async with engine.connect():
            pass
    bus = RabbitBus(ADDRESSES["AMQP_URL"].format(SECRET, secrets))
    assert not await bus.connected()
    await bus.close()
    assert SECRET not in f"{caught.value!r}{engine!r}{bus!r}" + logged()
