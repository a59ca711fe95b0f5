"""When the stand-in may start, and with which key."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from services.login.main import NotForProduction, build, create_app
from services.login.settings import LoginSettings
from services.login.tokens import Issuer, UnusableKeyFile, signing_key


def test_it_refuses_to_start_in_production(monkeypatch):
    monkeypatch.setenv("PEIYU_ENV", "production")
    with pytest.raises(NotForProduction):
        create_app(LoginSettings())
    with pytest.raises(SystemExit) as caught:
        build()
    assert "PEIYU_ENV" in str(caught.value)
    assert caught.value.code != 0


def test_it_refuses_to_start_where_nobody_says_that_this_is_not_production(monkeypatch):
    monkeypatch.delenv("PEIYU_ENV", raising=False)
    with pytest.raises(SystemExit):
        build()


def test_another_variable_cannot_overrule_production(monkeypatch):
    monkeypatch.setenv("PEIYU_ENV", "production")
    monkeypatch.setenv("LOGIN_ENVIRONMENT", "development")
    monkeypatch.setenv("ENVIRONMENT", "development")
    with pytest.raises(SystemExit):
        build()


def test_it_starts_in_development(monkeypatch):
    monkeypatch.setenv("PEIYU_ENV", "development")
    assert build()


def test_settings_come_from_the_environment_and_hide_the_secret(monkeypatch):
    monkeypatch.setenv("LOGIN_REDIRECT_URIS", '["http://127.0.0.1:8000/callback"]')
    monkeypatch.setenv("LOGIN_CLIENT_SECRET", "hidden-word")
    settings = LoginSettings()
    assert settings.redirect_uris == ("http://127.0.0.1:8000/callback",)
    assert "hidden-word" not in repr(settings)


@pytest.mark.parametrize("issuer", ["http://127.0.0.1:8000", "http://127.0.0.1:8000/login/", "ftp://x/login"])
def test_an_issuer_that_is_not_where_the_routes_are_is_refused(issuer):
    with pytest.raises(ValueError, match="/login"):
        LoginSettings(environment="test", issuer=issuer)


def test_the_key_file_is_made_for_its_owner_alone_and_read_again(tmp_path):
    file = tmp_path / "keys" / "login.pem"
    first = signing_key(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert signing_key(file).kid == first.kid
    assert [path.name for path in file.parent.iterdir()] == ["login.pem"]


def test_replicas_that_start_at_once_agree_on_one_key(tmp_path):
    file = tmp_path / "login.pem"
    with ThreadPoolExecutor(8) as pool:
        kids = {key.kid for key in pool.map(signing_key, [file] * 16)}
    assert len(kids) == 1


def test_without_a_file_every_start_has_its_own_key():
    assert signing_key(None).kid != signing_key(None).kid


@pytest.mark.parametrize("content", [b"", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_a_file_that_is_no_key_is_named(tmp_path, content):
    file = tmp_path / "login.pem"
    file.write_bytes(content)
    with pytest.raises(UnusableKeyFile, match=r"login\.pem"):
        signing_key(file)


def test_a_public_key_is_not_enough(tmp_path):
    file = tmp_path / "login.pem"
    file.write_bytes(signing_key(None).as_pem(private=False))
    with pytest.raises(UnusableKeyFile, match="private"):
        signing_key(file)


def test_the_published_key_has_no_private_part():
    (published,) = Issuer(LoginSettings(environment="test")).public_keys()["keys"]
    assert "d" not in published
    assert (published["alg"], published["use"], published["kty"]) == ("ES256", "sig", "EC")
