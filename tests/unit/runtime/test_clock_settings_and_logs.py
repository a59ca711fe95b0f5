"""The small things every process stands on."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from services.login.settings import LoginSettings
from services.portal.settings import PortalSettings
from shared.runtime.clock import NaiveInstant, ShiftedClock, real_now
from shared.runtime.logs import masked
from shared.runtime.settings import ServiceSettings
from shared.runtime.tracing import continued, trace_id


class NoteSettings(ServiceSettings):
    prefix = "NOTE_"


def test_processes_that_share_a_file_share_the_moved_clock(tmp_path):
    one, two = ShiftedClock(tmp_path / "clock"), ShiftedClock(tmp_path / "clock")
    moment = datetime(2026, 4, 30, 15, 59, 59, tzinfo=UTC)
    one.move(moment)
    assert timedelta(0) <= two.now() - moment < timedelta(seconds=5)
    assert str(two.today()) == "2026-04-30"
    two.move(datetime(2026, 4, 30, 16, 0, 0, tzinfo=UTC))
    assert str(one.today()) == "2026-05-01"
    one.move(None)
    assert abs(two.now() - real_now()) < timedelta(seconds=5)


def test_a_clock_is_not_moved_to_an_instant_without_a_zone():
    with pytest.raises(NaiveInstant):
        ShiftedClock().move(datetime(2026, 4, 30))


def test_a_services_own_variable_goes_before_the_common_one(monkeypatch):
    monkeypatch.setenv("PEIYU_AUTH_ISSUER", "https://common")
    monkeypatch.setenv("PEIYU_DATABASE_URL", "postgresql+asyncpg://u:secret@h/common")
    monkeypatch.setenv("NOTE_DATABASE_URL", "postgresql+asyncpg://u:secret@h/own")
    settings = NoteSettings()
    assert settings.database_url.get_secret_value().endswith("/own")
    assert settings.auth_issuer == "https://common"


def test_a_secret_is_read_from_the_file_of_its_variables_name(monkeypatch, tmp_path):
    monkeypatch.setenv("PEIYU_SECRETS_DIR", str(tmp_path))
    (tmp_path / "note_database_url").write_text("postgresql+asyncpg://u:secret@h/own\n")
    (tmp_path / "peiyu_amqp_url").write_text("amqp://u:secret@h/file\n")
    settings = NoteSettings(auth_issuer="x")
    assert settings.database_url.get_secret_value() == "postgresql+asyncpg://u:secret@h/own"
    assert settings.amqp_url.get_secret_value().endswith("/file")
    monkeypatch.setenv("PEIYU_AMQP_URL", "amqp://u:secret@h/variable")
    monkeypatch.setenv("PEIYU_DATABASE_URL", "postgresql+asyncpg://u:secret@h/common")
    settings = NoteSettings(auth_issuer="x")
    assert settings.database_url.get_secret_value().endswith("/own")
    assert settings.amqp_url.get_secret_value().endswith("/variable")


@pytest.mark.parametrize("kind", [PortalSettings, LoginSettings])
def test_the_portal_and_the_login_stand_in_read_secrets_from_files_too(kind, monkeypatch, tmp_path):
    monkeypatch.setenv("PEIYU_SECRETS_DIR", str(tmp_path))
    monkeypatch.setenv("PEIYU_ENV", "test")
    (tmp_path / f"{kind.prefix.lower()}client_secret").write_text("hush")
    assert kind().client_secret.get_secret_value() == "hush"
    assert kind().environment == "test"


def test_printed_settings_keep_their_secrets():
    settings = NoteSettings(
        database_url=SecretStr("postgresql://u:hush@h/d"), auth_issuer="x", amqp_url=SecretStr("amqp://u:hush@h")
    )
    assert "hush" not in repr(settings)
    assert "hush" not in str(settings)


def test_a_service_is_in_production_unless_told_otherwise():
    assert NoteSettings(database_url=SecretStr("x"), auth_issuer="x").production


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("call 13959201234 now", "call 139****1234 now"),
        ("mail lin.haiyan@firm.example", "mail l***@firm.example"),
        ("code 91350203MA31F1331W stays", "code 91350203MA31F1331W stays"),
    ],
)
def test_logs_do_not_show_who_to_call_or_write_to(text, hidden):
    assert masked(text) == hidden


def test_a_trace_is_continued_and_a_bad_one_replaced():
    first = continued(None)
    assert trace_id(continued(first)) == trace_id(first)
    assert continued(first) != first
    assert trace_id(continued("00-" + "0" * 32 + "-" + "1" * 16 + "-01")) != "0" * 32
    assert len(trace_id(continued("garbage"))) == 32
