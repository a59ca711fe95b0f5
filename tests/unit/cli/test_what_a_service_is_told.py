"""What is wrong with a service's settings is said by the names of the settings, and never by what is secret in them."""

import pytest

from services.cli.serve import CannotServe, service_settings

RIGHT = {"database_url": "postgresql+asyncpg://u:hush@h/d", "amqp_url": "amqp://u:hush@h/v"}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"database_url": "hush"}, "REVIEWS_DATABASE_URL: begins with postgresql+asyncpg://"),
        ({"database_url": "postgresql://u:hush@h/d"}, "REVIEWS_DATABASE_URL: begins with postgresql+asyncpg://"),
        ({"amqp_url": ""}, "REVIEWS_AMQP_URL: begins with amqp:// or amqps://"),
        ({"amqp_url": "http://u:hush@h"}, "REVIEWS_AMQP_URL: begins with amqp:// or amqps://"),
    ],
)
def test_a_secret_that_is_no_address_is_named_and_not_shown(wrong, told, monkeypatch, tmp_path):
    monkeypatch.setenv("PEIYU_SECRETS_DIR", str(tmp_path))
    monkeypatch.setenv("REVIEWS_AUTH_ISSUER", "https://login.test")
    for name, address in (RIGHT | wrong).items():
        (tmp_path / f"reviews_{name}").write_text(address)
    with pytest.raises(CannotServe) as refused:
        service_settings("reviews")
    assert str(refused.value) == told
