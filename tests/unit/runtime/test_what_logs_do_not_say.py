"""Logs say neither who is to be called nor what lets somebody in, however it came into them."""

import importlib
import io
import json
import logging
import subprocess
import sys

import pytest
import structlog
from pydantic import BaseModel, SecretStr, ValidationError

from services.cli.catalogue import SERVICES, settings_class
from shared.runtime.logs import configure_logs, logger, masked, without_secrets

HUSH = ("林海燕", "13959201234", "lin.haiyan@firm.example", "hush", "11010519491231002X", "eyJhbGciOiJFUzI1NiJ9")


@pytest.fixture(params=["json", "console"])
def lines(request, monkeypatch, logs_put_back):
    """What was logged, as one text."""
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    configure_logs("test", "INFO", request.param)
    structlog.configure(cache_logger_on_first_use=False)
    return sys.stderr.getvalue


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("call +86 139-5920-1234 now", "call +86 139****1234 now"),
        ("identity 11010519491231002X", "identity 110105********002X"),
        ("no identity 110105194912310021", "no identity 110105194912310021"),
        ("code 91350203MA31F1331W of 2026-04-20", "code 91350203MA31F1331W of 2026-04-20"),
        ("postgresql+asyncpg://u:hu@sh@db/profile", "postgresql+asyncpg://u:***@db/profile"),
        ("amqp://peiyu:hush@rabbitmq/ refused", "amqp://peiyu:***@rabbitmq/ refused"),
        ("Authorization: Bearer hush-hush", "Authorization: ***"),
        ("got Bearer eyJhbGciOiJFUzI1NiJ9.e30.AA", "got Bearer ***"),
        ('{"client_secret": "hush", "x": 1}', '{"client_secret": "***", "x": 1}'),
        ("code_verifier=hush&code=1", "code_verifier=***&code=1"),
        ("DETAIL:  Failing row contains (1, 林海燕, 139).", "DETAIL:  Failing row contains ***"),
        ("DETAIL:  Key (name)=(林海燕) already exists.", "DETAIL:  Key (name)=(***) already exists."),
        ("invalid input for query argument $3: '林海燕' (expected", "invalid input for query argument $3: ***"),
        ("[type=x, input_value={'name': '林海燕'}, input_type=dict]", "[type=x, input_value=***, input_type=dict]"),
    ],
)
def test_what_is_nobodys_business_is_not_in_a_text(text, left):
    assert masked(text) == left
    assert masked(left) == left


def test_what_a_person_may_read_keeps_its_values_and_loses_its_secrets():
    assert without_secrets("row 3: 13959201234; amqp://u:hush@h") == "row 3: 13959201234; amqp://u:***@h"


def test_values_within_values_are_masked_too(lines):
    logger("test").warning(
        "odd",
        rows=[{"contact": {"name": "林海燕"}, "told": ("call 13959201234", 13959201234)}],
        headers={"Authorization": "hush", "lin.haiyan@firm.example": 3},
        settings=SecretStr("hush"),
        other=BaseException("lin.haiyan@firm.example"),
        count=11,
    )
    said = lines()
    assert not [each for each in HUSH if each in said]
    assert "odd" in said
    if said.startswith("{"):
        assert json.loads(said)["count"] == 11


def test_exceptions_are_masked_with_those_that_caused_them(lines):
    class Contact(BaseModel):
        name: int

    name, mobile, _, password, identity, token = HUSH  # a trace shows the lines of the code

    def fails(password):
        try:
            Contact(name=name)
        except ValidationError as error:
            raise ValueError(f"no way to amqp://u:{password}@host for {mobile}, {identity}") from error

    try:
        fails(password)
    except ValueError:
        logger("test").exception("failed")
        logging.getLogger("library").exception("failed: %s", f"Bearer {token}.e30.AA")
    said = lines()
    assert said.count("Traceback") == 4
    assert not [each for each in HUSH if each in said]


@pytest.mark.parametrize("service", [*SERVICES, "login", "portal"])
def test_settings_that_let_somebody_in_are_secrets(service):
    importlib.import_module(f"services.{service}.settings")
    fields = settings_class(service).model_fields
    risky = [
        name for name in fields if name.endswith(("password", "secret", "session_key", "database_url", "amqp_url"))
    ]
    assert risky
    assert [name for name in risky if "SecretStr" not in repr(fields[name].annotation)] == []


def test_the_doctor_names_no_secret_of_what_it_cannot_reach():
    settings = {
        "PEIYU_DATABASE_URL": "postgresql+asyncpg://u:hush@127.0.0.1:1/d",
        "PEIYU_AMQP_URL": "amqp://u:hush@127.0.0.1:1/",
        "PEIYU_AUTH_ISSUER": "http://u:hush@127.0.0.1:1/login",
        "NOTIFIER_SMTP_PASSWORD": "hush",
    }
    done = subprocess.run(
        [sys.executable, "-m", "services.cli", "doctor", "--url", "http://u:hush@127.0.0.1:1"],
        env={"PATH": "/usr/bin", "COLUMNS": "400", **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "does not answer" in done.stdout
    assert "hush" not in done.stdout + done.stderr
