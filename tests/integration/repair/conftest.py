"""The command line beside services that run on their own databases."""

import asyncio
import json
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from services.cli.main import app
from tests.infrastructure import tokens


@pytest.fixture
def peiyu():
    """`await peiyu(urls, "outbox", "--json")` runs a command on the databases in `urls`, by service.

    `it.code` is its exit code, `it.told` what it printed, `it.json` what that says, `it.wrong` what went to stderr.
    """

    async def run(urls, *arguments, **environment):
        settings = {f"{service.upper()}_DATABASE_URL": url for service, url in urls.items()}
        common = {"PEIYU_ENV": "test", "PEIYU_AUTH_ISSUER": tokens.ISSUER, "COLUMNS": "200"}
        done = await asyncio.to_thread(
            CliRunner().invoke, app, [str(each) for each in arguments], env=settings | common | environment
        )
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        told = (
            json.loads(done.stdout)
            if "--json" in arguments or arguments[1:2] == ("show",) and not done.exit_code
            else None
        )
        return SimpleNamespace(code=done.exit_code, told=done.stdout, wrong=done.stderr, json=told)

    return run
